"""Reads of the files room. A file is found only together with the owner it belongs to."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import QuerySet

from madoguchi.apps.files.contracts import FileMissing, FileRef, FileWaiting, Owner, State
from madoguchi.apps.files.models import StoredFile
from madoguchi.apps.files.storing import content_of, id_of, reference

_USABLE = [state.value for state in State if state.usable]


def of_owner(owner: Owner) -> "QuerySet[StoredFile]":
    """Return the files of an owner that were not deleted, oldest first."""
    rows = StoredFile.objects.filter(owner__kind=owner.kind, owner__reference=owner.id, deleted_at=None)
    return rows.select_related("content").order_by("uploaded_at", "pk")


def refs(owner: Owner) -> tuple[FileRef, ...]:
    """Return the files of an owner, oldest first; infected ones stand among them until they are removed."""
    return tuple(reference(file) for file in of_owner(owner))


def ref(file_id: str, *, owner: Owner) -> FileRef:
    """Return one file of an owner, whatever its state; raise `FileMissing`."""
    return reference(_found(file_id, owner))


def _found(file_id: str, owner: Owner) -> StoredFile:
    file = of_owner(owner).filter(pk=id_of(file_id)).first()
    if file is None:
        raise FileMissing
    return file


def content(file_id: str, *, owner: Owner) -> bytes:
    """Return the bytes of a file of this owner.

    Raise `FileWaiting` while it is in quarantine, `FileMissing` for a foreign, unknown, infected or deleted file.
    """
    file = _found(file_id, owner)
    if file.content.state == State.QUARANTINED:
        raise FileWaiting
    if file.content.state not in _USABLE:
        raise FileMissing
    return content_of(file)


def reusable(subject_id: str, document: str, not_before: datetime) -> tuple[FileRef, ...]:
    """Return usable earlier uploads of a subject for a document, newest first, equal contents once.

    `copy_to(ref.id, owner, subject_id=…)` takes one over.
    """
    if not subject_id or not document:
        return ()
    rows = StoredFile.objects.filter(
        subject_id=subject_id,
        document=document,
        uploaded_at__gte=not_before,
        deleted_at=None,
        content__state__in=_USABLE,
    )
    return _once(rows.select_related("content").order_by("-uploaded_at", "pk"))


def _once(rows: "Sequence[StoredFile] | QuerySet[StoredFile]") -> tuple[FileRef, ...]:
    found: dict[str, FileRef] = {}
    for view in map(reference, rows):
        found.setdefault(view.sha256, view)
    return tuple(found.values())
