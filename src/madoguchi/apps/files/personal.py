"""What the files room hands out and erases about a person (個人情報の保護に関する法律 第76条, 第98条).

Files of drafts go at once. Files of cases belong to the record of a decision and stay as long as the case is kept.
"""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from madoguchi.apps.files import services
from madoguchi.apps.files.contracts import FileRef, Owner, OwnerKind
from madoguchi.apps.files.models import StoredFile
from madoguchi.apps.files.storing import reference
from madoguchi.core.personal_data import ErasureResult


def export(person_id: str) -> dict[str, Any]:
    """Return what is kept of a person's uploads; contents are downloaded from the page of the application or case."""
    rows = _of(person_id).select_related("content", "owner").order_by("uploaded_at", "pk")
    files = [{**_plain(reference(row)), "belongs_to": row.owner.kind, "owner_id": row.owner.reference} for row in rows]
    return {"files": files} if files else {}


def _of(person_id: str) -> "QuerySet[StoredFile]":
    return StoredFile.objects.filter(subject_id=person_id, deleted_at=None).exclude(subject_id="")


def _plain(view: FileRef) -> dict[str, Any]:
    return {
        "id": view.id,
        "name": view.name,
        "media_type": view.media_type,
        "size": view.size,
        "sha256": view.sha256,
        "state": view.state.value,
        "document": view.document,
        "uploaded_at": view.uploaded_at.isoformat(),
    }


def erase(person_id: str, now: datetime) -> ErasureResult:
    """Delete the files of drafts, and of cases whose retention is over; say what stays, why and until when."""
    owners = {
        (row.owner.kind, row.owner.reference) for row in _of(person_id).select_related("owner") if _goes(row, now)
    }
    for kind, owner_id in sorted(owners):
        for row in _of(person_id).filter(owner__kind=kind, owner__reference=owner_id):
            services.remove(str(row.pk), Owner(kind, owner_id), now=now)
    return ErasureResult(kept=tuple(_kept(person_id)))


def _goes(row: StoredFile, now: datetime) -> bool:
    until = row.owner.keep_until
    return row.owner.kind == OwnerKind.DRAFT or (until is not None and until < timezone.localdate(now))


def _kept(person_id: str) -> Iterator[str]:
    rows = _of(person_id)
    if n := rows.count():
        yield _(
            "申請に添付されたファイル%(n)s件：申請と決定の記録の一部です。理由：公文書等の管理に関する定め。"
            "期限：その申請の記録の保存期間が終わるまで。"
        ) % {"n": n}
