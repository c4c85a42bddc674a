"""Jobs of the applications room: forgetting drafts whose time is over."""

from django.utils import timezone
from django_tasks import task

from madoguchi.apps.applications.services.forgetting import forget


@task()
def forget_old_drafts() -> int:
    """Empty drafts that were not changed for 90 days; return how many."""
    return forget(timezone.now())
