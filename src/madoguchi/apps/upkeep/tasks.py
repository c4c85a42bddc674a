"""Jobs of the upkeep room: looking at all records, following links of sources a few at a time."""

from django.utils import timezone
from django_tasks import task

from madoguchi.apps.upkeep import links
from madoguchi.apps.upkeep.checks import running

LINKS_AT_ONCE = 20
"""At most ten seconds each, so a run holds a worker for a few minutes at the very worst."""


@task()
def check() -> int:
    """Run all checks; return how many findings stand."""
    return running.run(today=timezone.localdate(), now=timezone.now()).found


@task()
def follow_links() -> int:
    """Follow the sources that waited longest and were not followed today; return how many."""
    today = timezone.localdate()
    urls = links.due(links.sources(), today, most=LINKS_AT_ONCE)
    return len(links.check(urls, now=timezone.now(), day=today))
