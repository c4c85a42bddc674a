"""Writes of the room: loading from the pack, drafts, publishing with four eyes. Each is one transaction.

A published version is never changed again; a draft carries a revision that tells two people apart who edit at once.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from madoguchi.apps.procedures.checking import Flaw, date_flaws, flaws, schema_flaws
from madoguchi.apps.procedures.contracts import MUNICIPALITY, ProcedurePublished, UnknownProcedure
from madoguchi.apps.procedures.hashing import digest
from madoguchi.apps.procedures.knowing import known_for
from madoguchi.apps.procedures.models import Bundle, FieldBank, Procedure, ProcedureVersion
from madoguchi.core import audit, events
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import SYSTEM, Actor, NotPermitted, Permission, require

COMMON_KEEPER = "tokyo-digital"
"""Who edits what all municipalities share (`authority: municipality`); a municipality reads it only."""
DRAFT, PUBLISHED = ProcedureVersion.State.DRAFT, ProcedureVersion.State.PUBLISHED
PACK, EDITOR = ProcedureVersion.Origin.PACK, ProcedureVersion.Origin.EDITOR


class VersionNotRaised(Exception):
    """A record of the pack changed while its version stayed."""


class Conflict(Exception):
    """Somebody else changed the draft or published meanwhile."""


class SameEditor(Exception):
    """Who edited last may not publish: a second person must look (four eyes)."""


class NotFit(Exception):
    """The record cannot be kept or published; carries what is wrong."""

    def __init__(self, found: Sequence[Flaw]) -> None:
        super().__init__(" ".join(map(str, found[:5])))
        self.flaws = tuple(found)


def keep_bank(
    fields: Mapping[str, Mapping[str, Any]], documents: Mapping[str, Mapping[str, str]], *, now: datetime
) -> FieldBank:
    """Keep a bank of fields; the same contents stay one row, and the one kept last is the current one."""
    content_hash = digest([fields, documents])
    row, _ = FieldBank.objects.update_or_create(
        content_hash=content_hash, defaults={"fields": fields, "documents": documents, "loaded_at": now}
    )
    return row


@transaction.atomic
def publish_from_pack(record: Mapping[str, Any], *, bank: FieldBank, now: datetime) -> str:
    """Publish a checked record of the pack; return created, updated, unchanged, restored, or kept (staff changed it).

    Raise `VersionNotRaised` when the contents changed and the version did not.
    """
    Procedure.objects.get_or_create(pk=record["id"], defaults={"owner_id": owner_of(record)})
    procedure = Procedure.objects.select_for_update().get(pk=record["id"])
    number, content_hash = record["version"], digest(record)
    newest = _newest(procedure)
    same = procedure.versions.filter(number=number).first()
    if same and same.content_hash == content_hash:
        return _restored(procedure)
    if newest and newest.origin == EDITOR:
        return "kept"
    if newest and newest.number is not None and newest.number >= number:
        raise VersionNotRaised(f"The record differs from version {newest.number}, which is loaded, but says {number}.")
    procedure.owner_id, procedure.withdrawn = owner_of(record), False
    procedure.save(update_fields=["owner", "withdrawn"])
    version = ProcedureVersion.objects.create(
        procedure=procedure,
        number=number,
        record=record,
        content_hash=content_hash,
        bank=bank,
        effective_from=date.fromisoformat(record["effective_from"]),
        origin=PACK,
        state=PUBLISHED,
        edited_by=SYSTEM.id,
        edited_at=now,
        published_by=SYSTEM.id,
        published_at=now,
    )
    _tell(SYSTEM, version)
    return "updated" if newest else "created"


def _restored(procedure: Procedure) -> str:
    if not procedure.withdrawn:
        return "unchanged"
    procedure.withdrawn = False
    procedure.save(update_fields=["withdrawn"])
    return "restored"


def owner_of(record: Mapping[str, Any]) -> str:
    """Return the organisation that edits a procedure: its authority, or the keeper of what municipalities share."""
    if record["authority"] != MUNICIPALITY:
        return str(record["authority"])
    if Organisation.objects.filter(pk=COMMON_KEEPER).exists():
        return COMMON_KEEPER
    metropolis = Organisation.objects.filter(kind=Organisation.Kind.METROPOLIS).first()
    if metropolis is None:
        raise ValueError("The pack has no metropolis that could keep what municipalities share.")
    return metropolis.pk


def _newest(procedure: Procedure) -> ProcedureVersion | None:
    return procedure.versions.filter(state=PUBLISHED).order_by("-number").first()


def _tell(actor: Actor, version: ProcedureVersion) -> None:
    procedure = version.procedure
    _note(actor, procedure, "procedure.publish", {"version": version.number, "hash": version.content_hash})
    day = version.effective_from.isoformat()
    events.publish(ProcedurePublished(procedure.pk, version.number or 0, procedure.owner_id, day))


def _note(actor: Actor, procedure: Procedure, action: str, detail: Mapping[str, Any] | None = None) -> None:
    audit.record(
        actor=actor,
        organisation_id=procedure.owner_id,
        action=action,
        object_kind="procedure",
        object_id=procedure.pk,
        detail=detail,
    )


def withdraw_missing(ids: Collection[str]) -> int:
    """Withdraw procedures that came from a pack, were never edited here and are no longer in it; return how many.

    Their versions stay readable by number, since cases point at them.
    """
    rows = Procedure.objects.filter(withdrawn=False).exclude(pk__in=ids).exclude(versions__origin=EDITOR)
    gone = list(rows.select_for_update())
    for procedure in gone:
        procedure.withdrawn = True
        procedure.save(update_fields=["withdrawn"])
        _note(SYSTEM, procedure, "procedure.withdraw")
    return len(gone)


def keep_bundles(records: Sequence[Mapping[str, Any]]) -> int:
    """Keep the bundles of a pack in its order; those no longer in it are removed. Return how many there are."""
    Bundle.objects.exclude(pk__in=[record["id"] for record in records]).delete()
    for order, record in enumerate(records):
        values = {"order": order, "record": record, "content_hash": digest(record)}
        Bundle.objects.update_or_create(pk=record["id"], defaults=values)
    return len(records)


def _locked(actor: Actor, procedure_id: str, permission: Permission) -> Procedure:
    procedure = Procedure.objects.select_for_update().filter(pk=procedure_id, withdrawn=False).first()
    if procedure is None:
        raise UnknownProcedure(procedure_id)
    require(actor, permission, procedure.owner_id)
    return procedure


def current_bank() -> FieldBank:
    """Return the bank that was loaded last; raise `UnknownProcedure` when none is loaded yet."""
    bank = FieldBank.objects.order_by("-loaded_at", "-id").first()
    if bank is None:
        raise UnknownProcedure("No bank of fields is loaded. Load a pack: madoguchi load.")
    return bank


@transaction.atomic
def save_draft(
    actor: Actor, procedure_id: str, record: Mapping[str, Any], *, revision: int, now: datetime
) -> ProcedureVersion:
    """Keep changes without publishing. `revision` is the one that the editor saw (0 = no draft yet).

    Id, authority and version cannot be changed here. Raise Conflict, NotFit (its shape is wrong) or NotPermitted.
    """
    procedure = _locked(actor, procedure_id, Permission.EDIT_PROCEDURES)
    draft = procedure.versions.filter(state=DRAFT).first()
    if (draft.revision if draft else 0) != revision:
        raise Conflict
    newest = _newest(procedure)
    base = draft or newest
    if base is None:
        raise UnknownProcedure(procedure_id)
    kept = {
        **plain_json(record),
        "id": procedure.pk,
        "authority": base.record["authority"],
        "version": base.record["version"],
    }
    found = [*schema_flaws(kept)] or list(date_flaws("effective_from", kept["effective_from"]))
    if found:
        raise NotFit(found)
    if draft is None:
        number = newest.number if newest and newest.number else 0
        draft = ProcedureVersion(procedure=procedure, state=DRAFT, origin=EDITOR, based_on=number)
        draft.bank = current_bank()
    draft.record, draft.content_hash, draft.revision = kept, digest(kept), revision + 1
    draft.effective_from = date.fromisoformat(kept["effective_from"])
    draft.edited_by, draft.edited_at = actor.id, now
    draft.save()
    _note(actor, procedure, "procedure.draft", {"revision": draft.revision})
    return draft


def plain_json(value: Any) -> Any:
    """Return a copy of JSON values; raise ValueError for anything that JSON or the database cannot keep."""
    text = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if "\\u0000" in text:
        raise ValueError("A text holds the sign NUL.")
    text.encode()
    return json.loads(text)


@transaction.atomic
def discard_draft(actor: Actor, procedure_id: str, *, revision: int) -> None:
    """Throw a draft away that the editor saw; raise Conflict when it changed meanwhile."""
    procedure = _locked(actor, procedure_id, Permission.EDIT_PROCEDURES)
    draft = procedure.versions.filter(state=DRAFT).first()
    if draft is None:
        return
    if draft.revision != revision:
        raise Conflict
    draft.delete()
    _note(actor, procedure, "procedure.discard", {"revision": revision})


@transaction.atomic
def start_copy(actor: Actor, *, source_id: str, new_id: str, authority: str, now: datetime) -> ProcedureVersion:
    """Begin a new procedure of an organisation as a draft, a copy of another one; raise Conflict when the id is taken."""
    require(actor, Permission.EDIT_PROCEDURES, authority)
    source = ProcedureVersion.objects.filter(procedure_id=source_id, state=PUBLISHED).order_by("-number").first()
    if source is None:
        raise UnknownProcedure(source_id)
    today = timezone.localdate(now).isoformat()
    record = {**source.record, "id": new_id, "version": 1, "authority": authority, "effective_from": today}
    found = schema_flaws(record)
    if found:
        raise NotFit(found)
    procedure, created = Procedure.objects.get_or_create(pk=new_id, defaults={"owner_id": authority})
    if not created:
        raise Conflict
    draft = ProcedureVersion.objects.create(
        procedure=procedure,
        record=record,
        content_hash=digest(record),
        bank=current_bank(),
        effective_from=date.fromisoformat(today),
        origin=EDITOR,
        state=DRAFT,
        revision=1,
        edited_by=actor.id,
        edited_at=now,
    )
    _note(actor, procedure, "procedure.start", {"copy_of": source_id})
    return draft


@transaction.atomic
def publish(
    actor: Actor, procedure_id: str, *, revision: int, effective_from: date, note: str, now: datetime
) -> ProcedureVersion:
    """Publish the draft that the publisher saw as the next version; asked again, give the same version back.

    Raise Conflict, SameEditor, NotFit or NotPermitted, and then change nothing.
    """
    procedure = _locked(actor, procedure_id, Permission.PUBLISH_PROCEDURES)
    draft = procedure.versions.filter(state=DRAFT).first()
    newest = _newest(procedure)
    if draft is None and newest and newest.revision == revision > 0 and newest.published_by == actor.id:
        return newest
    number = (newest.number or 0) if newest else 0
    if draft is None or draft.revision != revision or draft.based_on != number:
        raise Conflict
    if draft.edited_by == actor.id:
        raise SameEditor
    draft.record = {**draft.record, "version": number + 1, "effective_from": effective_from.isoformat()}
    _fit_or_refuse(draft, newest, today=timezone.localdate(now))
    draft.number, draft.state, draft.content_hash = number + 1, PUBLISHED, digest(draft.record)
    draft.effective_from, draft.note = effective_from, note.replace("\0", "")[:500]
    draft.published_by, draft.published_at = actor.id, now
    draft.save()
    _tell(actor, draft)
    return draft


def _fit_or_refuse(draft: ProcedureVersion, newest: ProcedureVersion | None, *, today: date) -> None:
    found = flaws(draft.record, known_for(draft))
    if draft.record["effective_from"] < today.isoformat():
        found.append(Flaw("effective_from", "The day lies in the past.", "Choose today or a later day."))
    if newest and _content(newest.record) == _content(draft.record):
        found.append(Flaw("-", "Nothing was changed.", "Discard the draft."))
    if found:
        raise NotFit(found)


def _content(record: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in {"version", "effective_from"}}


def may_edit(actor: Actor, owner_id: str) -> bool:
    """Tell whether the actor may change procedures of an owner."""
    try:
        require(actor, Permission.EDIT_PROCEDURES, owner_id)
    except NotPermitted:
        return False
    return True
