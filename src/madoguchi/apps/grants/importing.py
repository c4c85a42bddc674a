"""Imports from jGrants: by its API or from a file. Taken up where it stopped, safe to repeat, one at a time per origin.

Every call is a transaction of its own. What an import does not find among the open calls is asked for by its id, and is
withdrawn only when the source no longer knows it.
"""

import json
from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone

from madoguchi.apps.grants import mapping, storing
from madoguchi.apps.grants.contracts import Source
from madoguchi.apps.grants.jgrants import JGrants, JGrantsProblem
from madoguchi.apps.grants.models import Call, ImportRun
from madoguchi.core import audit
from madoguchi.core.permissions import SYSTEM, Actor

Clock = Callable[[], datetime]
ABANDONED = timedelta(minutes=10)
"""A run that was not touched for so long was killed and may be taken up."""
MAX_FILE_BYTES = 512 * 1024 * 1024
MAX_PROBLEMS = 50


class ImportBusy(Exception):
    """Another process imports from this origin at this moment."""

    def __init__(self) -> None:
        super().__init__("An import from there is under way. Wait until it ends, or ten minutes if it was killed.")


class FileProblem(Exception):
    """A file that cannot be read as calls: what, why, what to do."""


def from_service(client: JGrants, *, actor: Actor = SYSTEM, clock: Clock = timezone.now) -> ImportRun:
    """Import every open call of a service; raise `ImportBusy`. What the service gets wrong ends the run as failed."""
    now = clock()
    run = _begin(client.base_url, now)
    try:
        if run.waiting is None:
            run.waiting = _listed(client, now)
            _keep(run, clock())
        while run.waiting:
            _take_one(run, client, run.waiting[0], now)
            run.waiting = run.waiting[1:]
            _keep(run, clock())
    except JGrantsProblem as problem:
        return _end(run, ImportRun.State.FAILED, clock(), actor, error=str(problem))
    return _end(run, ImportRun.State.DONE, clock(), actor)


def _listed(client: JGrants, now: datetime) -> list[str]:
    """Return the ids to read: open ones of the service, and those that stand here as open or coming."""
    here = Call.objects.filter(Q(closes_at=None) | Q(closes_at__gte=now), source=Source.JGRANTS, withdrawn_at=None)
    return list(dict.fromkeys([*client.open_ids(), *here.order_by("pk").values_list("pk", flat=True)]))


def _take_one(run: ImportRun, client: JGrants, call_id: str, now: datetime) -> None:
    row = client.detail(call_id)
    if row is None:
        gone = Call.objects.filter(pk=call_id, source=Source.JGRANTS, withdrawn_at=None).update(withdrawn_at=now)
        _count(run, "withdrawn" if gone else "missing")
        return
    _take_row(run, row, now)


def _take_row(run: ImportRun, row: Mapping[str, Any], now: datetime) -> None:
    try:
        with transaction.atomic():
            _count(run, storing.take(mapping.content_of(row), Source.JGRANTS, now))
    except mapping.Unreadable as problem:
        _count(run, "refused")
        if len(run.problems) < MAX_PROBLEMS:
            run.problems = [*run.problems, {"id": str(row.get("id", ""))[:40], "reason": str(problem)[:200]}]


def _count(run: ImportRun, what: str) -> None:
    run.counts = dict(Counter(run.counts) + Counter([what, "read"]))


def from_file(path: Path, *, now: datetime, complete: bool = False, actor: Actor = SYSTEM) -> ImportRun:
    """Import the details of a file; `complete`: it holds every open call, others are withdrawn. Raise `FileProblem`."""
    rows = _rows(path)
    run = _begin(path.name, now)
    for row in rows:
        _take_row(run, row, now)
    if complete and not run.problems:
        here = Call.objects.filter(Q(closes_at=None) | Q(closes_at__gte=now), source=Source.JGRANTS, withdrawn_at=None)
        gone = here.filter(seen_at__lt=now).update(withdrawn_at=now)
        run.counts = {**run.counts, "withdrawn": gone}
    return _end(run, ImportRun.State.DONE, now, actor)


def _rows(path: Path) -> list[Mapping[str, Any]]:
    """Read a list of details, alone or as `result`, as the service sends it."""
    try:
        if path.stat().st_size > MAX_FILE_BYTES:
            raise FileProblem(f"{path.name} is larger than 512 MB. Divide it.")
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError:
        raise FileProblem(f"{path.name} cannot be read. Check the path.") from None
    except ValueError:
        raise FileProblem(f"{path.name} is no JSON in UTF-8. Save the service's answers as they came.") from None
    found: Any = data.get("result") if isinstance(data, dict) else data
    if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
        raise FileProblem(f"{path.name} holds no list of calls. It must be a list, or an object with `result`.")
    return found


def _begin(origin: str, now: datetime) -> ImportRun:
    """Return a new run, or the one that stopped; raise `ImportBusy` when somebody works on it."""
    with transaction.atomic():
        run = ImportRun.objects.select_for_update().filter(origin=origin[:500], finished_at=None).first()
        if run is not None:
            if run.state == ImportRun.State.RUNNING and run.touched_at > now - ABANDONED:
                raise ImportBusy
            run.state, run.touched_at, run.error = ImportRun.State.RUNNING, now, ""
            run.save(update_fields=["state", "touched_at", "error"])
            return run
    try:
        with transaction.atomic():
            return ImportRun.objects.create(
                origin=origin[:500], state=ImportRun.State.RUNNING, started_at=now, touched_at=now
            )
    except IntegrityError:
        raise ImportBusy from None


def _keep(run: ImportRun, now: datetime) -> None:
    run.touched_at = now
    run.save(update_fields=["waiting", "counts", "problems", "touched_at"])


@transaction.atomic
def _end(run: ImportRun, state: ImportRun.State, now: datetime, actor: Actor, *, error: str = "") -> ImportRun:
    """Note how a run ended. A failed one stays unfinished, so that the next import takes it up."""
    run.state, run.error, run.touched_at = state, error, now
    run.finished_at = now if state == ImportRun.State.DONE else None
    run.save()
    audit.record(
        actor=actor,
        organisation_id="",
        action="grants.import",
        object_kind="grant-import",
        object_id=str(run.pk),
        detail={"state": str(state), **run.counts},
    )
    return run
