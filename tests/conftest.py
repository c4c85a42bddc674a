"""Shared set-up: a data folder per run, the pack loaded on request, no skipped test where everything is promised."""

import os
import tempfile

os.environ.setdefault("MADOGUCHI_DATA_DIR", tempfile.mkdtemp(prefix="madoguchi-test-"))
os.environ.setdefault("MADOGUCHI_SECRET_KEY", "test-only-key")
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")  # Playwright runs an event loop in the test's thread

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from madoguchi.apps.accounts import services as accounts
from madoguchi.apps.accounts.models import User
from madoguchi.apps.cases.appendonly import ACTIONS
from madoguchi.core.appendonly import AUDIT
from madoguchi.core.permissions import Role
from tests import packed

SEARCH_TABLES = packed.INDEXES
"""SQLite's full-text tables belong to no model, so Django does not empty them."""
NOW = packed.NOW
APPEND_ONLY = (AUDIT, ACTIONS)
"""Rooms whose tables refuse changes by trigger."""


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Turn a skip into a failure when MADOGUCHI_TEST_NO_SKIP is set, so that CI cannot pass by skipping."""
    if os.environ.get("MADOGUCHI_TEST_NO_SKIP") and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out tests that need PostgreSQL when the run is on SQLite: `make test` runs them in its second half."""
    if os.environ.get("DATABASE_URL", "").startswith("postgres"):
        return
    chosen = [item for item in items if "postgres" not in item.keywords]
    config.hook.pytest_deselected(items=[item for item in items if "postgres" in item.keywords])
    items[:] = chosen


@pytest.fixture(autouse=True)
def _in_japanese() -> None:
    """Begin every test in the language of the pages: a request of the test before may have left another one."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True, scope="session")
def _let_django_empty_the_tables() -> Iterator[None]:
    """Lift the append-only triggers while Django empties the tables after a transactional test."""
    operations = type(connection.ops)
    original = operations.execute_sql_flush

    def flush(self: Any, sql_list: list[str]) -> None:
        with connection.cursor() as cursor:
            for statement in [line for guard in APPEND_ONLY for line in guard.dropping(connection.vendor)]:
                cursor.execute(statement)
        original(
            self, [*sql_list, *(f"DELETE FROM {table}" for table in SEARCH_TABLES if connection.vendor == "sqlite")]
        )
        with connection.cursor() as cursor:
            for statement in [line for guard in APPEND_ONLY for line in guard.creating(connection.vendor)]:
                cursor.execute(statement)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(operations, "execute_sql_flush", flush)
        yield


@pytest.fixture(scope="session")
def pack_rows(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> tuple[packed.Rows, ...]:
    """Return the rows of Tokyo's pack, loaded once."""
    with django_db_blocker.unblock():
        return packed.read()


@pytest.fixture
def pack(pack_rows: tuple[packed.Rows, ...], db: None) -> Path:
    """Put Tokyo's pack into the database."""
    packed.put(pack_rows)
    return Path(settings.PACK_DIR)


@pytest.fixture
def publisher(pack: Path) -> User:
    """Return staff of 東京都福祉局 who may publish."""
    return accounts.create_staff(
        username="fukushi",
        display_name="福祉局",
        password="a long sample password",
        roles={"tokyo-fukushi": {Role.PUBLISHER}},
    )


@pytest.fixture
def stranger(pack: Path) -> User:
    """Return staff of 調布市, who may do everything there and nothing elsewhere."""
    return accounts.create_staff(
        username="chofu", display_name="調布市", password="a long sample password", roles={"132080": set(Role)}
    )
