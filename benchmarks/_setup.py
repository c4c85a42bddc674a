"""Gives the benchmarks a database of their own with Tokyo's pack, and prints one JSON object per measurement."""

import io
import json
import os
import platform
import tempfile
from collections.abc import Mapping
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


def report(name: str, figures: Mapping[str, Any]) -> None:
    """Print what was measured, where."""
    place = {"python": platform.python_version(), "cores": os.cpu_count()}
    print(json.dumps({"benchmark": name, **figures, **place}, ensure_ascii=False))


def percentile(values: list[float], share: float) -> float:
    """Return the value below which that share lies."""
    return sorted(values)[min(len(values) - 1, int(len(values) * share))]
