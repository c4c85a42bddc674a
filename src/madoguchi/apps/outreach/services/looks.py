"""One look at one person: what her consent opens, what that means, what would be told today. It writes nothing here.

The door of consents writes the access log. The look is carried out by `looking`, and shown to the person as a preview.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils import timezone

from madoguchi.apps.consents import api as consents
from madoguchi.apps.consents.contracts import MatchedHousehold
from madoguchi.apps.outreach import subjects, terms
from madoguchi.apps.outreach.models import Enrolment
from madoguchi.apps.outreach.services import common, memory, taking
from madoguchi.apps.outreach.services.guardians import Guardians
from madoguchi.apps.registry import api as registry
from madoguchi.engines.planning import telling
from madoguchi.engines.planning.model import Item, Memory, Reason, Subject

MOST_CHANGES = 1_000


@dataclass(frozen=True, slots=True)
class Look:
    """What a look found. `subjects` are judged on `today`; what was told before is read when it is carried out."""

    matched: MatchedHousehold
    book: subjects.Book
    known: terms.Terms
    chosen: frozenset[str]
    taken: taking.Taken
    subjects: Sequence[Subject]
    today: date
    sequence: int

    def memory(self, enrolment: Enrolment) -> Memory:
        """Return what the person was told before."""
        about = [subject.about for subject in self.subjects if subject.about in self.matched.children]
        return memory.memory_of(enrolment, about, today=self.today, policy=self.known.policy)

    def items(self, remembered: Memory) -> list[Item]:
        """Return everything that could be told, today and on the days to come."""
        return list(telling.items(self.subjects, remembered, today=self.today, policy=self.known.policy))


def look_at(enrolment: Enrolment, known: terms.Terms, now: datetime) -> Look | None:
    """Look at an enrolled person; None when no live consent opens her household. Logged at the door of consents.

    Raise RuntimeError inside a transaction: what was read must stand in the log first.
    """
    sequence = registry.latest_sequence()
    matched = consents.household_for_matching(common.request_for(enrolment.person_id, known), now)
    if matched is None:
        return None
    today, book = timezone.localdate(now), common.book(known)
    chosen = frozenset(enrolment.choices.values_list("topic", flat=True))
    taken = taking.taken_by(enrolment, matched, book, today=today)
    fresh = _published_since(enrolment)
    standing = Reason.EVENT if enrolment.event else Reason.NOW
    scope = subjects.Scope(
        mine=Guardians(enrolment, matched, book, known, now).mine,
        wanted=lambda key: known.wanted(book.views[key], chosen),
        taken=taken.up,
        cause=lambda key: Reason.RULE if key in fresh else standing,
    )
    found = tuple(subjects.subjects_of(matched, book, scope, today=today))
    return Look(matched, book, known, chosen, taken, found, today, sequence)


def _published_since(enrolment: Enrolment) -> frozenset[str]:
    """Return the programmes that were published or changed since the last look; none at the first."""
    if not enrolment.sequence:
        return frozenset()
    return frozenset(change.programme_id for change in registry.changes(since=enrolment.sequence, limit=MOST_CHANGES))
