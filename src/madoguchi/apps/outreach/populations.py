"""Reads the pack's published population and rates, and writes synthetic residents as one Parquet file per municipality."""

import csv
import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import yaml

from madoguchi.engines.population import BANDS, LABEL, Marginals, generate, scaled

TABLE = "residents_20260101.csv"
TABLE_DATE = date(2026, 1, 1)
MANIFEST = "manifest.json"


def marginals_of(folder: Path) -> Marginals:
    """Return the published table of a pack."""
    table: dict[str, dict[tuple[str, str], Any]] = {}
    with (folder / "population" / TABLE).open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            counts = np.array([int(row[f"age_{band}"]) for band in BANDS], dtype=np.int64)
            table.setdefault(row["municipality"], {})[(row["sex"], row["nationality"])] = counts
    return Marginals(table)


def rates_of(folder: Path) -> dict[str, float]:
    """Return the shares from which households and facts are drawn."""
    data = yaml.safe_load((folder / "population" / "rates.yaml").read_text(encoding="utf-8"))
    return {name: float(item["value"]) for name, item in data["rates"].items()}


def write_population(
    pack: Path, out: Path, *, size: int | None, seed: int, as_of: date, progress: Callable[[str, int], None]
) -> dict[str, Any]:
    """Write residents to a folder and return its manifest; raise PopulationError when the size cannot be."""
    full = marginals_of(pack)
    wanted = scaled(full, full.total if size is None else size)
    out.mkdir(parents=True, exist_ok=True)
    for old in [*out.glob("*.parquet"), out / MANIFEST]:
        old.unlink(missing_ok=True)
    residents = 0
    for code, frame in generate(wanted, rates_of(pack), seed=seed, as_of=as_of):
        frame.write_parquet(out / f"{code}.parquet", compression="lz4", metadata={"label": LABEL})
        residents += frame.height
        progress(code, residents)
    manifest = {
        "label": LABEL,
        "size": residents,
        "seed": seed,
        "as_of": as_of.isoformat(),
        "table": TABLE,
        "exact": residents == full.total,
    }
    (out / MANIFEST).write_text(json.dumps(manifest, ensure_ascii=False, indent=1), encoding="utf-8")
    return manifest
