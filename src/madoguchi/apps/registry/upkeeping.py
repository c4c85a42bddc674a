"""What keeping the registry true needs of it: the working copy, its draft, a review without changes, what text says of ages.

Only values cross: drafts and versions stay inside. Nothing here publishes a draft; `confirm` publishes two dates.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from madoguchi.apps.registry import catalogue, reading, services
from madoguchi.apps.registry.checking import Flaw, flaws
from madoguchi.apps.registry.interchange import exchange, form
from madoguchi.apps.registry.models import Programme, ProgrammeDraft
from madoguchi.core.permissions import Actor
from madoguchi.engines.eligibility import Node, Subject


@dataclass(frozen=True, slots=True)
class WorkingCopy:
    """What staff work on: the draft, or the published record where there is none (`revision` 0)."""

    programme_id: str
    organisation_id: str
    version: int
    published: Mapping[str, Any]
    content: Mapping[str, Any]
    revision: int
    draft_by: str = ""


@dataclass(frozen=True, slots=True)
class ImportedView:
    """One record of an imported registry file: its number, name, area code, and the record itself."""

    key: str
    psid: str
    name: str
    area_code: str
    record: Mapping[str, Any]


def working_copy(programme_id: str) -> WorkingCopy | None:
    """Return what staff would edit now, None for a programme that was never published."""
    row = Programme.objects.select_related("current").filter(pk=programme_id).first()
    if row is None or row.current is None:
        return None
    draft = ProgrammeDraft.objects.filter(programme=row).first()
    published: dict[str, Any] = row.current.content
    return WorkingCopy(
        row.pk,
        row.organisation_id,
        row.current.number,
        published,
        draft.content if draft else published,
        draft.revision if draft else 0,
        draft.updated_by if draft else "",
    )


def save_draft(actor: Actor, programme_id: str, content: Mapping[str, Any], *, revision: int, now: datetime) -> int:
    """Keep changes as the draft and return its new revision; raise Conflict or NotPermitted. Publishes nothing."""
    return services.save_draft(actor, programme_id, content, revision=revision, now=now).revision


def flaws_of(content: Mapping[str, Any]) -> list[Flaw]:
    """Return everything that would keep a record from being published."""
    shelf = catalogue.current()
    return flaws(content, book=shelf.book, known=catalogue.known(shelf))


def confirm(
    actor: Actor, programme_id: str, *, version: int, checked_on: date, review_on: date, note: str, now: datetime
) -> int:
    """Publish that a record was looked at and nothing changed; return the new version's number (`services.confirm`)."""
    dates = {"checked_on": checked_on.isoformat(), "review_on": review_on.isoformat()}
    return services.confirm(actor, programme_id, version=version, dates=dates, note=note, now=now).number


def imported() -> Iterator[ImportedView]:
    """Return the newest accepted records of imported registry files."""
    for text in exchange.newest():
        record = json.loads(text)
        names = (str(form.value_at(record, f"institutionName.{part}") or "") for part in ("canonicalName", "shortName"))
        number, name = form.psid(record), " ".join(part for part in names if part).strip()
        code = form.area_code(record)
        yield ImportedView(number or f"{code}:{name}", number, name, code, record)


def condition_of(content: Mapping[str, Any]) -> tuple[Subject, Node]:
    """Return subject and tree of a record's condition; raise ConditionError or ValueError."""
    subject = Subject(content["subject"])
    return subject, catalogue.current().book.read(content["condition"], subject)


def ages_said(content: Mapping[str, Any]) -> list[tuple[str, Node]]:
    """Return what name and summary say of ages, in order: the wording and the test that it means."""
    pieces = reading.read_record(reading.record_of_programme(content)).proposal.pieces
    return [(piece.span.quote, piece.atom) for piece in pieces if piece.age_source is not None]


def ages_said_imported(record: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return where an imported record's words contradict its age fields: (wording, said, field)."""
    found = reading.read_record(reading.record_of_imported(record)).proposal
    return [(item.span.quote, item.said, item.structured) for item in found.contradictions]
