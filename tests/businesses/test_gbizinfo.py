"""gBizINFO against a local service with its rules: paging, refusals, text numbers, dates, provenance."""

from collections.abc import Iterator
from datetime import date

import pytest

from madoguchi.apps.businesses import queries
from madoguchi.apps.businesses.contracts import Attribute
from madoguchi.apps.businesses.models import Fact
from madoguchi.apps.businesses.sources import mapping
from madoguchi.apps.businesses.sources.gbizinfo import GBizInfo, GBizInfoProblem, TooMuch
from madoguchi.apps.businesses.sources.syncing import sync
from tests.businesses.conftest import NOW, Load
from tests.businesses.fake_gbizinfo import TOKEN, FakeGBizInfo, serving
from tests.businesses.rows import number, row


@pytest.fixture
def fake() -> FakeGBizInfo:
    return FakeGBizInfo()


@pytest.fixture
def pauses() -> list[float]:
    return []


@pytest.fixture
def client(fake: FakeGBizInfo, pauses: list[float]) -> Iterator[GBizInfo]:
    with serving(fake) as url:
        service = GBizInfo(url + "/", TOKEN, sleep=pauses.append)
        with service.client:
            yield service


def info(base: int, day: str = "20260820", **more: object) -> dict[str, object]:
    return {"corporate_number": number(base), "name": f"株式会社見本{base}", "update_date": day, **more}


def fill(fake: FakeGBizInfo, days: dict[str, int]) -> None:
    base = 0
    for day, count in days.items():
        for _ in range(count):
            base += 1
            fake.rows[number(base)] = info(base, day)


def test_a_corporation_is_read_without_a_trailing_slash(fake: FakeGBizInfo, client: GBizInfo) -> None:
    fake.rows[number(1)] = info(1)
    found = client.corporation(number(1))
    assert found is not None
    assert found["corporate_number"] == number(1)
    assert not any(path.endswith("/") for path in fake.asked)
    assert client.corporation(number(2)) is None


def test_all_pages_of_a_span_are_read(fake: FakeGBizInfo, client: GBizInfo) -> None:
    fill(fake, {"20260819": 5})
    assert len(list(client.changed(date(2026, 8, 19), date(2026, 8, 19)))) == 5


def test_a_span_of_more_than_ten_pages_is_halved_and_nothing_comes_twice(fake: FakeGBizInfo, client: GBizInfo) -> None:
    fill(fake, {"20260818": 9, "20260819": 9, "20260820": 9})
    numbers = [item["corporate_number"] for item in client.changed(date(2026, 8, 18), date(2026, 8, 20))]
    assert len(numbers) == len(set(numbers)) == 27


def test_a_single_day_that_is_too_large_is_said(fake: FakeGBizInfo, client: GBizInfo) -> None:
    fill(fake, {"20260818": 23})
    with pytest.raises(TooMuch, match="12 pages"):
        list(client.changed(date(2026, 8, 18), date(2026, 8, 18)))


def test_slowing_down_is_obeyed_and_then_goes_on(fake: FakeGBizInfo, client: GBizInfo, pauses: list[float]) -> None:
    fake.rows[number(1)] = info(1)
    fake.failures = [(429, {"Retry-After": "7"}), (403, {})]
    assert client.corporation(number(1)) is not None
    assert pauses == [7.0, 4.0]


@pytest.mark.parametrize(("status", "words"), [(429, "slow down"), (403, "TOKEN"), (500, "500")])
def test_a_service_that_keeps_refusing_is_reported(
    fake: FakeGBizInfo, client: GBizInfo, status: int, words: str
) -> None:
    fake.failures = [(status, {})] * 9
    with pytest.raises(GBizInfoProblem, match=words):
        client.corporation(number(1))
    assert len(fake.asked) <= 4


def test_the_token_is_never_shown(client: GBizInfo) -> None:
    assert TOKEN not in repr(client)


def test_a_service_that_is_away_is_reported() -> None:
    service = GBizInfo("http://127.0.0.1:9", TOKEN)
    with service.client, pytest.raises(GBizInfoProblem, match="could not be reached"):
        service.corporation(number(1))


def test_facts_come_with_their_source_and_a_newer_value_supersedes(
    fake: FakeGBizInfo, client: GBizInfo, load: Load
) -> None:
    load([row(1)])
    place = {"corporation_name": "見本工場", "corporation_location": "東京都中央区銀座1-1", "insured_number": "77"}
    more = {
        "employee_number": "1,200",
        "capital_stock": 0,
        "date_of_establishment": "20100101",
        "representative_name": "",
    }
    fake.rows[number(1)] = info(1, **more, **{"corporation-info": [place]})
    fake.rows[number(2)] = info(2)
    fake.rows["1000000000000"] = {**info(3), "corporate_number": "1000000000000"}
    span = {"start": date(2026, 8, 20), "end": date(2026, 8, 20), "now": NOW}
    report = sync(client, **span)
    assert (report.read, report.known, report.unknown, report.invalid, report.new_values) == (3, 1, 1, 1, 3)
    assert sync(client, **span).new_values == 0
    fake.rows[number(1)]["employee_number"] = 1300
    assert sync(client, **span).new_values == 1
    view = queries.get(number(1))
    assert view is not None
    facts = queries.facts_of(view.id, ["従業員数", "資本金", "設立年月日", "代表者名", "商号"])
    values = {fact.attribute: (fact.value, fact.source, fact.verified) for fact in facts}
    assert values == {
        "商号": ("株式会社見本1", "nta", True),
        "従業員数": (1300, "gbizinfo", True),
        "資本金": (0, "gbizinfo", True),
        "設立年月日": ("2010-01-01", "gbizinfo", True),
    }
    assert Fact.objects.filter(attribute="従業員数").count() == 2
    assert [place.town for place in queries.establishments(view.id)] == ["銀座一丁目"]


@pytest.mark.parametrize(
    ("value", "read"), [("1,200", 1200), (0, 0), ("0", 0), ("", None), (None, None), ("約百名", None), (True, None)]
)
def test_numbers_come_as_text_and_nonsense_is_left_out(value: object, read: int | None) -> None:
    assert mapping.read_number(value) == read
    assert (Attribute.EMPLOYEES in mapping.facts({"employee_number": value})) is (read is not None)


@pytest.mark.parametrize("text", ["20240229", "2024-02-29", "2024/02/29", "2024-02-29T10:00:00+09:00"])
def test_dates_come_in_several_forms(text: str) -> None:
    assert mapping.read_date(text) == date(2024, 2, 29)


def test_a_day_that_does_not_exist_is_left_out() -> None:
    assert mapping.read_date("20230229") is None
