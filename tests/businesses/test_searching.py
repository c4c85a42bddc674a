"""Search: names however written, readings, places, numbers; near spellings; who is never listed."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.apps.businesses import services
from madoguchi.apps.businesses.models import Business
from madoguchi.apps.businesses.searching import Filters, search
from tests.businesses.conftest import Load
from tests.businesses.rows import number, row
from tests.businesses.test_services import signed_in

NAMES = {
    1: {"name": "株式会社髙島屋商店", "furigana": "タカシマヤショウテン"},
    2: {"name": "アシスト電機株式会社", "furigana": "アシストデンキ", "enName": "Assist Electric Co., Ltd."},
    3: {"name": "有限会社渡邊工務店", "cityName": "中央区", "cityCode": "102", "streetNumber": "銀座１丁目１番"},
    4: {"name": "株式会社隠れた商店", "hihyoji": "1"},
    5: {"name": "株式会社消えた商店", "process": "99"},
    6: {"name": "アシスト電機合同会社", "kind": "305", "closeDate": "2026-08-01", "closeCause": "01", "process": "21"},
}


@pytest.fixture
def register(load: Load) -> None:
    load([row(base, **cells) for base, cells in NAMES.items()])


def found(text: str, **filters: str) -> list[str]:
    page = search(text, Filters(**filters))
    return [hit.corporate_number or "" for hit in page.hits]


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("高島屋", 1), ("㈱髙島屋商店", 1), ("たかしまや", 1), ("タカシマヤショウテン", 1), ("アシスト電機", 2),
        ("ｱｼｽﾄ電機", 2), ("あしすと", 2), ("Assist Electric", 2), ("ASSIST", 2), ("渡辺工務店", 3), ("(有)渡邉工務店", 3),
        ("銀座一丁目", 3), ("中央区 渡辺", 3), ("電機", 2), (number(3), 3),
    ],
)  # fmt: skip
@pytest.mark.usefixtures("register")
def test_a_business_is_found_however_it_is_written(text: str, base: int) -> None:
    assert found(text)[:1] == [number(base)]


@pytest.mark.parametrize(
    ("text", "base"),
    [("アシヌト電機", 2), ("アスシト電機", 2), ("アシスト電", 2), ("渡辺工霧店", 3), ("高島尾商店", 1)],
)
@pytest.mark.usefixtures("register")
def test_a_typing_error_does_not_give_an_empty_page(text: str, base: int) -> None:
    assert number(base) in found(text)


@pytest.mark.usefixtures("register")
def test_near_spellings_are_called_so() -> None:
    assert search("アシヌト電機", Filters()).corrected
    assert not search("アシスト電機", Filters()).corrected


@pytest.mark.parametrize("text", ["隠れた商店", "消えた商店", number(4), number(5)])
@pytest.mark.usefixtures("register")
def test_withheld_and_deleted_numbers_are_never_listed(text: str) -> None:
    assert not {number(4), number(5)} & set(found(text))


@pytest.mark.usefixtures("register")
def test_sole_proprietors_are_never_listed() -> None:
    services.on_business_signed_in(signed_in(corp_type="2", name="山田商会", address1="新宿区西新宿2-8-1"))
    assert Business.objects.filter(corporate_number=None).count() == 1
    assert found("山田商会") == []


@pytest.mark.usefixtures("register")
def test_the_active_one_comes_first_and_the_closed_one_can_be_left_out() -> None:
    assert found("アシスト電機") == [number(2), number(6)]
    assert [hit.corporate_number for hit in search("アシスト電機", Filters(active_only=True)).hits] == [number(2)]


@pytest.mark.usefixtures("register")
def test_the_legal_form_that_was_typed_orders_equals() -> None:
    assert found("見つからない名前") == []
    assert found("有限会社渡辺工務店", city_code="13104") == []
    assert found("渡辺工務店", city_code="13102") == [number(3)]


@pytest.mark.parametrize("text", ["", "   ", "'", '"', "％_", "a" * 500, "\0", "株式会社", "OR AND NOT", "*", "（）"])
@pytest.mark.usefixtures("register")
def test_odd_queries_are_answered(text: str) -> None:
    assert search(text, Filters()).total >= 0


@pytest.mark.usefixtures("register")
def test_a_changed_name_is_found_and_the_old_one_no_longer(load: Load) -> None:
    load([row(1, name="株式会社新月堂", furigana="シンゲツドウ", updateDate="2026-08-20", process="11")])
    assert found("新月堂") == [number(1)]
    assert number(1) not in found("高島屋商店")


@given(st.text(max_size=60) | st.text(alphabet="()\"'&|!:*カアー株会社・　 -", min_size=6, max_size=30))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_makes_a_search_fail(register: object, text: str) -> None:
    assert search(text, Filters(), limit=5).total >= 0
