"""Gives the benchmarks a database of their own with Tokyo's pack, and prints one JSON object per measurement."""

import io
import json
import os
import platform
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any


def start() -> None:
    """Set Django up on a fresh SQLite file and load the pack."""
    os.environ.setdefault("MADOGUCHI_DATA_DIR", tempfile.mkdtemp(prefix="madoguchi-bench-"))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.site.settings")
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    call_command("pack", "load", stdout=io.StringIO())


@contextmanager
def database(kind: str, name: str) -> Iterator[str]:
    """Give the address of a fresh database (sqlite or postgres), which is removed afterwards."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory(prefix=f"madoguchi-{name}-") as folder:
            yield f"sqlite:///{folder}/{name}.sqlite3"
        return
    import psycopg

    url = os.environ.get("BENCH_POSTGRES_URL", "postgres://postgres@127.0.0.1:5432/test")
    made = f"madoguchi_{name}_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {made}")
    try:
        yield f"{url.rsplit('/', 1)[0]}/{made}"
    finally:
        from django.db import connections

        connections.close_all()
        with psycopg.connect(url, autocommit=True) as server:
            server.execute(f"DROP DATABASE {made} WITH (FORCE)")


def report(name: str, figures: Mapping[str, Any]) -> None:
    """Print what was measured, where."""
    place = {"python": platform.python_version(), "cores": os.cpu_count()}
    print(json.dumps({"benchmark": name, **figures, **place}, ensure_ascii=False))


def percentile(values: list[float], share: float) -> float:
    """Return the value below which that share lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
