"""The chore of outreach, for the worker: whoever is due is looked at, for a slice of time."""

from django.utils import timezone
from django_tasks import task

from madoguchi.apps.outreach.services import daily

MOST = 500
"""So many people in one call, so that a worker also does other things."""


@task()
def look_at_due() -> int:
    """Look at who is due; return how many people were looked at. Called again it goes on where it stopped."""
    return daily.daily(timezone.now(), most=MOST).looked
