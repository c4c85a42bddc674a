"""Jobs of benefits: asking registers and calculating a run, in slices, so that a worker also does other things."""

import time
from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from madoguchi.apps.benefits import services
from madoguchi.apps.benefits.contracts import RunState
from madoguchi.apps.benefits.errors import Refused
from madoguchi.apps.benefits.models import Run

SLICE_SECONDS = 20.0
PAUSE = timedelta(seconds=1)


@task()
def calculate(run_id: str, after: int | None = 0) -> int:
    """Ask registers where recipients lived, then calculate a run; return how many payments it has, 0 while it goes on.

    One call works for a slice of time and queues the next. `after` is the last recipient for whom registers were asked,
    None once all were. Called twice, or again after a worker died, it goes on; a run that went on is left alone.
    """
    row = Run.objects.filter(pk=run_id).first()
    if row is None or row.state != RunState.DRAFTED:
        return row.payments_count if row else 0
    ends = time.monotonic() + SLICE_SECONDS
    if after is not None and not row.done:
        after = services.refresh_slice(row.scheme_id, after=after, now=timezone.now(), ends=ends)
    try:
        while (after is None or row.done) and time.monotonic() < ends:
            if services.calculate_piece(run_id, now=timezone.now()):
                return Run.objects.get(pk=run_id).payments_count
    except Refused:  # cancelled in this moment
        return 0
    calculate.using(run_after=timezone.now() + PAUSE).enqueue(run_id, after)
    return 0
