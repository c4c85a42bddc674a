"""The synthetic population for benchmarks: made once and kept (BENCH_POPULATION names the folder), read as columns."""

import io
import os
import tempfile
import time
from collections.abc import Collection
from pathlib import Path

FULL = 14_077_552
KEYS = ("住民番号", "世帯番号", "続柄", "生年月日")


def population(size: int = FULL) -> tuple[Path, float]:
    """Return a folder with one Parquet file per municipality, and the seconds that making it took (0 = it was there)."""
    from django.core.management import call_command

    base = Path(os.environ.get("BENCH_POPULATION") or Path(tempfile.gettempdir()) / "madoguchi-bench-population")
    folder = base / str(size)
    if (folder / "manifest.json").is_file():
        return folder, 0.0
    begun = time.perf_counter()
    call_command("population", size=size, seed=1, out=str(folder), stdout=io.StringIO())
    return folder, time.perf_counter() - begun


def frame_of(file: Path, columns: Collection[str]):
    """Return one municipality's columns that are needed."""
    import polars as pl

    scan = pl.scan_parquet(file)
    return scan.select([n for n in scan.collect_schema().names() if n in columns or n in KEYS]).collect()
