"""Matches a population against every published programme."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madoguchi.apps.outreach.contracts import MatchReport
from madoguchi.apps.outreach.matching import PopulationMissing, match_population
from madoguchi.apps.registry import api as registry


class Command(BaseCommand):
    """`madoguchi match --population DIR --as-of DATE [--json] [--out DIR]`."""

    help = "Count who gets which programme (yes, maybe) and what would be pushed. Nothing is sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--population", required=True, help="folder made by `madoguchi population`")
        parser.add_argument("--as-of", required=True, help="day of the verdicts, YYYY-MM-DD")
        parser.add_argument("--out", help="folder for verdicts per resident (0 no, 1 maybe, 2 yes)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            day = date.fromisoformat(options["as_of"])
        except ValueError as problem:
            raise CommandError(f"{options['as_of']!r} is no date. Write YYYY-MM-DD.") from problem
        rules = registry.rules()
        if not rules:
            raise CommandError("The registry is empty. Load a pack with `madoguchi pack load`.")
        out = Path(options["out"]) if options["out"] else None
        try:
            report = match_population(Path(options["population"]), rules, registry.rulebook(), as_of=day, out=out)
        except PopulationMissing as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(json.dumps(asdict(report), ensure_ascii=False) if options["json"] else _table(report))


def _table(report: MatchReport) -> str:
    lines = [f"{'programme':<44}{'yes':>12}{'maybe':>12}{'of':>12}"]
    lines += [f"{c.programme_id:<44}{c.yes:>12,}{c.maybe:>12,}{c.judged:>12,}" for c in report.counts]
    lines.append(
        f"{report.residents:,} synthetic residents × {report.programmes} programmes in {report.seconds} s "
        f"({report.residents_per_second:,} residents/s, peak {report.peak_memory_mib:,} MiB); "
        f"{report.residents_with_message:,} residents would get at least one message (preview: nothing is sent)"
    )
    return "\n".join(lines)
