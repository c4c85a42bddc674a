"""An opened draft: its answers in the newest version of its procedures, with everything that is known put in.

Reading only. What reading found out (a new version, a changed fact) is written by `services.settling`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from madoguchi.apps.applications import conversation, facts, known
from madoguchi.apps.applications.content import Content, content_of
from madoguchi.apps.applications.contracts import Applicant, DraftState, Known
from madoguchi.apps.applications.conversation import Talk
from madoguchi.apps.applications.documents import Paper, owner_of, papers
from madoguchi.apps.applications.errors import DraftMissing
from madoguchi.apps.applications.models import Draft
from madoguchi.apps.files import api as files
from madoguchi.apps.procedures import api as procedures
from madoguchi.engines import forms

KEPT = timedelta(days=90)
"""A draft is forgotten so long after its last change."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft with its conversation. `answers` are those that would be sent now."""

    row: Draft
    applicant: Applicant
    content: Content
    talk: Talk
    facts: known.Facts
    known: Mapping[str, Known]
    answers: Mapping[str, Any]
    now: datetime

    @property
    def today(self) -> date:
        """Return the day in Tokyo."""
        return timezone.localdate(self.now)

    @property
    def form(self) -> forms.Form:
        """Return the merged form."""
        return self.talk.form

    @property
    def verified(self) -> dict[str, Known]:
        """Return what is shown and not asked, by path."""
        return known.verified(self.known)

    @property
    def verified_values(self) -> dict[str, Any]:
        """Return the verified values by path."""
        return {path: one.value for path, one in self.verified.items()}

    @property
    def is_migrated(self) -> bool:
        """Tell whether a procedure has a newer version than the one that the row names."""
        return procedures_of(self.row) != tuple((view.id, view.version) for view in self.talk.views)

    @property
    def changed_facts(self) -> tuple[str, ...]:
        """Return the paths of verified values that are not those which the person saw last."""
        fresh, shown = self.verified_values, self.content.shown
        return tuple(path for path in shown if fresh.get(path) != shown[path])

    def papers(self) -> tuple[Paper, ...]:
        """Return the documents of the conversation with what was uploaded."""
        there = files.refs(owner_of(str(self.row.pk)))
        return papers(self.talk, self.answers, self.facts, self.today, there=there)

    def with_content(self, content: Content) -> "Opened":
        """Return the draft with other content, everything that follows from it computed anew."""
        told, wards = self.facts, wards_of(content)
        if not set(wards) <= set(told.wards):
            told = facts.facts_for(self.applicant, self.talk, wards, self.now)
        found = known.known_values(self.form, content, told, today=self.today)
        answers = _answers(self.form, content, found, self.today)
        return replace(self, content=content, facts=told, known=found, answers=answers)


def procedures_of(row: Draft) -> tuple[tuple[str, int], ...]:
    """Return the procedures of a draft with the versions in which it was last shown."""
    return tuple((str(key), int(version)) for key, version in row.procedures)


def row_of(applicant: Applicant, draft_id: str, *, lock: bool = False) -> Draft:
    """Return the row of an applicant's own draft; raise DraftMissing for a deleted one and for everybody else's."""
    try:
        wanted = UUID(str(draft_id))
    except ValueError:
        raise DraftMissing from None
    rows = Draft.objects.select_for_update(of=("self",)) if lock else Draft.objects
    row = rows.filter(
        pk=wanted,
        account_id=applicant.account_id,
        subject_kind=applicant.subject_kind,
        subject_id=applicant.subject_id,
        acting_for=applicant.acting_for,
    ).first()
    if row is None or row.state == DraftState.DELETED:
        raise DraftMissing
    return row


def open_row(row: Draft, now: datetime) -> Opened:
    """Open a draft: carry its answers to the newest versions, read the facts, put in what is verified."""
    today = timezone.localdate(now)
    applicant = Applicant(row.account_id, row.subject_kind, row.subject_id, row.acting_for)
    stored = procedures_of(row)
    first = conversation.first_of(row.bundle_id)
    talk = conversation.talk_over(_newest(stored), first=first)
    content = content_of(row)
    if procedures_of(row) != tuple((view.id, view.version) for view in talk.views):
        content = _migrated(content, conversation.talk(stored, first=first), talk, today)
    told = facts.facts_for(applicant, talk, wards_of(content), now)
    found = known.known_values(talk.form, content, told, today=today)
    answers = _answers(talk.form, content, found, today)
    return Opened(row, applicant, content, talk, told, found, answers, now)


def wards_of(content: Content) -> tuple[str, ...]:
    """Return every child that was chosen in a draft."""
    return tuple(dict.fromkeys(child for ids in content.wards.values() for child in ids if child))


def views_of(row: Draft) -> tuple[procedures.ProcedureView, ...]:
    """Return the procedures of a draft as `open_row` takes them, without opening it."""
    return conversation.in_filing_order(_newest(procedures_of(row)))


def _newest(stored: tuple[tuple[str, int], ...]) -> list[procedures.ProcedureView]:
    """Return the versions in force; a procedure that is offered no more keeps the version it was begun in."""
    found = []
    for key, version in stored:
        try:
            found.append(procedures.procedure(key))
        except procedures.UnknownProcedure:
            found.append(procedures.procedure(key, version))
    return found


def _migrated(content: Content, old: Talk, new: Talk, today: date) -> Content:
    moved = forms.migrate(content.answers, old.form, new.form, today=today)
    told = dict.fromkeys((*content.told, *(_root(path) for path, _ in moved.dropped), *moved.to_ask))
    lists = moved.answers
    wards = {
        key: ids
        for key, ids in content.wards.items()
        if key == "" or (key in new.form.fields and len(lists.get(key, ())) == len(ids))
    }
    return replace(content, answers=moved.answers, wards=wards, told=tuple(told))


def _root(path: str) -> str:
    return path.split("[")[0]


def _answers(form: forms.Form, content: Content, found: Mapping[str, Known], today: date) -> dict[str, Any]:
    made = known.filled(content.answers, known.verified(found))
    return dict(forms.calculated(form, made, today=today))
