"""A person's own facts for an application: shown to whom they belong, logged when they are handed over."""

import pytest

from madoguchi.apps.accounts.models import User
from madoguchi.apps.consents import api as consents
from madoguchi.apps.consents import journal
from madoguchi.apps.consents.contracts import Basis
from madoguchi.apps.consents.models import AccessEntry
from madoguchi.apps.people import api as people
from madoguchi.core.permissions import SYSTEM
from tests.consents import desk_world, world
from tests.consents.desk_world import CHOFU
from tests.people.conftest import NOW, register

pytestmark = pytest.mark.django_db


def resident(name: str) -> tuple[str, str]:
    """Return the account and the person of a resident whom the register knows."""
    account = str(User.objects.create(username=name, display_name="住民", kind="resident").pk)
    person_id = people.create_person(SYSTEM, "", now=NOW, account_id=account).id
    values = {"氏名": f"見本 {name}", "住所": f"東京都調布市見本町 {name}"}
    subject = people.Subject.person(person_id)
    people.record_verified(SYSTEM, "", subject, values, provenance=register(name), obtained_at=NOW)
    return account, person_id


def test_a_person_sees_her_own_facts_and_nobody_elses() -> None:
    desk_world.build()
    account, person_id = resident("hana")
    stranger, _ = resident("jiro")
    found = consents.own_facts(account, person_id, ["氏名", "所得"], NOW)
    assert [(fact.attribute, fact.value, fact.verified) for fact in found] == [("氏名", "見本 hana", True)]
    with pytest.raises(consents.NotOwn):
        consents.own_facts(stranger, person_id, ["氏名"], NOW)
    assert not AccessEntry.objects.exists()


def test_what_the_card_told_names_no_address_of_a_provider() -> None:
    desk_world.build()
    account, person_id = resident("hana")
    card = people.Provenance("https://provider.example/realm", "sign-in 1", people.Method.CREDENTIAL)
    subject = people.Subject.person(person_id)
    people.record_verified(SYSTEM, "", subject, {"生年月日": "1990-05-06"}, provenance=card, obtained_at=NOW)
    found = consents.own_facts(account, person_id, ["氏名", "生年月日"], NOW)
    assert [fact.source for fact in found] == ["住民基本台帳", "サインインでの本人確認"]


def test_a_protected_persons_address_is_left_out() -> None:
    desk_world.build()
    account, person_id = resident("hana")
    people.protect(SYSTEM, "", [person_id], now=NOW)
    found = consents.own_facts(account, person_id, ["氏名", "住所"], NOW)
    assert [fact.attribute for fact in found] == ["氏名"]


def test_what_is_handed_over_stands_in_the_log_and_the_chain() -> None:
    desk_world.build()
    account, person_id = resident("hana")
    entry_id = consents.hand_over(
        organisation_id=CHOFU,
        subject_kind=consents.SubjectKind.PERSON,
        subject_id=person_id,
        attributes=("氏名", "住所", "氏名"),
        procedure_id="jidou-teate",
        case_reference="8-132080-000001",
        account_id=account,
        now=NOW,
    )
    entry = AccessEntry.objects.get(pk=entry_id)
    assert (entry.basis, entry.purpose_id, entry.disclosed) == ("application", "application", ["氏名", "住所"])
    assert entry.case_reference == "8-132080-000001"
    assert journal.verify() == []


def test_nobody_can_ask_on_the_basis_of_an_application() -> None:
    with pytest.raises(ValueError, match="Only the person herself"):
        world.ask(basis=Basis.APPLICATION)
