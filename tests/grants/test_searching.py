"""Search, pages, the open-data endpoint, marks for a business, the desk, the pack's sample calls."""

import importlib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from madoguchi.apps.accounts import services as accounts
from madoguchi.apps.accounts.models import User
from madoguchi.apps.grants import asking, mapping, own, pack, queries, storing, texts
from madoguchi.apps.grants import views as pages
from madoguchi.apps.grants.contracts import CallState, Filters, Source
from madoguchi.apps.grants.fitting import Aspect, Finding, Fit, Traits
from madoguchi.apps.grants.models import Call, ImportRun, ProcedureLink
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import Kind
from madoguchi.core.models import Organisation
from madoguchi.core.packs import LoadReport
from madoguchi.core.permissions import Role

from .fake_jgrants import row

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
PERIODS: dict[int, tuple[str | None, str | None, CallState]] = {
    1: ("2026-11-01T00:00:00Z", "2026-12-01T08:00:00Z", CallState.OPEN),
    2: ("2026-11-01T00:00:00Z", "2026-11-26T08:00:00Z", CallState.OPEN),
    3: ("2026-12-01T00:00:00Z", "2027-02-01T08:00:00Z", CallState.COMING),
    4: ("2026-01-01T00:00:00Z", "2026-11-25T02:59:59Z", CallState.CLOSED),
    5: (None, None, CallState.UNKNOWN),
    6: ("2026-11-25T03:00:00Z", None, CallState.OPEN),
    7: (None, "2026-11-25T03:00:00Z", CallState.OPEN),
    8: ("2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z", CallState.CLOSED),
}


def put(number: int, **changes: Any) -> str:
    content = mapping.content_of(row(number, **changes))
    storing.take(content, Source.JGRANTS, NOW)
    return content.id


@pytest.fixture
def calls() -> dict[int, str]:
    """Store calls in every state."""
    return {
        number: put(number, acceptance_start_datetime=opens, acceptance_end_datetime=closes)
        for number, (opens, closes, _) in PERIODS.items()
    }


def found(now: datetime = NOW, **filters: Any) -> list[int]:
    page = queries.search(Filters(**filters), now=now, limit=50)
    assert page.total == len(page.items)
    return [int(view.id[3:]) for view in page.items]


def test_the_database_and_the_page_agree_on_the_state(calls: dict[int, str]) -> None:
    for state in CallState:
        expected = {number for number, (_, _, told) in PERIODS.items() if told is state}
        assert set(found(state=state)) == expected
    for number, call_id in calls.items():
        view = queries.get(call_id, now=NOW)
        assert view is not None
        assert view.state is PERIODS[number][2]
    assert sum(queries.totals(NOW).values()) == len(PERIODS)


def test_what_closes_first_stands_first_and_what_is_over_last(calls: dict[int, str]) -> None:
    assert found() == [7, 2, 1, 3, 5, 6, 4, 8]
    pages_of_three = [queries.search(Filters(), now=NOW, limit=3, offset=start).items for start in (0, 3, 6, 9)]
    assert [int(view.id[3:]) for items in pages_of_three for view in items] == [7, 2, 1, 3, 5, 6, 4, 8]


def test_filters_by_words_area_industry_and_size() -> None:
    put(1, title="ＩＴ導入補助金")
    put(2, target_area_search="関東・甲信越地方", industry="製造業")
    put(3, target_area_search="北海道", target_number_of_employees="901名以上", industry=None)
    put(4, target_area_search="全国", target_number_of_employees="従業員数の制約なし")
    assert set(found(text="it導入補助金")) == {1}
    assert set(found(text="小規模 補助")) == {2, 3, 4}
    assert found(text="小規模 航空") == []
    assert set(found(area="東京都")) == {1, 2, 4}
    assert set(found(area="北海道")) == {3, 4}
    assert set(found(area="大阪府")) == {1, 4}
    assert set(found(industry="製造業")) == {2, 3}
    assert set(found(employees=10)) == {1, 2, 4}
    assert set(found(employees=1_000)) == {3, 4}
    assert queries.industries() == ["情報通信業", "教育、学習支援業", "製造業"]


def test_strange_questions_fall_away() -> None:
    strange = {"q": "a\0b" * 99, "state": "x", "area": "火星", "employees": "１２", "industry": "%'|"}
    assert asking.filters_of(strange) == Filters(text=("a\0b" * 99)[:100].replace("\0", ""), industry="%'|")
    assert asking.filters_of({"employees": "99999999"}).employees is None
    assert asking.filters_of({"employees": "20", "area": "東京都", "state": "open"}) == Filters(
        state=CallState.OPEN, area="東京都", employees=20
    )


