"""Jobs of the floor: delivering events and sealing the audit trail."""

from django.utils import timezone
from django_tasks import task

from madoguchi.core import audit, events


@task()
def deliver_events() -> int:
    """Deliver waiting events; return how many."""
    return events.deliver_pending()


@task()
def seal_audit() -> int:
    """Seal waiting audit rows; return how many blocks were made."""
    blocks = 0
    while audit.seal(now=timezone.now()) is not None:
        blocks += 1
    return blocks
