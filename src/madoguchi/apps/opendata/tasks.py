"""Jobs of open data: telling webhooks of changes, forgetting keys that nobody uses."""

from django_tasks import task

from madoguchi.apps.opendata import keys
from madoguchi.apps.opendata.webhooks import delivering


@task()
def deliver_waiting() -> int:
    """Deliver waiting changes to webhooks; return how many were taken."""
    return delivering.deliver_waiting()


@task()
def forget() -> int:
    """Delete keys that nobody used for 90 days; return how many."""
    return keys.forget()
