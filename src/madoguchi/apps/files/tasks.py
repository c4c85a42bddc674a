"""Jobs of the files room: scanning what was just uploaded, scanning again what waits, forgetting what ran out."""

from uuid import UUID

from django.utils import timezone
from django_tasks import task

from madoguchi.apps.files import scanning, services


@task()
def scan(content_id: str) -> bool:
    """Scan one content; tell whether it has a verdict now."""
    return scanning.scan_one(UUID(content_id), timezone.now())


@task()
def scan_waiting() -> int:
    """Scan what waits and is due (a scanner that was down, uploads from before it was set); return how many."""
    return scanning.scan_waiting(timezone.now())


@task()
def forget_expired() -> int:
    """Delete contents past their retention; return how many."""
    return services.forget(timezone.now())
