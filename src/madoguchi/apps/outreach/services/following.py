"""What happens when something else changed: marks who is to be looked at anew, and takes back what is not out yet.

Handlers run in the transaction of the event's delivery, perhaps twice. They look at nobody: looking must stand in the
access log first, so the chore does it.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from madoguchi.apps.consents import api as consents
from madoguchi.apps.consents.contracts import ConsentChanged, SubjectKind
from madoguchi.apps.notifications import api as notifications
from madoguchi.apps.outreach import terms
from madoguchi.apps.outreach.models import Concern, Enrolment, Sent, Told, TopicChoice
from madoguchi.apps.outreach.services import checking
from madoguchi.apps.outreach.services.common import SOURCE
from madoguchi.apps.people.contracts import FactsChanged, HouseholdChanged, PersonErased
from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry.contracts import ProgrammePublished


def on_consent_changed(event: ConsentChanged) -> None:
    """Look anew after a yes; end the enrolment after a withdrawal or a no.

    How the consent stands now counts, not how it stood: the person may have changed her mind since.
    """
    if event.subject_kind != SubjectKind.PERSON or not _is_ours(event):
        return
    row = Enrolment.objects.select_for_update().filter(person_id=event.subject_id, ended_at=None).first()
    if row is None:
        return
    now = timezone.now()
    standing = consents.matching_consent(row.person_id, *_asked(terms.current()), now)
    if standing is not None and standing.state == "granted":
        wake([row.pk], event=False)
    else:
        end(row, now)


def _asked(known: terms.Terms) -> tuple[str, str]:
    return known.organisation_id, known.purpose_id


def _is_ours(event: ConsentChanged) -> bool:
    try:
        known = terms.current()
    except terms.TermsMissing:
        return False
    ours = f"{known.purpose_id}.{known.organisation_id}"
    return event.organisation_id == known.organisation_id and event.agreement_id == ours


def on_facts_changed(event: FactsChanged) -> None:
    """Look anew at those whom the person or household concerns; a message that no longer holds is taken back."""
    _changed(event.subject_id)


def on_household_changed(event: HouseholdChanged) -> None:
    """Look anew at everybody of the household; messages after a death, a move or a protection are taken back."""
    _changed(event.household_id)


def on_person_erased(event: PersonErased) -> None:
    """Look anew at those whom the erased person concerned; her own enrolment is erased with her."""
    _changed(event.person_id)


def on_programme_published(event: ProgrammePublished) -> None:
    """Look anew at those who want to hear of the programme's topics, and take back what it said before if it is gone."""
    view = registry.get(event.programme_id)
    if view is None:
        return
    try:
        topics = terms.current().topics_of(view)
    except terms.TermsMissing:
        return
    chosen = TopicChoice.objects.filter(topic__in=topics).values("enrolment_id")
    _mark(Enrolment.objects.filter(pk__in=chosen, ended_at=None))


def _changed(key: str) -> None:
    ids = concerned_by(key)
    if ids:
        wake(ids, event=True)
        take_back(ids, timezone.now())


def concerned_by(key: str) -> list[int]:
    """Return the live enrolments that a person or household concerns."""
    concerns = Concern.objects.filter(key=key).values("enrolment_id")
    rows = Enrolment.objects.filter(Q(pk__in=concerns) | Q(person_id=key), ended_at=None)
    return list(rows.values_list("pk", flat=True))


def wake(ids: Iterable[int], *, event: bool) -> None:
    """Let these enrolled people be looked at today; `event`: something happened in their lives."""
    _mark(Enrolment.objects.filter(pk__in=list(ids), ended_at=None), **({"event": True} if event else {}))


def _mark(rows: "QuerySet[Enrolment]", **more: bool) -> None:
    """Set the day of the next look to today; a look at hand counts no more, and its claim ends."""
    rows.update(look_again_on=timezone.localdate(), revision=F("revision") + 1, claimed_until=None, **more)


def take_back(ids: Iterable[int], now: datetime) -> int:
    """Cancel what must not go out any more of the messages of these enrolments; return how many."""
    since = timezone.localdate(now) - timedelta(days=checking.LIVES_DAYS)
    rows = Sent.objects.filter(enrolment__in=list(ids), on__gte=since, cancelled_on=None)
    references = [str(key) for key in rows.values_list("pk", flat=True)]
    return cancel(sorted(checking.blocked(references, now=now)), now) if references else 0


def cancel(references: list[str], now: datetime) -> int:
    """Take back the messages among these that their reader has not opened; return how many.

    What they said counts as never told: what still holds is told anew.
    """
    ids = list(Sent.objects.filter(pk__in=references, cancelled_on=None, opened_on=None).values_list("pk", flat=True))
    if not ids:
        return 0
    notifications.cancel(SOURCE, [str(key) for key in ids], now=now)
    Told.objects.filter(message__in=ids).delete()
    return Sent.objects.filter(pk__in=ids).update(cancelled_on=timezone.localdate(now))


def end(row: Enrolment, now: datetime) -> None:
    """End an enrolment that the caller has locked: topics and concerns go, what is not out yet is taken back.

    What was told stays, so that nothing is told twice if the person agrees again.
    """
    row.ended_at, row.look_again_on, row.claimed_until, row.revision = now, None, None, row.revision + 1
    row.save(update_fields=["ended_at", "look_again_on", "claimed_until", "revision"])
    row.choices.all().delete()
    row.concerns.all().delete()
    cancel([str(key) for key in row.messages.filter(cancelled_on=None).values_list("pk", flat=True)], now)
