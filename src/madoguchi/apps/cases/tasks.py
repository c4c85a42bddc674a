"""Jobs of cases: what is due every hour or every night."""

from django.utils import timezone
from django_tasks import task

from madoguchi.apps.cases import chores, forecast
from madoguchi.apps.cases.services import closing


@task()
def tell_due() -> int:
    """Tell of renewals and of cases that became late; return how many."""
    now = timezone.now()
    return chores.remind(now) + chores.tell_overdue(now)


@task()
def end_cases() -> int:
    """Close what is finished and forget what is past its retention; return how many cases."""
    now = timezone.now()
    return closing.close_finished(now) + closing.forget(now)


@task()
def learn() -> int:
    """Bring clocks up to date and fit the forecast anew; return to how many cases."""
    chores.wind_clocks()
    return forecast.refit(timezone.now())
