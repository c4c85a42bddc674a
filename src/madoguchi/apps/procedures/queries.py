"""Reads for pages: what a member of staff may see and edit, versions of a procedure, the draft under work."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from madoguchi.apps.procedures.checking import Flaw, flaws
from madoguchi.apps.procedures.contracts import MUNICIPALITY, UnknownProcedure, in_language
from madoguchi.apps.procedures.knowing import known_for
from madoguchi.apps.procedures.models import Procedure, ProcedureVersion
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import Actor, Permission

DRAFT, PUBLISHED = ProcedureVersion.State.DRAFT, ProcedureVersion.State.PUBLISHED


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the list of the desk."""

    id: str
    record: Mapping[str, Any]
    version: int
    has_draft: bool
    ahead: date | None
    """Day on which a published version comes into force that is not yet."""
    editable: bool

    def name(self, language: str) -> str:
        """Return the name in a language."""
        return in_language(self.record["name"], language)


@dataclass(frozen=True, slots=True)
class Working:
    """A procedure as the editor has it on the desk: the draft when there is one, else the newest published version."""

    procedure: Procedure
    row: ProcedureVersion
    published: ProcedureVersion | None
    may_edit: bool
    may_publish: bool

    @property
    def record(self) -> dict[str, Any]:
        """Return the record under work."""
        return dict(self.row.record)

    @property
    def is_draft(self) -> bool:
        """Tell whether there are changes that are not published."""
        return self.row.state == DRAFT

    @property
    def revision(self) -> int:
        """Return what an editor must send back with a change; 0 when there is no draft yet."""
        return self.row.revision if self.is_draft else 0


def visible_owners(actor: Actor) -> tuple[list[str], bool]:
    """Return the organisations whose procedures the actor may see, and whether those of all municipalities too."""
    own = actor.organisations(Permission.VIEW_DESK)
    kind = Organisation.Kind.MUNICIPALITY
    return own, Organisation.objects.filter(pk__in=own, kind=kind).exists()


def _is_visible(row: ProcedureVersion, owners: list[str], shared: bool) -> bool:
    return row.procedure.owner_id in owners or (shared and row.record.get("authority") == MUNICIPALITY)


def desk(actor: Actor, *, today: date) -> list[Row]:
    """Return the procedures that the actor may see, by id: with drafts and versions that are still ahead."""
    owners, shared = visible_owners(actor)
    by_id: dict[str, list[ProcedureVersion]] = {}
    for row in ProcedureVersion.objects.filter(procedure__withdrawn=False).select_related("procedure"):
        if _is_visible(row, owners, shared):
            by_id.setdefault(row.procedure_id, []).append(row)
    return [_line(rows, actor, today) for _, rows in sorted(by_id.items())]


def _line(rows: list[ProcedureVersion], actor: Actor, today: date) -> Row:
    published = sorted((row for row in rows if row.state == PUBLISHED), key=lambda row: row.number or 0)
    in_force = [row for row in published if row.effective_from <= today]
    ahead = [row for row in published if row.effective_from > today]
    shown = (in_force or ahead or rows)[-1]
    return Row(
        id=shown.procedure_id,
        record=shown.record,
        version=shown.number or 0,
        has_draft=any(row.state == DRAFT for row in rows),
        ahead=ahead[-1].effective_from if ahead and in_force else None,
        editable=actor.may(Permission.EDIT_PROCEDURES, shown.procedure.owner_id),
    )


def working(actor: Actor, procedure_id: str) -> Working:
    """Return what the editor shows of a procedure; raise `UnknownProcedure` also when the actor may not see it."""
    rows = ProcedureVersion.objects.filter(procedure_id=procedure_id, procedure__withdrawn=False)
    known = list(rows.select_related("procedure", "bank").order_by("number"))
    published = [row for row in known if row.state == PUBLISHED]
    drafts = [row for row in known if row.state == DRAFT]
    row = next(reversed(drafts or published), None)
    if row is None or not _is_visible(row, *visible_owners(actor)):
        raise UnknownProcedure(procedure_id)
    owner = row.procedure.owner_id
    return Working(
        procedure=row.procedure,
        row=row,
        published=published[-1] if published else None,
        may_edit=actor.may(Permission.EDIT_PROCEDURES, owner),
        may_publish=actor.may(Permission.PUBLISH_PROCEDURES, owner),
    )


def flaws_of(row: ProcedureVersion) -> list[Flaw]:
    """Return everything that keeps a version from being published."""
    return flaws(row.record, known_for(row))


def versions(procedure_id: str) -> list[ProcedureVersion]:
    """Return the published versions of a procedure, newest first; empty for an unknown one."""
    rows = ProcedureVersion.objects.filter(procedure_id=procedure_id, state=PUBLISHED)
    return list(rows.order_by("-number"))
