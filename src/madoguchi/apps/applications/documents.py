"""Which documents an application needs, which it does not because the fact is confirmed, and which are there already."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from madoguchi.apps.applications.contracts import Known, Standing
from madoguchi.apps.applications.conversation import Talk
from madoguchi.apps.applications.known import Facts
from madoguchi.apps.files import api as files
from madoguchi.apps.files.contracts import FileRef, Owner, OwnerKind, State
from madoguchi.apps.procedures import api as procedures
from madoguchi.engines import forms


@dataclass(frozen=True, slots=True)
class Paper:
    """One document of a conversation. `minutes`, `trips` and `fee_yen` are what getting it costs at a counter today."""

    id: str
    name: Mapping[str, str]
    procedures: tuple[str, ...]
    required: bool
    accepts: tuple[str, ...]
    confirmed: Known | None
    reuse_days: int
    minutes: int
    trips: int
    fee_yen: int
    files: tuple[FileRef, ...] = ()
    reusable: tuple[FileRef, ...] = field(default=())

    @property
    def missing(self) -> bool:
        """Tell whether the application cannot be sent without it and it is not there."""
        return self.required and self.confirmed is None and not self.files


def owner_of(draft_id: str) -> Owner:
    """Return the owner under which the files of a draft lie."""
    return Owner(OwnerKind.DRAFT, draft_id)


def is_required(view: procedures.ProcedureView, item: Mapping[str, Any], answers: Mapping[str, Any], on: date) -> bool:
    """Tell whether a procedure requires a document with these answers."""
    required = item.get("required", True)
    if isinstance(required, bool):
        return required
    return forms.holds(forms.read_condition(required), answers, today=on)


def confirmed_by(item: Mapping[str, Any], facts: Facts) -> Known | None:
    """Return the verified fact that makes a document needless (once-only), None when there is none."""
    for name in item.get("confirmed_by", ()):
        fact = facts.own.get(name)
        if fact is not None and fact.verified:
            as_of = fact.as_of.isoformat()[:10] if fact.as_of else ""
            return Known(fact.value, fact.source, as_of, Standing.VERIFIED, name)
    return None


def papers(
    talk: Talk, answers: Mapping[str, Any], facts: Facts, on: date, *, there: Sequence[FileRef] = ()
) -> tuple[Paper, ...]:
    """Return the documents of a conversation, each once; one that two procedures need is uploaded once."""
    found: dict[str, list[tuple[procedures.ProcedureView, Mapping[str, Any]]]] = {}
    for view in talk.views:
        for item in view.documents:
            found.setdefault(item["id"], []).append((view, item))
    return tuple(_paper(key, asked, talk, answers, facts, on, there) for key, asked in found.items())


def _paper(
    key: str,
    asked: Sequence[tuple[procedures.ProcedureView, Mapping[str, Any]]],
    talk: Talk,
    answers: Mapping[str, Any],
    facts: Facts,
    on: date,
    there: Sequence[FileRef],
) -> Paper:
    items = [item for _, item in asked]
    required = [is_required(view, item, talk.answers_of(view, answers), on) for view, item in asked]
    confirmed = [confirmed_by(item, facts) for item in items]
    open_ones = [item for item, needed, known in zip(items, required, confirmed, strict=True) if needed and not known]
    accepts = [set(item.get("accepts", ("pdf", "image"))) for item in items]
    counter = items[0].get("counter", {})
    return Paper(
        id=key,
        name=asked[0][0].document_names.get(key, {"ja": key}),
        procedures=tuple(view.id for view, _ in asked),
        required=any(required),
        accepts=tuple(sorted(set.intersection(*accepts) or accepts[0])),
        confirmed=None if open_ones else next((one for one in confirmed if one), None),
        reuse_days=min(item.get("reuse_days", 0) for item in items),
        minutes=counter.get("minutes", 0),
        trips=counter.get("trips", 0),
        fee_yen=counter.get("fee_yen", 0),
        files=tuple(file for file in there if file.document == key and file.state is not State.INFECTED),
    )


def with_reusable(paper: Paper, subject_id: str, now: datetime) -> Paper:
    """Return the document with earlier uploads of the same person that may be used again."""
    if not paper.reuse_days or paper.files or paper.confirmed:
        return paper
    return replace(paper, reusable=files.reusable(subject_id, paper.id, now - timedelta(days=paper.reuse_days)))


def is_reused(paper: Paper, started: datetime) -> bool:
    """Tell whether a document was uploaded before the draft began, so that nobody fetched it again."""
    return bool(paper.files) and all(file.uploaded_at < started for file in paper.files)