def open_now() -> dict[str, str]:
    """Return a period around the real moment, at which pages are read."""
    moment = datetime.now(UTC)
    return {
        "acceptance_start_datetime": (moment - timedelta(days=1)).isoformat(),
        "acceptance_end_datetime": (moment + timedelta(days=9)).isoformat(),
    }


def test_pages_show_calls_with_source_and_never_the_markup_of_others(client: Client) -> None:
    call_id = put(1, **open_now(), title="補助金<script>alert(1)</script>")
    page = client.get(reverse("grants:search"), {"q": "補助金", "state": "open"})
    assert page.status_code == 200
    text = page.content.decode()
    assert "受付中" in text
    assert "Jグランツ（jGrants）からの出典" in text
    assert "<script>alert" not in text
    detail = client.get(reverse("grants:call", args=[call_id])).content.decode()
    assert "経費の一部を補助します。" in detail
    assert "<script>alert" not in detail
    assert "公募要領：公募要領.pdf" in detail
    assert "ここから申請する" not in detail
    assert 'href="https://www.jgrants-portal.go.jp/subsidy/' in detail
    assert client.get(reverse("grants:call", args=["nothing"])).status_code == 404
    assert client.post(reverse("grants:search")).status_code == 405


def test_the_way_to_apply_stands_only_at_open_calls_with_a_known_procedure(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def known(procedure_id: str) -> object:
        if procedure_id != "shien-digital":
            raise procedures.UnknownProcedure(procedure_id)
        return object()

    monkeypatch.setattr(pages.procedures, "procedure", known)
    shown = put(1, **open_now())
    closed = put(2, acceptance_end_datetime="2026-11-02T00:00:00Z")
    unknown = put(3, **open_now())
    for call_id, procedure_id in ((shown, "shien-digital"), (closed, "shien-digital"), (unknown, "no-such")):
        ProcedureLink.objects.create(call_id=call_id, procedure_id=procedure_id)
    address = reverse("applications:start", args=["shien-digital"])
    texts_of = {call_id: client.get(reverse("grants:call", args=[call_id])).content.decode() for call_id in
                (shown, closed, unknown)}  # fmt: skip
    assert [address in texts_of[call_id] for call_id in (shown, closed, unknown)] == [True, False, False]
    assert "ここから申請する" not in texts_of[unknown]


def test_calls_are_marked_for_the_business_that_is_signed_in_with_reasons(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(1, **open_now(), industry=None)
    anonymous = client.get(reverse("grants:search")).content.decode()
    assert "条件に合います" not in anonymous
    for traits, words in (
        (Traits(prefecture="東京都", employees=5), ("条件に合います", "あなたは5人です")),
        (Traits(prefecture="北海道", employees=5), ("合わない条件があります", "あなたの所在地は「北海道」です")),
        (Traits(prefecture="東京都"), ("合うかどうか、まだわかりません", "あなたの人数は登録がないので")),
    ):
        monkeypatch.setattr(own, "traits_of", lambda user, known=traits: known)
        text = client.get(reverse("grants:search")).content.decode()
        assert all(part in text for part in words), words


def test_only_an_account_of_a_business_has_traits(monkeypatch: pytest.MonkeyPatch) -> None:
    from madoguchi.apps.businesses import api as businesses

    def seen(account_id: str) -> None:
        asked.append(account_id)

    asked: list[str] = []
    monkeypatch.setattr(businesses, "business_of_account", seen)
    for kind in Kind:
        user = User.objects.create(username=kind.value, kind=kind)
        assert own.traits_of(user) is None
        assert asked == ([str(user.pk)] if kind is Kind.BUSINESS else asked)
    assert len(asked) == 1


@pytest.mark.parametrize("aspect", list(Aspect))
@pytest.mark.parametrize("fit", list(Fit))
def test_every_finding_has_a_sentence(aspect: Aspect, fit: Fit) -> None:
    for wanted, has in (("条件", "もの"), ("条件", ""), ("", "")):
        sentence = texts.finding(Finding(aspect, fit, wanted, has))
        assert sentence.endswith("。")
        assert "%(" not in sentence
        assert not wanted or wanted in sentence


def test_the_desk_shows_imports_to_staff_of_an_organisation_only(client: Client) -> None:
    Organisation.objects.create(id="132080", kind="municipality", name_ja="調布市", name_en="Chofu", code="132080")
    officer = accounts.create_staff(
        username="chofu", display_name="調布市", password="a long sample password", roles={"132080": {Role.READER}}
    )
    ImportRun.objects.create(
        origin="https://jgrants.example", state="failed", started_at=NOW, touched_at=NOW, waiting=["a", "b"],
        counts={"read": 3, "new": 2}, problems=[{"id": "a0W1", "reason": "title: it is missing."}],
        error="jGrants answered 500.",
    )  # fmt: skip
    address = reverse("grants:desk")
    assert client.get(address).status_code == 302
    nobody = User.objects.create(username="nobody", kind=Kind.STAFF)
    client.force_login(nobody)
    assert client.get(address).status_code == 404
    client.force_login(officer)
    text = client.get(address).content.decode()
    for part in ("途中で止まりました", "jGrants answered 500.", "title: it is missing.", "新しい公募 2"):
        assert part in text


def test_open_data(client: Client) -> None:
    endpoints = importlib.import_module("madoguchi.apps.grants.endpoints")
    ids = {put(number, **open_now()) for number in range(1, 6)}
    request = client.get(reverse("grants:search")).wsgi_request
    page = endpoints.list_grants(request, state=CallState.OPEN, limit=2, offset=4)
    assert page.total == 5
    assert len(page.items) == 1
    assert page.items[0].id in ids
    assert page.items[0].procedure_id is None
    assert "jGrants" in page.meta.attribution
    one = endpoints.get_grant(request, page.items[0].id)
    assert one.item == page.items[0]
    from madoguchi.core.problems import Problem

    with pytest.raises(Problem):
        endpoints.get_grant(request, "nothing")
    assert all(
        operation.auth_param is None
        for view in endpoints.router.path_operations.values()
        for operation in view.operations
    )


def test_the_sample_calls_of_the_pack_say_that_they_are_samples_and_load_twice_alike(client: Client) -> None:
    folder = Path(settings.PACK_DIR)
    assert pack.check(folder) == []
    for expected in ("new", "same"):
        report = LoadReport()
        pack.load(folder, report, NOW)
        assert report.counts == {f"grant calls {expected}": 3}
    rows = {view.id: view for view in queries.search(Filters(), now=NOW, limit=9).items}
    assert {view.procedure_id for view in rows.values()} == {"shien-digital", "shien-sougyou", "shien-shoene"}
    assert all(view.sample and "見本" in view.content.title for view in rows.values())
    assert {view.state for view in rows.values()} == {CallState.OPEN, CallState.COMING}
    assert (
        "実在する公募ではありません"
        in client.get(reverse("grants:call", args=["sample-digital-2026"])).content.decode()
    )


CALL = """
- {{id: {id}, sample: true, number: n, title: t, detail: d, institution: i, opens_on: {opens}, closes_on: {closes},
   procedure: p, areas: [{area}]}}
"""


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": "a0W000000000000001"}, "id"), ({"closes": "2026-01-01"}, "closes_on"), ({"opens": "'2026-02-30'"}, "opens_on"),
        ({"area": "火星"}, "areas"), ({"opens": "soon"}, "opens_on"),
    ],
)  # fmt: skip
def test_a_wrong_call_in_a_pack_is_named(tmp_path: Path, changes: dict[str, str], field: str) -> None:
    given = {"id": "sample-a", "opens": "2026-02-01", "closes": "2026-03-01", "area": "東京都", **changes}
    (tmp_path / "grants.yaml").write_text(f"calls:{CALL.format(**given)}procedures: []\n", encoding="utf-8")
    errors = pack.check(tmp_path)
    assert [error.field for error in errors] == [field]
    assert all(error.remedy for error in errors)


def test_a_pack_without_the_file_has_no_calls_and_sample_calls_that_left_are_withdrawn(tmp_path: Path) -> None:
    pack.load(Path(settings.PACK_DIR), LoadReport(), NOW)
    assert pack.check(tmp_path) == []
    put(1)
    pack.load(tmp_path, LoadReport(), NOW)
    assert set(Call.objects.filter(withdrawn_at=None).values_list("source", flat=True)) == {"jgrants"}
    assert ProcedureLink.objects.count() == 0


def test_the_same_id_twice_in_a_pack_is_named(tmp_path: Path) -> None:
    one = CALL.format(id="sample-a", opens="2026-02-01", closes="2026-03-01", area="全国")
    (tmp_path / "grants.yaml").write_text(f"calls:{one}{one.lstrip()}procedures: []\n", encoding="utf-8")
    assert [(error.record, error.field) for error in pack.check(tmp_path)] == [("sample-a", "id")]
