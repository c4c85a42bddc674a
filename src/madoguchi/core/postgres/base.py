"""Django's PostgreSQL back end that writes many rows in as many statements as the protocol's limit on parameters asks for.

Django 5.2 knows that limit for SQLite and Oracle only; bound on the server, one statement takes 65,535 parameters.
"""

from collections.abc import Sequence
from typing import Any

from django.db.backends.postgresql import base, operations

MOST_PARAMETERS = 65_535


class DatabaseOperations(operations.DatabaseOperations):
    """Operations that stay within the limit."""

    def bulk_batch_size(self, fields: Sequence[Any], objs: Sequence[Any]) -> int:
        """Return how many rows one statement may carry."""
        return min(len(objs), MOST_PARAMETERS // max(1, len(fields)))


class DatabaseWrapper(base.DatabaseWrapper):
    """The connection; everything else is Django's."""

    ops_class = DatabaseOperations
