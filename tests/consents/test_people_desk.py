"""The desk for people: staff find somebody, read through the one door, write what a document says, protect."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from madoguchi.apps.accounts.models import Membership
from madoguchi.apps.consents import handles, journal
from madoguchi.apps.consents.models import AccessEntry, DataAgreement
from madoguchi.apps.people import api as people
from madoguchi.apps.people.models import Fact, LifeEvent, Person
from madoguchi.core.models import AuditEntry
from madoguchi.core.permissions import SYSTEM, Role
from tests.consents import desk_world as desk
from tests.people.conftest import NOW, new_person, register

pytestmark = pytest.mark.django_db
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def hanako() -> str:
    desk.build()
    return desk.hanako()


@pytest.fixture
def worker(hanako: str) -> Browser:
    return desk.caseworker()


def search(browser: Browser, **changes: str) -> Any:
    return browser.post("/desk/people/", desk.form(**changes))


def addresses(browser: Browser, **changes: str) -> list[str]:
    answer = search(browser, **changes)
    assert answer.status_code == 200
    return re.findall(r'href="(/desk/people/p/[^"]+)"', answer.content.decode())


def opened(browser: Browser, **changes: str) -> str:
    found = addresses(browser, **changes)
    assert len(found) == 1
    return found[0]


def page(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    text: str = answer.content.decode()
    return text


def test_a_search_tells_how_many_fit_and_nothing_of_them(worker: Browser, hanako: str) -> None:
    text = page(search(worker))
    assert "1人が見つかりました" in text
    for private in ("見本町", "1,230,000", hanako):
        assert private not in text
    assert AuditEntry.objects.filter(action="person.find", organisation_id=desk.CHOFU).count() == 1
    assert not AccessEntry.objects.exists()
    assert "0人が見つかりました" in page(search(worker, birth="1990-05-07"))


def test_opening_shows_nothing_and_reading_is_logged_and_shown_with_its_source(worker: Browser, hanako: str) -> None:
    address = opened(worker)
    assert hanako not in address
    before = page(worker.get(address))
    assert "見本町" not in before
    assert not AccessEntry.objects.exists()
    read = page(worker.post(address))
    for shown in ("見本町1-2-3", "1,230,000円", "調布市", "住民基本台帳", "確認ずみ", "2026年11月24日"):
        assert shown in read
    entry = AccessEntry.objects.get()
    assert (entry.subject_id, entry.organisation_id, entry.basis) == (hanako, desk.CHOFU, "law")
    assert (entry.case_reference, entry.actor_name, entry.reason) == ("C-2026-1", "worker", "")
    assert journal.verify() == []


def test_without_consent_the_values_stay_away_and_the_reason_is_told(worker: Browser, hanako: str) -> None:
    read = page(worker.post(opened(worker, agreement=f"childcare.{desk.CHOFU}", case="")))
    assert "同意がありません" in read
    assert "見本町" not in read
    assert AccessEntry.objects.get().result == "withheld"


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"agreement": ""}, "組織と目的"),
        ({"agreement": f"allowance.{desk.OTHER_CITY}"}, "組織と目的"),
        ({"name": " "}, "氏名を"),
        ({"birth": "soon"}, "生年月日を"),
        ({"birth": "2190-01-01"}, "生年月日を"),
        ({"case": ""}, "事案の番号"),
    ],
)
def test_an_unsound_search_is_not_carried_out(worker: Browser, changes: dict[str, str], says: str) -> None:
    text = page(search(worker, **changes), 400)
    assert says in text.split('role="alert"')[1][:200]
    assert not AuditEntry.objects.filter(action="person.find").exists()


def test_a_handle_opens_for_nobody_else_and_not_for_long(worker: Browser, hanako: str) -> None:
    address = opened(worker)
    for other in (desk.caseworker("colleague"), desk.caseworker("foreign", desk.OTHER_CITY)):
        for path in ("", "fact/", "event/", "protect/"):
            assert other.get(address + path).status_code == 404
            assert other.post(address + path).status_code == 404
    for forged in (address[:-4] + "AAA/", "/desk/people/p/x/", f"/desk/people/p/{hanako}/"):
        assert worker.get(forged).status_code == 404
    actor_id = AuditEntry.objects.get(action="person.find").actor_id
    late = handles.Handle(desk.CHOFU, f"allowance.{desk.CHOFU}", hanako, "C", timezone.now() - handles.LIFE)
    answer = worker.post(f"/desk/people/p/{handles.sealed(late, actor_id)}/", follow=True)
    assert "30分が過ぎました" in page(answer)
    assert not AccessEntry.objects.exists()


def test_a_handle_ends_with_the_role_and_with_the_agreement(worker: Browser, hanako: str) -> None:
    address = opened(worker)
    DataAgreement.objects.filter(pk=f"allowance.{desk.CHOFU}").update(active=False)
    assert worker.post(address).status_code == 404
    DataAgreement.objects.update(active=True)
    Membership.objects.all().delete()
    assert worker.post(address).status_code == 404
    assert worker.get("/desk/people/").status_code == 404


def test_only_caseworkers_have_the_desk(hanako: str) -> None:
    for role in set(Role) - {Role.CASEWORKER}:
        browser = desk.caseworker(f"only-{role}", desk.CHOFU, role)
        assert browser.get("/desk/people/").status_code == 404, role
        assert browser.get("/desk/people/protection/").status_code == 404, role
    assert Browser().get("/desk/people/").status_code == 302


def test_a_fact_of_a_document_is_kept_once_with_its_document(worker: Browser, hanako: str) -> None:
    address = opened(worker) + "fact/"
    assert "住居" in page(worker.get(address))
    assert "家賃" in page(worker.get(address, {"attribute": "家賃月額"}))
    sent = {"attribute": "所得", "value": "2,000,000", "source": "税", "document": "課税証明書 第12号", "key": KEY}
    for _ in range(2):
        assert worker.post(address, sent).status_code == 302
    row = Fact.objects.get(attribute="所得", source="税")
    assert (row.method, row.source_record, row.recorded_by) == ("staff", f"課税証明書 第12号 #{KEY}", desk.CHOFU)
    assert AuditEntry.objects.filter(action="facts.record", organisation_id=desk.CHOFU).count() == 1
    assert "2,000,000円" in page(worker.post(opened(worker)))


def test_a_fact_of_the_household_finds_its_household(worker: Browser, hanako: str) -> None:
    sent = {"attribute": "住居", "value": "民間賃貸", "source": "住民基本台帳", "document": "契約書", "key": KEY}
    assert worker.post(opened(worker) + "fact/", sent).status_code == 302
    assert Fact.objects.get(attribute="住居").household_id is not None


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"value": "many"}, "読み取れませんでした"),
        ({"document": " "}, "書類の名前"),
        ({"document": "1234 5678 9018"}, "マイナンバー"),
        ({"source": "うわさ"}, "どこの書類"),
        ({"key": "mine"}, "前の送信と重なりました"),
        ({"valid_from": "soon"}, "日付を読み取れません"),
        ({"attribute": "なにか"}, "保存できませんでした"),
    ],
)
def test_a_fact_that_cannot_be_taken_says_why_and_keeps_nothing(
    worker: Browser, changes: dict[str, str], says: str
) -> None:
    before = Fact.objects.count()
    sent = {"attribute": "所得", "value": "1", "source": "税", "document": "証明書", "key": KEY}
    text = page(worker.post(opened(worker) + "fact/", sent | changes), 400)
    assert says in text.split('role="alert"')[1][:300]
    assert Fact.objects.count() == before


def test_the_same_form_with_another_value_is_a_conflict_not_a_second_fact(worker: Browser) -> None:
    address = opened(worker) + "fact/"
    sent = {"attribute": "所得", "value": "1", "source": "税", "document": "証明書", "key": KEY}
    worker.post(address, sent)
    assert "重なりました" in page(worker.post(address, sent | {"value": "2"}), 400)
    assert Fact.objects.filter(source="税").count() == 1


def test_a_person_of_another_municipality_is_not_written_about(hanako: str) -> None:
    foreign = desk.caseworker("foreign", desk.OTHER_CITY)
    address = opened(foreign, agreement=f"allowance.{desk.OTHER_CITY}")
    before = (Fact.objects.count(), LifeEvent.objects.count())
    sent = {"attribute": "所得", "value": "1", "source": "税", "document": "証明書", "key": KEY}
    assert "書けません" in page(foreign.post(address + "fact/", sent), 400)
    moved = {"kind": "leave", "on": "2026-11-01", "document": "転出届", "key": KEY}
    assert "書けません" in page(foreign.post(address + "event/", moved), 400)
    assert "書けません" in page(foreign.post(address + "protect/", {"sure": "yes"}), 400)
    assert not Person.objects.get(pk=hanako).protected
    assert (Fact.objects.count(), LifeEvent.objects.count()) == before


def test_a_birth_adds_a_child_to_the_household_once(worker: Browser, hanako: str) -> None:
    sent = {"kind": "birth", "on": "2026-11-01", "name": "見本 一", "kana": "ミホン ハジメ", "role": "child"}
    sent |= {"document": "出生届 第3号", "key": KEY}
    address = opened(worker) + "event/"
    for _ in range(2):
        assert worker.post(address, sent).status_code == 302
    home = people.household_of(hanako, desk.today())
    assert home is not None
    assert [member.role.value for member in home.members] == ["head", "child"]
    child = next(member.person_id for member in home.members if member.person_id != hanako)
    assert people.name_of(child) == "見本 一"
    assert child in people.children_of(hanako, desk.today())
    assert "1人が見つかりました" in page(search(worker, name="見本一", birth="2026-11-01"))
    assert "重なりました" in page(worker.post(address, sent | {"name": "別の名"}), 400)
    assert Person.objects.count() == 2


def test_moving_out_and_in_again_begins_a_household_of_this_municipality(worker: Browser, hanako: str) -> None:
    address = opened(worker) + "event/"
    gone = {"kind": "leave", "on": "2026-11-01", "document": "転出届", "key": KEY}
    for _ in range(2):
        assert worker.post(address, gone).status_code == 302
    assert people.household_of(hanako, desk.today()) is None
    assert "世帯が分かりません" in page(worker.post(address, gone | {"key": "f" * 32}), 400)
    foreign = desk.caseworker("foreign", desk.OTHER_CITY)
    there = opened(foreign, agreement=f"allowance.{desk.OTHER_CITY}") + "event/"
    came = {"kind": "join", "on": "2026-11-02", "role": "other", "document": "転入届", "key": KEY}
    for _ in range(2):
        assert foreign.post(there, came).status_code == 302
    found = people.facts_of(hanako, ["自治体コード"], on=desk.today())
    assert [fact.value for fact in found] == [desk.OTHER_CITY]
    assert "重なりました" in page(foreign.post(there, came | {"on": "2026-11-03"}), 400)
    again = {"kind": "leave", "on": "2026-11-03", "document": "転出届", "key": "e" * 32}
    assert "書けません" in page(worker.post(address, again), 400), "now she lives in the other municipality"


def test_joining_the_household_of_somebody_who_is_named(worker: Browser, hanako: str) -> None:
    other = new_person()
    people.record_verified(
        SYSTEM, "", people.Subject.person(other), {"氏名": "見本 次郎", "生年月日": "1991-01-01"},
        provenance=register("r9"), obtained_at=NOW,
    )  # fmt: skip
    address = opened(worker, name="見本 次郎", birth="1991-01-01") + "event/"
    sent = {"kind": "join", "on": "2026-11-02", "role": "spouse", "document": "同居の届", "key": KEY}
    sent |= {"name": desk.NAME, "birth": desk.BORN.isoformat()}
    assert "一人にしぼれません" in page(worker.post(address, sent | {"birth": "1990-01-01"}), 400)
    assert "生年月日" in page(worker.post(address, sent | {"birth": ""}), 400)
    assert "日付か相手" in page(worker.post(address, sent | {"name": "見本 次郎", "birth": "1991-01-01"}), 400)
    assert worker.post(address, sent).status_code == 302
    home = people.household_of(hanako, desk.today())
    assert home is not None
    assert {member.person_id: member.role.value for member in home.members} == {hanako: "head", other: "spouse"}


def test_a_death_needs_a_tick_and_a_day_that_has_come(worker: Browser, hanako: str) -> None:
    address = opened(worker) + "event/"
    sent = {"kind": "death", "on": "2026-11-01", "document": "死亡届", "key": KEY}
    assert "印をつけて" in page(worker.post(address, sent), 400)
    later = (desk.today() + timedelta(days=1)).isoformat()
    assert "日付か相手" in page(worker.post(address, sent | {"sure": "yes", "on": later}), 400)
    assert "日付を書いて" in page(worker.post(address, sent | {"sure": "yes", "on": ""}), 400)
    assert not LifeEvent.objects.filter(kind="death").exists()
    for _ in range(2):
        assert worker.post(address, sent | {"sure": "yes"}).status_code == 302
    assert LifeEvent.objects.get(kind="death").on == date(2026, 11, 1)
    assert worker.get(address, {"kind": "wedding"}).status_code == 404
    assert "亡くなった日" in page(worker.get(address, {"kind": "death"}))


def test_a_wrong_event_is_taken_back_with_the_number_that_was_shown(worker: Browser, hanako: str) -> None:
    address = opened(worker) + "event/"
    sent = {"kind": "death", "on": "2026-11-01", "document": "死亡届 第5号", "key": KEY, "sure": "yes"}
    number = f"死亡届 第5号 #{KEY}"
    assert number in page(worker.post(address, sent, follow=True))
    assert people.household_of(hanako, desk.today()) is None
    back = {"kind": "cancel", "number": number}
    assert "この人にはありません" in page(worker.post(address, back | {"number": "届 #1"}), 400)
    foreign = desk.caseworker("foreign", desk.OTHER_CITY)
    there = opened(foreign, agreement=f"allowance.{desk.OTHER_CITY}") + "event/"
    assert "書けません" in page(foreign.post(there, back), 400)
    for _ in range(2):
        assert "取り消しました" in page(worker.post(address, back, follow=True))
    assert people.household_of(hanako, desk.today()) is not None
    born = {"kind": "birth", "on": "2026-11-01", "name": "見本 一", "role": "child", "document": "出生届", "key": KEY}
    worker.post(address, born)
    assert worker.post(address, {"kind": "cancel", "number": f"出生届 #{KEY}"}).status_code == 302
    home = people.household_of(hanako, desk.today())
    assert home is not None
    assert [member.person_id for member in home.members] == [hanako]


def test_protection_begins_with_a_tick_and_ends_with_the_number_of_the_file(worker: Browser, hanako: str) -> None:
    address = opened(worker)
    assert "印をつけて" in page(worker.post(address + "protect/"), 400)
    assert not Person.objects.get(pk=hanako).protected
    assert hanako in page(worker.post(address + "protect/", {"sure": "yes"}))
    assert Person.objects.get(pk=hanako).protected
    assert "0人が見つかりました" in page(search(worker))
    assert "見本町" not in page(worker.post(address)), "also the handle from before no longer shows a place"
    end = {"organisation": desk.CHOFU, "number": hanako, "sure": "yes"}
    foreign = desk.caseworker("foreign", desk.OTHER_CITY)
    assert foreign.post("/desk/people/protection/", end).status_code == 404
    own = end | {"organisation": desk.OTHER_CITY}
    refused = page(foreign.post("/desk/people/protection/", own), 400).split('role="alert"')[1][:120]
    nobody = page(foreign.post("/desk/people/protection/", own | {"number": KEY}), 400).split('role="alert"')[1][:120]
    assert refused == nobody, "a foreign office learns nothing from a number"
    assert "印をつけて" in page(worker.post("/desk/people/protection/", end | {"sure": ""}), 400)
    assert Person.objects.get(pk=hanako).protected
    assert worker.post("/desk/people/protection/", end).status_code == 302
    assert not Person.objects.get(pk=hanako).protected
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"person.protect", "person.unprotect"} <= actions


def test_a_child_of_a_protected_person_is_protected_from_birth(worker: Browser, hanako: str) -> None:
    address = opened(worker)
    worker.post(address + "protect/", {"sure": "yes"})
    sent = {"kind": "birth", "on": "2026-11-01", "name": "見本 一", "role": "child", "document": "出生届", "key": KEY}
    assert worker.post(address + "event/", sent).status_code == 302
    assert Person.objects.filter(protected=True).count() == 2
