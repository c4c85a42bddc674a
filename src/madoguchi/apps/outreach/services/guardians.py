"""To whom of several enrolled people something about a child or a household is told: one of them, never two.

The head of the household if she is enrolled and wants the topic, else who enrolled first and wants it.
"""

from collections.abc import Collection, Mapping
from datetime import datetime
from functools import cached_property

from madoguchi.apps.consents import api as consents
from madoguchi.apps.consents.contracts import MatchedHousehold
from madoguchi.apps.outreach import terms
from madoguchi.apps.outreach.models import Concern, Enrolment
from madoguchi.apps.outreach.services.common import request_for
from madoguchi.apps.outreach.subjects import HOUSEHOLD, Book


class Guardians:
    """Who answers for each child and for the household, seen from one enrolled person."""

    def __init__(
        self, enrolment: Enrolment, matched: MatchedHousehold, book: Book, known: terms.Terms, now: datetime
    ) -> None:
        self._own = enrolment
        self._matched = matched
        self._book = book
        self._known = known
        self._now = now

    def mine(self, programme: str, about: str) -> bool:
        """Tell whether it is this person who is told of a programme about somebody."""
        if about == self._matched.person_id:
            return True
        key = self._matched.household_id if about == HOUSEHOLD else about
        view = self._book.views[programme]
        ready = [row for row, chosen in self._enrolled.get(key, ()) if self._known.wanted(view, chosen)]
        ready.sort(key=lambda row: (row.person_id != self._matched.head_id, row.since, row.pk))
        return not ready or ready[0].pk == self._own.pk

    @cached_property
    def _enrolled(self) -> Mapping[str, Collection[tuple[Enrolment, frozenset[str]]]]:
        """Return by child and household who is enrolled and has a live consent, this person included."""
        keys = {self._matched.household_id, *self._matched.children}
        others = (
            Concern.objects.filter(key__in=keys, enrolment__ended_at=None)
            .exclude(enrolment=self._own)
            .select_related("enrolment")
        )
        live = {row.enrolment_id: row.enrolment for row in others if self._is_live(row.enrolment)}
        chosen = {key: _topics(row) for key, row in [*live.items(), (self._own.pk, self._own)]}
        found = {key: [(self._own, chosen[self._own.pk])] for key in keys}
        for row in others:
            if row.enrolment_id in live and (row.child or row.key == self._matched.household_id):
                found[row.key].append((row.enrolment, chosen[row.enrolment_id]))
        return found

    def _is_live(self, row: Enrolment) -> bool:
        return consents.matching_open(request_for(row.person_id, self._known), self._now)


def _topics(row: Enrolment) -> frozenset[str]:
    return frozenset(row.choices.values_list("topic", flat=True))
