"""Jobs of the outbox: delivering what waits in slices, so that a worker also does other things, and forgetting codes."""

import time
from datetime import timedelta

from django.utils import timezone
from django_tasks import task

from madoguchi.apps.notifications.delivering import courier
from madoguchi.apps.notifications.models import Delivery, Message
from madoguchi.apps.notifications.templates import CODE_SOURCE

SLICE_SECONDS = 10.0
CODES_KEPT = timedelta(days=1)
MOST_FORGOTTEN = 1_000


@task()
def deliver_waiting() -> int:
    """Deliver what waits for at most a slice of time; return how many deliveries were written down."""
    ends = time.monotonic() + SLICE_SECONDS
    return courier.run(lambda: time.monotonic() > ends, until_idle=True)


@task()
def forget_codes() -> int:
    """Remove messages with codes of addresses, a day after they were sent; return how many."""
    old = Message.objects.filter(source=CODE_SOURCE, created_at__lt=timezone.now() - CODES_KEPT)
    keys = list(old.order_by("pk").values_list("pk", flat=True)[:MOST_FORGOTTEN])
    Delivery.objects.filter(message__in=keys).delete()
    return Message.objects.filter(pk__in=keys).delete()[0]
