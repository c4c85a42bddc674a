"""From the decision of a case to who is paid: once however often it is told, by the register, back again by an objection."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from madoguchi.apps.benefits import sealing, services
from madoguchi.apps.benefits.contracts import Account, RecipientState, Waiting
from madoguchi.apps.benefits.models import Invitation, OpenGrant, Recipient
from madoguchi.apps.cases.contracts import CaseDecided, CaseOpened
from madoguchi.apps.consents.models import AccessEntry
from madoguchi.apps.people import services as people
from madoguchi.apps.people.contracts import EventKind, Happening
from madoguchi.apps.people.contracts import Role as Place
from madoguchi.apps.people.models import Fact, Person
from madoguchi.core.models import OutboxEvent
from madoguchi.core.permissions import SYSTEM
from madoguchi.site import granting
from tests.packed import NOW
from tests.people.conftest import register

from . import joining
from .conftest import SCHEME
from .joining import BORN, FIRST, OTHER, Family, answers, change_by_objection, decide, deliver, newborn, opened

pytestmark = pytest.mark.django_db


@pytest.fixture
def family(pack: Path, monkeypatch: pytest.MonkeyPatch) -> Family:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    return Family()


def joined() -> None:
    """Deliver what waits, and look at the decided cases as the chore does."""
    deliver()
    granting.join_waiting()


def states() -> dict[str, str]:
    return dict(Recipient.objects.order_by("pk").values_list("subject_id", "state"))


def test_a_granted_case_is_paid_to_every_child_by_the_register(family: Family) -> None:
    case_id = opened(family, answers(family, FIRST, OTHER))
    decide(case_id)
    joined()
    rows = list(Recipient.objects.order_by("pk"))
    assert {row.subject_id for row in rows} == set(family.children.values())
    assert {(row.payee_id, row.case_id, row.starts_on) for row in rows} == {(family.parent, case_id, date(2026, 4, 1))}
    assert all(row.case_number for row in rows)
    told = {row.subject_id: sealing.content_of(row) for row in rows}
    account, residence = told[family.children[FIRST]] or (None, None)
    assert account == Account("0009", "012", "1", "0000055", "ﾐﾎﾝ ﾊﾅｺ")
    assert residence is not None
    assert (residence.born, residence.as_of) == (BORN[FIRST], date(2026, 11, 24))
    assert [(stay.since, stay.until) for stay in residence.stays] == [(date(2021, 1, 1), None)]
    assert not OpenGrant.objects.exists()


def test_a_decision_that_is_told_twice_has_the_effect_of_one(family: Family) -> None:
    case_id = opened(family, answers(family, FIRST))
    decide(case_id)
    joined()
    before = list(Recipient.objects.values())
    event = OutboxEvent.objects.get(name="CaseDecided").payload
    for _ in range(2):
        granting.on_case_decided(CaseDecided(**event))
        granting.join_case(case_id)
        granting.join_waiting()
    assert list(Recipient.objects.values()) == before
    assert OutboxEvent.objects.filter(name="RecipientEnrolled").count() == 1
    assert not granting.join_case("no such case")


def test_reading_the_register_stands_in_the_log_of_the_child(family: Family) -> None:
    decide(opened(family, answers(family, FIRST)))
    joined()
    entry = AccessEntry.objects.get(subject_id=family.children[FIRST])
    assert (entry.organisation_id, entry.purpose_id) == ("tokyo-fukushi", "monthly-benefit")
    assert entry.case_reference == Recipient.objects.get().case_number
    assert not AccessEntry.objects.filter(subject_id=family.parent).exists()


def test_the_registered_account_is_read_only_when_the_application_says_so(family: Family) -> None:
    joining.tell(family.parent, "account", joining.REGISTERED, source="公金受取口座登録簿")
    given = {**answers(family, FIRST), "account.use_registered": True}
    for name in ("bank_code", "branch_code", "kind", "number", "holder"):
        del given[f"account.{name}"]
    decide(opened(family, given))
    joined()
    content = sealing.content_of(Recipient.objects.get())
    assert content is not None
    assert content[0] == Account("0009", "101", "1", "1234567", "ﾐﾎﾝ ﾊﾅｺ")
    assert AccessEntry.objects.filter(subject_id=family.parent).count() == 1


def test_a_refused_case_pays_nobody(family: Family) -> None:
    decide(opened(family, answers(family, FIRST)), "refused")
    joined()
    assert not Recipient.objects.exists()
    assert not OpenGrant.objects.exists()


def test_an_objection_that_succeeds_begins_the_payments(family: Family) -> None:
    case_id = opened(family, answers(family, FIRST))
    decide(case_id, "refused")
    joined()
    change_by_objection(family, case_id, "granted", since="2026-06-01")
    joined()
    row = Recipient.objects.get()
    assert (row.state, row.starts_on) == (RecipientState.ACTIVE, date(2026, 6, 1))


def test_a_decision_that_is_no_longer_in_favour_ends_every_month(family: Family) -> None:
    case_id = opened(family, answers(family, FIRST, OTHER))
    decide(case_id)
    joined()
    change_by_objection(family, case_id, "refused")
    joined()
    joined()
    rows = list(Recipient.objects.all())
    assert {(row.state, row.ends_on) for row in rows} == {(RecipientState.ENDED, date(2026, 4, 1))}
    assert {row.revision for row in rows} == {2}


def test_a_benefit_that_was_taken_back_goes_on_after_another_decision(family: Family) -> None:
    case_id = opened(family, answers(family, FIRST))
    decide(case_id)
    joined()
    services.take_back(case_id)
    assert services.take_back(case_id) == 0
    services.note_decided(case_id, "tokyo-018", now=NOW)
    joined()
    row = Recipient.objects.get()
    assert (row.state, row.ends_on) == (RecipientState.ACTIVE, None)


def test_a_newborn_waits_until_the_register_knows_it(family: Family) -> None:
    born = date(2026, 11, 1)
    decide(opened(family, newborn(family, "見本 三郎", born), procedure="tokyo-018-newborn"), since="2026-11-01")
    joined()
    assert OpenGrant.objects.get().waiting == Waiting.CHILD_UNKNOWN
    assert not Recipient.objects.exists()
    child = people.create_person(SYSTEM, "", now=NOW).id
    birth = Happening(EventKind.BIRTH, born, child, family.home, Place.CHILD, other_id=family.parent)
    people.record_event(SYSTEM, "", [birth], provenance=register("birth"), now=NOW)
    joining.tell(child, "newborn", {"氏名": "見本　三郎", "生年月日": born})
    granting.join_waiting()
    row = Recipient.objects.get()
    assert (row.subject_id, row.scheme_id) == (child, SCHEME)
    assert not OpenGrant.objects.exists()


def test_twins_are_told_apart_by_name(pack: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    born = date(2026, 11, 1)
    family = Family(born={"見本 一郎": born, "見本 二郎": born})
    given = newborn(family, "見本 二郎", born, **{"birth.count": 2, "twins": [{"name": "見本 壱郎"}]})
    decide(opened(family, given, procedure="tokyo-018-newborn"), since="2026-11-01")
    joined()
    assert set(states()) == {family.children["見本 二郎"]}
    assert OpenGrant.objects.get().waiting == Waiting.CHILD_UNKNOWN


def test_a_name_that_is_written_otherwise_is_found_where_the_birth_date_is_alone(family: Family) -> None:
    given = answers(family, FIRST)
    given["children"][0]["name"] = "見本 太朗"
    decide(opened(family, given))
    joined()
    assert set(states()) == {family.children[FIRST]}


def test_the_child_of_another_household_is_never_taken(family: Family) -> None:
    stranger = Family("別人 一", {"見本 別": date(2019, 1, 1)})
    given = answers(family, FIRST)
    given["children"] = [{"name": "見本 別", "born_on": "2019-01-01", "living_with": True}]
    decide(opened(family, given))
    joined()
    assert not Recipient.objects.exists()
    assert OpenGrant.objects.get().waiting == Waiting.CHILD_UNKNOWN
    assert stranger.children


def test_a_child_that_is_paid_already_waits_for_the_desk(family: Family) -> None:
    decide(opened(family, answers(family, FIRST), key="one"))
    joined()
    decide(opened(family, answers(family, FIRST, OTHER), key="two"))
    joined()
    first = Recipient.objects.get(subject_id=family.children[FIRST])
    grant = OpenGrant.objects.get()
    assert (grant.waiting, grant.blocking) == (Waiting.TAKEN, [first.pk])
    assert set(states()) == set(family.children.values())
    services.end(SYSTEM, first.pk, on=date(2026, 8, 1))
    granting.join_waiting()
    assert not OpenGrant.objects.exists()
    assert Recipient.objects.filter(subject_id=family.children[FIRST], state=RecipientState.ACTIVE).count() == 1


def test_a_decision_without_a_month_waits_for_staff(family: Family) -> None:
    case_id = opened(family, answers(family, FIRST))
    decide(case_id, since="")
    joined()
    assert OpenGrant.objects.get().waiting == Waiting.NO_MONTH
    services.name_first_month(SYSTEM, case_id, date(2026, 5, 1))
    granting.join_waiting()
    assert Recipient.objects.get().starts_on == date(2026, 5, 1)


def test_a_decision_that_comes_while_another_is_looked_at_is_not_lost(family: Family) -> None:
    case_id = opened(family, answers(family, FIRST))
    decide(case_id)
    deliver()
    noted = services.open_grant(case_id)
    assert noted is not None
    services.note_decided(case_id, "tokyo-018", now=timezone.now().replace(year=2027))
    services.settled(noted)
    services.keep_waiting(noted, Waiting.TAKEN, "", now=NOW)
    assert OpenGrant.objects.get().waiting == Waiting.NEW


def test_other_procedures_are_none_of_its_business(family: Family) -> None:
    assert not services.note_decided("x", "jidou-teate", now=NOW)
    assert not OpenGrant.objects.exists()


def test_an_application_moves_the_invited_forward_once(family: Family) -> None:
    child = family.children[FIRST]
    services.list_eligible(SYSTEM, SCHEME, [child], source="register", now=NOW)
    services.invite(SYSTEM, SCHEME, now=NOW)
    case_id = opened(family, answers(family, FIRST))
    deliver()
    assert Invitation.objects.get(subject_id=child).state == "applied"
    granting.on_case_opened(CaseOpened(**OutboxEvent.objects.get(name="CaseOpened").payload))
    assert Invitation.objects.get(subject_id=child).state == "applied"
    decide(case_id)
    joined()
    assert Invitation.objects.get(subject_id=child).state == "decided"


def refreshed(family: Family) -> Any:
    Recipient.objects.update(residence_as_of=date(2026, 11, 1))
    asked, told = services.refresh(SCHEME, now=NOW)
    content = sealing.content_of(Recipient.objects.get(subject_id=family.children[FIRST]))
    assert content is not None
    return asked, told, content[1]


def test_residence_comes_from_the_register_before_each_run(family: Family) -> None:
    decide(opened(family, answers(family, FIRST, OTHER)))
    joined()
    child = family.children[FIRST]
    left = Happening(EventKind.LEAVE, date(2026, 9, 15), child, family.home)
    people.record_event(SYSTEM, "", [left], provenance=register("leave"), now=NOW)
    asked, told, residence = refreshed(family)
    assert (asked, told) == (2, 2)
    assert [(stay.since, stay.until) for stay in residence.stays] == [(date(2021, 1, 1), date(2026, 9, 15))]
    assert services.refresh(SCHEME, now=NOW) == (0, 0)


def test_a_move_out_of_tokyo_and_back_are_two_stays(family: Family) -> None:
    decide(opened(family, answers(family, FIRST)))
    joined()
    child = family.children[FIRST]
    out = Happening(EventKind.LEAVE, date(2026, 6, 10), child, family.home)
    back = Happening(EventKind.JOIN, date(2026, 10, 1), child, family.home, Place.CHILD)
    people.record_event(SYSTEM, "", [out], provenance=register("out"), now=NOW)
    people.record_event(SYSTEM, "", [back], provenance=register("back"), now=NOW)
    _, _, residence = refreshed(family)
    assert [(stay.since, stay.until) for stay in residence.stays] == [
        (date(2021, 1, 1), date(2026, 6, 10)),
        (date(2026, 10, 1), None),
    ]


def test_the_day_of_death_is_lived(family: Family) -> None:
    decide(opened(family, answers(family, FIRST)))
    joined()
    death = Happening(EventKind.DEATH, date(2026, 9, 1), family.children[FIRST])
    people.record_event(SYSTEM, "", [death], provenance=register("death"), now=NOW)
    _, _, residence = refreshed(family)
    assert residence.died == date(2026, 9, 1)
    assert residence.stays[0].holds(date(2026, 9, 1))


def test_a_protected_family_is_paid_like_everybody(family: Family) -> None:
    Person.objects.update(protected=True)
    decide(opened(family, answers(family, FIRST)))
    joined()
    content = sealing.content_of(Recipient.objects.get())
    assert content is not None
    assert content[1].as_of == date(2026, 11, 24)


def test_the_command_asks_the_register_and_says_for_how_many(
    family: Family, capsys: pytest.CaptureFixture[str]
) -> None:
    decide(opened(family, answers(family, FIRST)))
    joined()
    Recipient.objects.update(residence_as_of=date(2026, 11, 1))
    call_command("benefits", "residence", SCHEME)
    assert json.loads(capsys.readouterr().out) == {"scheme": SCHEME, "asked": 1, "told": 1}
    with pytest.raises(CommandError, match="no such record"):
        call_command("benefits", "residence", "nothing")


def test_a_case_that_cannot_be_looked_at_keeps_no_other_waiting(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = opened(family, answers(family, OTHER), key="broken")
    decide(broken)
    decide(opened(family, answers(family, FIRST), key="whole"))
    deliver()
    original = granting.cases.granted_case

    def read(case_id: str) -> Any:
        if case_id == broken:
            raise ValueError("unreadable")
        return original(case_id)

    monkeypatch.setattr(granting.cases, "granted_case", read)
    assert granting.join_waiting() == 1
    assert OpenGrant.objects.get().case_id == broken
    monkeypatch.undo()
    granting.join_waiting()
    assert not OpenGrant.objects.exists()


def test_a_case_that_waits_is_looked_at_without_reading_anew(family: Family) -> None:
    given = answers(family, FIRST)
    given["children"].append({"name": "見本 三郎", "born_on": "2026-11-01", "living_with": True})
    decide(opened(family, given))
    joined()
    assert OpenGrant.objects.get().waiting == Waiting.CHILD_UNKNOWN
    before = AccessEntry.objects.count()
    for _ in range(3):
        granting.join_waiting()
    assert (AccessEntry.objects.count(), Recipient.objects.count()) == (before, 1)


def test_a_child_that_is_named_twice_is_one(family: Family) -> None:
    decide(opened(family, answers(family, FIRST, FIRST)))
    joined()
    assert set(states()) == {family.children[FIRST]}
    assert not OpenGrant.objects.exists()


def test_where_the_register_tells_no_place_the_decision_counts_up_to_its_day(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    Fact.objects.filter(attribute="自治体コード").delete()
    decide(opened(family, answers(family, FIRST)))
    joined()
    content = sealing.content_of(Recipient.objects.get())
    assert content is not None
    assert (content[1].as_of, content[1].stays[0].since) == (date(2026, 11, 24), BORN[FIRST])
    assert services.refresh(SCHEME, now=NOW.replace(day=30)) == (1, 0)
