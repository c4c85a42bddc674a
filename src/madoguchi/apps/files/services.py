"""Writes of the files room: receive, move, copy, remove, keep, forget. Each locks the owner, checks, changes, audits."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from madoguchi.apps.files import inspection, limits, queries, scanning, storing
from madoguchi.apps.files.contracts import FileMissing, FileRef, FileRefused, Owner, State
from madoguchi.apps.files.models import Content, FileOwner, Piece, StoredFile
from madoguchi.core import audit
from madoguchi.core.permissions import SYSTEM, Actor


def receive(
    upload: "UploadedFile[bytes]",
    *,
    owner: Owner,
    subject_id: str,
    document: str,
    accepts: Sequence[str],
    actor: Actor,
    now: datetime,
) -> FileRef:
    """Take an upload for an owner: read, inspect, seal. Raise `FileRefused`; then nothing was stored.

    `accepts` names kinds of `contracts.KINDS`. With a scanner set the file is quarantined until it answered.
    """
    found = inspection.inspect(_bytes_of(upload), name=upload.name or "", accepts=accepts)
    with transaction.atomic():
        row = _locked(owner)
        _check_room(row, files=1, size=len(found.data))
        content = Content.objects.create(
            state=State.QUARANTINED if scanning.is_set() else State.UNSCANNED,
            media_type=found.media_type,
            size=len(found.data),
            scan_after=now,
        )
        storing.put_content(content, found.data)
        file = _referred(row, content, subject_id=subject_id, document=document, actor=actor, now=now)
        storing.put_words(file, name=found.name, sha256=hashlib.sha256(found.data).hexdigest())
        file.save(force_insert=True)
        _note(actor, "file.receive", file, size=content.size, type=content.media_type)
        scanning.ask_later(content)
    return storing.reference(file)


def _bytes_of(upload: "UploadedFile[bytes]") -> bytes:
    """Read no more than the limit, whatever size the browser claims."""
    parts, size = [], 0
    for part in upload.chunks():
        size += len(part)
        if size > limits.MAX_FILE_BYTES:
            raise FileRefused("too_large", {"most": limits.MAX_FILE_BYTES})
        parts.append(part)
    if not size:
        raise FileRefused("empty")
    return b"".join(parts)


def _locked(owner: Owner) -> FileOwner:
    made, _ = FileOwner.objects.get_or_create(kind=owner.kind, reference=owner.id)
    return FileOwner.objects.select_for_update().get(pk=made.pk)


def _check_room(row: FileOwner, *, files: int, size: int) -> None:
    held = StoredFile.objects.filter(owner=row, deleted_at=None).exclude(content__state=State.INFECTED)
    if held.count() + files > limits.MAX_FILES:
        raise FileRefused("too_many", {"most": limits.MAX_FILES})
    total = held.aggregate(total=Sum("content__size"))["total"] or 0
    if total + size > limits.MAX_OWNER_BYTES:
        raise FileRefused("total_too_large", {"most": limits.MAX_OWNER_BYTES, "used": total})


def _referred(
    owner: FileOwner, content: Content, *, subject_id: str, document: str, actor: Actor, now: datetime
) -> StoredFile:
    return StoredFile(
        owner=owner,
        content=content,
        subject_id=subject_id,
        document=document,
        uploaded_at=now,
        uploaded_by=actor.id[:64],
    )


def _note(actor: Actor, action: str, file: StoredFile, **detail: str | int) -> None:
    audit.record(
        actor=actor,
        organisation_id="",
        action=action,
        object_kind="file",
        object_id=str(file.pk),
        detail={"owner": f"{file.owner.kind}:{file.owner.reference}", **detail},
    )


@transaction.atomic
def attach(file_ids: Iterable[str], *, from_owner: Owner, to_owner: Owner, actor: Actor = SYSTEM) -> None:
    """Move files to another owner, all or none; a file that is already there is left alone (a retry changes nothing).

    Raise `FileMissing` for a file of neither owner, `FileRefused` when it is infected or the new owner has no room.
    A file that two cases need: `copy_to` the second one first.
    """
    wanted = {storing.id_of(file_id) for file_id in file_ids}
    first, second = sorted((from_owner, to_owner), key=lambda owner: (str(owner.kind), owner.id))
    rows = {owner: _locked(owner) for owner in (first, second)}
    there = set(queries.of_owner(to_owner).filter(pk__in=wanted).values_list("pk", flat=True))
    moving = list(queries.of_owner(from_owner).filter(pk__in=wanted).select_related("owner"))
    if {file.pk for file in moving} | there != wanted:
        raise FileMissing
    if any(file.content.state == State.INFECTED for file in moving):
        raise FileRefused("infected")
    _check_room(rows[to_owner], files=len(moving), size=sum(file.content.size for file in moving))
    for file in moving:
        file.owner = rows[to_owner]
        file.save(update_fields=["owner"])
        _note(actor, "file.attach", file, before=f"{from_owner.kind}:{from_owner.id}")


@transaction.atomic
def copy_to(
    file_id: str,
    owner: Owner,
    *,
    subject_id: str,
    document: str | None = None,
    actor: Actor = SYSTEM,
    now: datetime | None = None,
) -> FileRef:
    """Give an owner a file that the same subject uploaded before; the content is stored once and scanned once.

    Raise `FileMissing` unless the file belongs to the subject and is usable or waits for the scanner, `FileRefused`
    when the owner has no room. `uploaded_at` stays: it tells how old the document is.
    """
    row = _locked(owner)
    source = StoredFile.objects.filter(pk=storing.id_of(file_id), subject_id=subject_id, deleted_at=None).first()
    if source is None or not subject_id:
        raise FileMissing
    content = Content.objects.select_for_update().get(pk=source.content_id)
    if content.state in (State.INFECTED, State.DELETED):
        raise FileMissing
    _check_room(row, files=1, size=content.size)
    file = _referred(
        row,
        content,
        subject_id=subject_id,
        document=source.document if document is None else document,
        actor=actor,
        now=source.uploaded_at,
    )
    storing.put_words(file, **storing.words_of(source))
    file.save(force_insert=True)
    _note(actor, "file.copy", file, source=str(source.pk), at=(now or timezone.now()).isoformat())
    return storing.reference(file)


@transaction.atomic
def remove(file_id: str, owner: Owner, *, actor: Actor = SYSTEM, now: datetime | None = None) -> None:
    """Remove a file of an owner with its content; raise `FileMissing` for a foreign, unknown or removed one."""
    _locked(owner)
    file = queries.of_owner(owner).filter(pk=storing.id_of(file_id)).select_related("owner").first()
    if file is None:
        raise FileMissing
    _delete(file, actor=actor, action="file.remove", now=now or timezone.now())


@transaction.atomic
def remove_all(owner: Owner, *, actor: Actor = SYSTEM, now: datetime | None = None) -> int:
    """Remove every file of an owner (a draft that was deleted or forgotten); return how many."""
    _locked(owner)
    files = list(queries.of_owner(owner).select_related("owner"))
    for file in files:
        _delete(file, actor=actor, action="file.remove", now=now or timezone.now())
    return len(files)


def _delete(file: StoredFile, *, actor: Actor, action: str, now: datetime) -> None:
    """Empty a file's row and drop the content unless another file refers to it; the owner is locked."""
    content = Content.objects.select_for_update().get(pk=file.content_id)
    storing.put_words(file, name="", sha256=storing.words_of(file)["sha256"])
    file.deleted_at = now
    file.save(update_fields=["deleted_at", "sealed", "key"])
    if not StoredFile.objects.filter(content=content, deleted_at=None).exists():
        Piece.objects.filter(content=content).delete()
        if content.state != State.INFECTED:
            content.state = State.DELETED
            content.save(update_fields=["state"])
    _note(actor, action, file)


@transaction.atomic
def keep_until(owner: Owner, day: date | None) -> None:
    """Set the last day on which contents of an owner are kept; None = until told otherwise (the default)."""
    row = _locked(owner)
    row.keep_until = day
    row.save(update_fields=["keep_until"])


def forget(now: datetime) -> int:
    """Delete contents of owners whose last day is over (in Tokyo); rows stay without name and content; return how many.

    One owner is one transaction: stopped at any moment it goes on at the next call.
    """
    today = timezone.localdate(now)
    due = FileOwner.objects.filter(keep_until__lt=today, files__deleted_at=None, files__isnull=False).distinct()
    return sum(_forget(owner_id, today, now) for owner_id in list(due.values_list("pk", flat=True)))


@transaction.atomic
def _forget(owner_id: int, today: date, now: datetime) -> int:
    row = FileOwner.objects.select_for_update().filter(pk=owner_id, keep_until__lt=today).first()
    files = list(StoredFile.objects.filter(owner=row, deleted_at=None).select_related("owner")) if row else []
    for file in files:
        _delete(file, actor=SYSTEM, action="file.forget", now=now)
    return len(files)
