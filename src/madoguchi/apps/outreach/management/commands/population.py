"""Makes a labelled synthetic population."""

import json
import time
from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from madoguchi.apps.outreach.populations import TABLE_DATE, write_population
from madoguchi.engines.population import PopulationError


class Command(BaseCommand):
    """`madoguchi population --size N --seed S --out DIR`."""

    help = "Make synthetic residents (合成データ) whose marginals equal the published table at full size."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--size", type=int, help="number of residents; left out: all of the table")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--out", required=True, help="folder for one Parquet file per municipality")
        parser.add_argument("--as-of", default=TABLE_DATE.isoformat(), help="day of the ages (default: the table's)")

    def _show(self, code: str, done: int) -> None:
        """Tell a person who watches how far it is; a log needs no such lines."""
        if self.stderr.isatty():
            self.stderr.write(f"{code}: {done:,} residents", ending="\r")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            manifest = write_population(
                Path(settings.PACK_DIR),
                Path(options["out"]),
                size=options["size"],
                seed=options["seed"],
                as_of=date.fromisoformat(options["as_of"]),
                progress=self._show,
            )
        except PopulationError as problem:
            raise CommandError(str(problem)) from problem
        except ValueError as problem:
            raise CommandError(f"{options['as_of']!r} is no date ({problem}). Write YYYY-MM-DD.") from problem
        self.stdout.write(json.dumps({**manifest, "seconds": round(time.monotonic() - started, 1)}, ensure_ascii=False))
