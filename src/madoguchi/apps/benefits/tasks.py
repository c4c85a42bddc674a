"""Jobs of benefits: calculating a run."""

from django_tasks import task

from madoguchi.apps.benefits import services


@task()
def calculate(run_id: str) -> int:
    """Calculate a run to its end; return how many payments it has. A worker that died is followed by another call."""
    return services.calculate(run_id).payments_count
