"""What happens to a person is told once, in her inbox and her language; nothing of it leaves the platform."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from madoguchi.apps.applications.contracts import Applied
from madoguchi.apps.benefits import api as benefits
from madoguchi.apps.benefits import services as benefit_services
from madoguchi.apps.cases import api as cases
from madoguchi.apps.cases import contracts as case_events
from madoguchi.apps.cases.contracts import Applicant
from madoguchi.apps.consents import api as consents
from madoguchi.apps.notifications import api as notifications
from madoguchi.apps.notifications.contracts import AddressEnded, InboxView
from madoguchi.apps.people import api as people
from madoguchi.core import events
from madoguchi.core.permissions import SYSTEM
from madoguchi.site import telling
from tests.benefits import conftest as payments
from tests.cases import world

pytestmark = pytest.mark.django_db
ACCOUNT = "account-of-the-sample-applicant"


@pytest.fixture
def applicant(pack: Path) -> Applicant:
    """Return a person with an account."""
    person = people.create_person(SYSTEM, "131199", now=timezone.now(), account_id=ACCOUNT)
    return Applicant(ACCOUNT, "person", person.id)


def inbox(language: str = "ja") -> list[InboxView]:
    return list(notifications.inbox(ACCOUNT, language, now=timezone.now()))


def deliver() -> None:
    while events.deliver_pending():
        pass


def test_an_application_is_confirmed_with_its_number_and_the_way_to_the_receipt(applicant: Applicant) -> None:
    case_id = world.opened(who=applicant)
    receipt = "0190b3a0-0000-7000-8000-00000000000a"
    event = Applied(
        receipt, "person", applicant.subject_id, "", (case_id,), (world.ALLOWANCE,), "2026-11-25T12:00:00+09:00"
    )
    telling.on_applied(event)
    telling.on_applied(event)
    (told,) = inbox()
    assert world.row(case_id).number in told.body
    assert "児童手当" in told.subject
    assert "調布市" in told.body
    assert told.link.endswith(f"/me/applications/{receipt}/receipt/")
    assert "Chofu" in inbox("en")[0].body


def test_the_way_of_a_case_is_told_step_by_step_and_what_the_applicant_wrote_is_not(applicant: Applicant) -> None:
    case_id = world.opened(who=applicant)
    number = world.row(case_id).number
    cases.message_in(case_id, applicant=applicant, text="質問です。", now=world.NOW)
    cases.message_out(case_id, actor=world.EXAMINER, text="ひみつの答えです。", expected_number=None, now=world.NOW)
    deliver()
    (told,) = inbox()
    assert number in told.body
    assert "ひみつ" not in told.body + told.subject
    assert told.link.endswith(f"/me/cases/{number}/")


def test_a_letter_and_a_renewal_are_told_and_a_withdrawal_is_not(applicant: Applicant) -> None:
    case_id = world.opened(who=applicant)
    about = (case_id, world.ALLOWANCE, world.CHOFU, applicant.subject_id)
    events.publish(case_events.CaseNotified(*about, "letter-1"))
    events.publish(case_events.RenewalDue(*about, "2027-03-31", 30))
    events.publish(case_events.CaseWithdrawn(*about))
    deliver()
    subjects = [told.subject for told in inbox()]
    assert len(subjects) == 2
    assert any("2027年3月31日" in subject for subject in subjects)


def test_a_case_that_is_gone_and_a_person_without_an_account_stop_nothing(applicant: Applicant) -> None:
    nobody = people.create_person(SYSTEM, "131199", now=timezone.now())
    gone = ("0190b3a0-0000-7000-8000-0000000000ff", world.ALLOWANCE, world.CHOFU, applicant.subject_id)
    events.publish(case_events.CaseNotified(*gone, "letter-2"))
    events.publish(benefits.PaymentFailed(1, payments.SCHEME, nobody.id, nobody.id, "closed"))
    deliver()
    assert inbox() == []
    assert all(event.delivered_at for event in world.OutboxEvent.objects.all())


def test_who_was_paid_hears_the_sum_and_the_day_and_who_was_not_is_asked_for_an_account(applicant: Applicant) -> None:
    payments.load_scheme()
    payments.enrol("child-1", payee=applicant.subject_id)
    payments.enrol("child-2", payee=applicant.subject_id)
    payments.enrol("child-3")
    run = payments.sent()
    benefit_services.settle(payments.PREPARER, str(run.pk), payments.answer(run), now=payments.NOW)
    deliver()
    paid = [told for told in inbox() if "2026年8月15日" in told.body]
    assert len(paid) == 1
    total = sum(payment.amount_yen for payment in run.payments.filter(payee_id=applicant.subject_id))
    assert f"{total:,}円" in paid[0].body


def test_an_emergency_is_told_only_after_the_law_lets_her_know(applicant: Applicant) -> None:
    at = datetime(2026, 11, 25, 3, 0, tzinfo=UTC).isoformat()
    later = timezone.now() + timedelta(days=30)
    events.publish(consents.BreakGlassUsed("b1", world.CHOFU, "staff", "person", applicant.subject_id, "", at))
    events.publish(
        consents.BreakGlassUsed("b2", world.CHOFU, "staff", "person", applicant.subject_id, later.isoformat(), at)
    )
    deliver()
    assert len(inbox()) == 1
    assert len(notifications.inbox(ACCOUNT, "ja", now=later + timedelta(minutes=1))) == 2


def test_an_answer_is_told(applicant: Applicant) -> None:
    events.publish(
        consents.AccessQuestionAnswered(7, world.CHOFU, "person", applicant.subject_id, "2026-11-25T00:00:00Z")
    )
    deliver()
    assert "調布市" in inbox()[0].subject


def test_an_address_that_bounced_is_told_and_one_that_was_removed_is_not(applicant: Applicant) -> None:
    events.publish(AddressEnded(ACCOUNT, "email", "removed"))
    events.publish(AddressEnded(ACCOUNT, "email", "bounced"))
    deliver()
    (told,) = inbox()
    assert "メール" in told.subject


def test_the_parent_who_lives_with_a_child_is_invited_for_it(applicant: Applicant) -> None:
    child = people.create_person(SYSTEM, "131199", now=timezone.now())
    payments.load_scheme()
    telling.on_invited(benefits.InvitationsMade(payments.SCHEME, [child.id]))
    assert inbox() == []
    told = people.Provenance("住民基本台帳", "見本-1", people.Method.REGISTRY, people.Assurance.CARD)
    born = date(timezone.localdate().year - 5, 4, 2)
    day = date(2024, 1, 1)
    people.record_verified(
        SYSTEM,
        "131199",
        people.Subject.person(child.id),
        {"生年月日": born},
        provenance=told,
        obtained_at=timezone.now(),
    )
    members = {applicant.subject_id: people.Role.HEAD, child.id: people.Role.CHILD}
    people.form_household(SYSTEM, "131199", members, on=day, complete=True, provenance=told, now=timezone.now())
    telling.on_invited(benefits.InvitationsMade(payments.SCHEME, [child.id]))
    assert "018" in inbox()[0].subject
