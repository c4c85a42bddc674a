"""Contents on their way through the scanner: quarantined until it answered, tried again with growing pauses.

No transaction is open while the scanner works. What was stored without a scanner is scanned once one is set, and stays
usable until it answered; what waits for a scanner that was taken away becomes usable, marked as unscanned.
"""

import logging
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from madoguchi.apps.files import scanner
from madoguchi.apps.files.contracts import FileRefusedByScanner, State
from madoguchi.apps.files.models import Content, Piece, StoredFile
from madoguchi.core import audit, events, sealed_rows
from madoguchi.core.permissions import SYSTEM

logger = logging.getLogger(__name__)
MAX_PAUSE = timedelta(hours=1)
_WAITING = (State.QUARANTINED, State.UNSCANNED)


def address() -> str:
    """Return where the scanner listens, empty when none is set."""
    return str(getattr(settings, "CLAMD_URL", ""))


def is_set() -> bool:
    """Tell whether a scanner is set."""
    return bool(address())


def ask_later(content: Content) -> None:
    """Let a worker scan a fresh content as soon as it is committed."""
    from madoguchi.apps.files import tasks  # the task calls this module

    if content.state == State.QUARANTINED:
        tasks.scan.enqueue(str(content.pk))


def scan_waiting(now: datetime, *, most: int = 50) -> int:
    """Scan contents that wait and are due; return how many got a verdict. Safe to run from several processes."""
    if not is_set():
        return Content.objects.filter(state=State.QUARANTINED).update(state=State.UNSCANNED)
    due = _waiting().filter(scan_after__lte=now).order_by("state", "scan_after")
    return sum(scan_one(content_id, now) for content_id in list(due.values_list("pk", flat=True)[:most]))


def _waiting() -> "QuerySet[Content]":
    return Content.objects.filter(state__in=_WAITING)


def scan_one(content_id: UUID, now: datetime) -> bool:
    """Scan one content unless somebody else does or did; tell whether it has a verdict now."""
    content = _claimed(content_id, now) if is_set() else None
    if content is None:
        return False
    pieces = Piece.objects.filter(content=content).order_by("number")
    data = b"".join(sealed_rows.plain_of(piece, context=piece.context) for piece in pieces)
    try:
        verdict = scanner.scan(data, address=address())
    except scanner.ScannerFailed as problem:
        logger.warning("Content %s waits on: %s", content_id, problem)
        return False
    return _settle(content_id, verdict, now)


def _claimed(content_id: UUID, now: datetime) -> Content | None:
    """Return the content after moving its next try ahead; None when it is not due or another worker has it."""
    content = _waiting().filter(pk=content_id, scan_after__lte=now).first()
    if content is None:
        return None
    pause = min(MAX_PAUSE, timedelta(minutes=2 ** min(content.scan_attempts, 6)))
    claim = Content.objects.filter(pk=content_id, scan_after=content.scan_after, state=content.state)
    taken = claim.update(scan_after=now + pause, scan_attempts=content.scan_attempts + 1)
    return content if taken else None


@transaction.atomic
def _settle(content_id: UUID, verdict: scanner.Verdict, now: datetime) -> bool:
    content = _waiting().select_for_update().filter(pk=content_id).first()
    if content is None:
        return False
    content.state, content.scanned_at = (State.CLEAN if verdict.clean else State.INFECTED), now
    content.save(update_fields=["state", "scanned_at"])
    if not verdict.clean:
        Piece.objects.filter(content=content).delete()
        for file in StoredFile.objects.filter(content=content, deleted_at=None).select_related("owner"):
            _tell(file, verdict.signature)
    return True


def _tell(file: StoredFile, signature: str) -> None:
    owner = file.owner
    audit.record(
        actor=SYSTEM,
        organisation_id="",
        action="file.infected",
        object_kind="file",
        object_id=str(file.pk),
        detail={"owner": f"{owner.kind}:{owner.reference}", "signature": signature},
    )
    events.publish(FileRefusedByScanner(str(file.pk), owner.kind, owner.reference, file.document))
