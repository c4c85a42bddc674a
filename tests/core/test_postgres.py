"""Many rows at once stay within what one statement may carry on PostgreSQL."""

from datetime import UTC, datetime

import pytest
from django.db import connection

from madoguchi.core.models import OutboxEvent
from madoguchi.core.postgres.base import MOST_PARAMETERS

pytestmark = [pytest.mark.django_db, pytest.mark.postgres]
ROWS = 16_000
NOW = datetime(2026, 11, 25, tzinfo=UTC)


def test_more_rows_than_one_statement_takes_are_written() -> None:
    assert connection.settings_dict["OPTIONS"]["server_side_binding"] is True
    assert ROWS * len(OutboxEvent._meta.concrete_fields) > MOST_PARAMETERS
    OutboxEvent.objects.bulk_create(OutboxEvent(name="sample", payload={"n": n}, created_at=NOW) for n in range(ROWS))
    assert OutboxEvent.objects.filter(name="sample").count() == ROWS


def test_a_statement_takes_as_many_rows_as_fit() -> None:
    rows = range(100_000)
    assert connection.ops.bulk_batch_size(["a", "b"], rows) == MOST_PARAMETERS // 2
    assert connection.ops.bulk_batch_size([], rows) == MOST_PARAMETERS
    assert connection.ops.bulk_batch_size(["a"], range(3)) == 3
