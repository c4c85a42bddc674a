"""Reviews move two dates and say who looked; a programme is handed to somebody of its organisation, and to nobody else."""

from datetime import UTC, date, datetime, timedelta

import pytest

from madoguchi.apps.accounts.models import User
from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry import services as registry_services
from madoguchi.apps.registry.models import ChangeEntry, ProgrammeDraft, ProgrammeVersion
from madoguchi.apps.upkeep import services
from madoguchi.apps.upkeep.errors import Refusal, Refused
from madoguchi.apps.upkeep.models import Handover, Review
from madoguchi.core.models import AuditEntry
from madoguchi.core.permissions import Actor, NotPermitted
from tests.at_once import at_once
from tests.upkeep.conftest import ID

pytestmark = pytest.mark.django_db
NOW = datetime(2027, 4, 10, tzinfo=UTC)
TODAY = date(2027, 4, 10)
NEXT = date(2028, 4, 1)


def review(actor: Actor, *, version: int = 1, revision: int = 0, review_on: date = NEXT) -> Review:
    return services.record_review(
        actor, ID, version=version, revision=revision, review_on=review_on, note="電話で確かめた",
        public_note="変更はありません。", today=TODAY, now=NOW,
    )  # fmt: skip


def hand(actor: Actor, account_id: str, due_on: date = NEXT) -> Handover:
    return services.hand_over(actor, ID, account_id=account_id, due_on=due_on, today=TODAY, now=NOW)


def test_a_review_publishes_the_moved_dates_and_nothing_else(publishing: Actor) -> None:
    before = registry.get(ID)
    assert before is not None
    assert registry.review_due(before, TODAY)
    row = review(publishing)
    after = registry.get(ID)
    assert after is not None
    dates = {"checked_on": "2027-04-10", "review_on": "2028-04-01"}
    assert after.content == {**before.content, **dates}
    assert (row.version, row.published, row.by) == (1, 2, publishing.id)
    assert not registry.review_due(after, TODAY)
    version = ProgrammeVersion.objects.get(programme_id=ID, number=2)
    assert (version.created_by, version.note) == (publishing.id, "変更はありません。")
    assert ChangeEntry.objects.filter(programme_id=ID).count() == 2
    assert AuditEntry.objects.filter(action="upkeep.review", object_id=ID).count() == 1


def test_the_memo_of_a_review_stays_at_the_desk(publishing: Actor) -> None:
    review(publishing)
    assert not ProgrammeVersion.objects.filter(note__contains="電話").exists()
    assert Review.objects.get().note == "電話で確かめた"


def test_an_editor_puts_the_dates_into_the_draft(editing: Actor) -> None:
    row = review(editing)
    assert row.published is None
    assert ProgrammeVersion.objects.filter(programme_id=ID).count() == 1
    assert ProgrammeDraft.objects.get(pk=ID).content["checked_on"] == "2027-04-10"


def test_a_review_of_a_version_that_is_old_by_now_is_told(publishing: Actor) -> None:
    review(publishing)
    with pytest.raises(Refused) as refused:
        review(publishing)
    assert refused.value.reason is Refusal.CHANGED
    assert Review.objects.count() == 1
    assert ProgrammeVersion.objects.filter(programme_id=ID).count() == 2


def test_a_draft_of_somebody_else_goes_on_from_the_new_version(publishing: Actor, editing: Actor) -> None:
    copy = registry.working_copy(ID)
    assert copy is not None
    registry.save_draft(editing, ID, {**copy.content, "law": "下書きの根拠"}, revision=0, now=NOW)
    review(publishing)
    version = registry_services.publish(publishing, ID, revision=1, note="", now=NOW)
    assert version.number == 3
    assert version.content["law"] == "下書きの根拠"
    assert version.content["checked_on"] == "2027-04-10"


@pytest.mark.parametrize("review_on", [TODAY, TODAY - timedelta(days=1), date(2040, 1, 1), date.min])
def test_the_next_review_lies_ahead_and_not_too_far(publishing: Actor, review_on: date) -> None:
    with pytest.raises(Refused) as refused:
        review(publishing, review_on=review_on)
    assert refused.value.reason is Refusal.REVIEW_DAY
    assert not Review.objects.exists()


def test_a_programme_is_in_one_persons_hands_at_a_time(publishing: Actor, editing: Actor) -> None:
    hand(publishing, editing.id)
    hand(publishing, publishing.id)
    assert Handover.objects.get(ended_at=None).account_id == publishing.id
    assert Handover.objects.count() == 2
    services.end_handover(publishing, ID, now=NOW)
    services.end_handover(publishing, ID, now=NOW)
    assert not Handover.objects.filter(ended_at=None).exists()
    assert AuditEntry.objects.filter(action="upkeep.end_handover").count() == 1


def test_nobody_of_another_organisation_gets_or_gives_a_programme(
    publishing: Actor, foreign: Actor, stranger: User
) -> None:
    with pytest.raises(Refused) as refused:
        hand(publishing, str(stranger.pk))
    assert refused.value.reason is Refusal.NOT_STAFF
    with pytest.raises(NotPermitted):
        hand(foreign, foreign.id)
    with pytest.raises(NotPermitted):
        review(foreign)
    with pytest.raises(NotPermitted):
        registry.confirm(foreign, ID, version=1, checked_on=TODAY, review_on=NEXT, note="", now=NOW)
    assert not Handover.objects.exists()
    assert ProgrammeVersion.objects.filter(programme_id=ID).count() == 1


@pytest.mark.parametrize("due_on", [TODAY - timedelta(days=1), date(2040, 1, 1)])
def test_a_due_day_lies_ahead(publishing: Actor, due_on: date) -> None:
    with pytest.raises(Refused) as refused:
        hand(publishing, publishing.id, due_on)
    assert refused.value.reason is Refusal.DUE_DAY


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_reviews_at_once_one_is_recorded(publishing: Actor) -> None:
    raised = at_once([lambda: review(publishing)] * 6)
    assert [type(problem) for problem in raised] == [Refused] * 5
    assert ProgrammeVersion.objects.filter(programme_id=ID).count() == 2
    assert Review.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_who_hand_over_at_once_one_hand_is_left(publishing: Actor, editing: Actor) -> None:
    raised = at_once([lambda: hand(publishing, editing.id), lambda: hand(editing, publishing.id)] * 3)
    assert {type(problem) for problem in raised} <= {Refused}
    assert Handover.objects.filter(ended_at=None).count() == 1
