"""Sending happens once, whole or not at all; a changed fact is shown again; nobody else's draft can be sent."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from madoguchi.apps.applications.contracts import ReceiptView
from madoguchi.apps.applications.errors import DraftMissing, NotDone, Reason
from madoguchi.apps.applications.models import Receipt
from madoguchi.apps.applications.opened import open_row, row_of
from madoguchi.apps.applications.services import sending, settling, starting
from madoguchi.apps.cases.models import Case
from madoguchi.apps.consents.models import AccessEntry
from madoguchi.apps.people.contracts import Subject
from madoguchi.core import audit
from tests.applications import world
from tests.applications.world import CHOFU, NOW, Family


def written(who: Family, *names: str, **answers: Any) -> str:
    """Return a draft whose last page was shown."""
    told = {"applicant.reason": "理由です", **answers}
    draft = starting.begin(who.applicant, names, key="k", now=NOW, answers=told)
    settling.settle(who.applicant, draft, NOW)
    return draft


def send(who: Family, draft: str) -> ReceiptView:
    return sending.send(who.applicant, draft, number=row_of(who.applicant, draft).number, now=NOW)


@pytest.mark.django_db
def test_sending_opens_a_case_at_the_persons_municipality_and_logs_what_left(hanako: Family) -> None:
    receipt = send(hanako, written(hanako, "simple"))
    case = Case.objects.get()
    assert (case.organisation_id, case.subject_id, case.procedure_id) == (CHOFU, hanako.parent, "simple")
    assert [line.number for line in receipt.cases] == [case.number]
    entry = AccessEntry.objects.get()
    assert (entry.basis, entry.disclosed, entry.case_reference) == ("application", ["氏名"], case.number)
    assert receipt.savings["fields_prefilled"] == 1
    audit.seal(now=NOW)
    assert audit.verify().problems == ()


@pytest.mark.django_db
def test_sending_twice_gives_the_same_receipt_and_one_case(hanako: Family) -> None:
    draft = written(hanako, "simple")
    assert send(hanako, draft) == send(hanako, draft)
    assert Case.objects.count() == 1


@pytest.mark.django_db
def test_an_incomplete_draft_is_not_sent_and_says_what_is_missing(hanako: Family) -> None:
    draft = starting.begin(hanako.applicant, ["simple"], key="k", now=NOW)
    settling.settle(hanako.applicant, draft, NOW)
    with pytest.raises(NotDone) as refused:
        send(hanako, draft)
    assert refused.value.reason is Reason.INCOMPLETE
    assert not Case.objects.exists()


@pytest.mark.django_db
def test_a_verified_fact_that_changed_is_shown_again_before_it_leaves(hanako: Family) -> None:
    draft = written(hanako, "simple")
    world.tell(Subject.person(hanako.parent), "marriage", {"氏名": "新姓 花子"}, at=NOW + timedelta(hours=1))
    with pytest.raises(NotDone) as refused:
        send(hanako, draft)
    assert refused.value.reason is Reason.FACTS_CHANGED
    settling.settle(hanako.applicant, draft, NOW)
    send(hanako, draft)
    assert open_row(row_of(hanako.applicant, draft), NOW).answers["applicant.name"] == "新姓 花子"


@pytest.mark.django_db
def test_somebody_elses_draft_is_not_there(hanako: Family) -> None:
    draft, stranger = written(hanako, "simple"), world.family("別人 次郎", "別人 三郎")
    for deed in (send, lambda who, key: starting.delete(who.applicant, key, now=NOW)):
        with pytest.raises(DraftMissing):
            deed(stranger, draft)
    assert not Case.objects.exists()


@pytest.mark.django_db
def test_an_individual_number_is_never_sent(hanako: Family) -> None:
    with pytest.raises(NotDone) as refused:
        send(hanako, written(hanako, "simple", **{"applicant.reason": "番号は 123456789018 です"}))
    assert refused.value.reason is Reason.INDIVIDUAL_NUMBER


@pytest.mark.django_db
def test_who_moves_applies_where_she_moves_to(hanako: Family) -> None:
    bank = {**world.BANK, "move.to_municipality": world.question("text", "新しい区市町村")}
    kept = world.procedures.keep_bank(bank, {}, now=NOW)
    moving = world.record("moving", [world.page("only", "applicant.reason", "move.to_municipality")], level="email")
    world.procedures.publish_from_pack(moving, bank=kept, now=NOW)
    send(hanako, written(hanako, "moving", **{"move.to_municipality": "131199"}))
    assert Case.objects.get().organisation_id == "131199"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_presses_at_once_send_one_application() -> None:
    world.build()
    hanako = world.family()
    draft, got, failed = written(hanako, "simple"), [], []
    number = row_of(hanako.applicant, draft).number

    def press() -> None:
        try:
            got.append(sending.send(hanako.applicant, draft, number=number, now=NOW).id)
        except Exception as problem:
            failed.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=press) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert (len(set(got)), len(got)) == (1, 20)
    assert (Case.objects.count(), Receipt.objects.count(), AccessEntry.objects.count()) == (1, 1, 1)
