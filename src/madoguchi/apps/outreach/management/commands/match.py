"""Matches a population against every published programme, or tells what changed since a day."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madoguchi.apps.outreach.contracts import DeltaReport, MatchReport
from madoguchi.apps.outreach.matching import PopulationMissing, follow_population, match_population
from madoguchi.apps.registry import api as registry


class Command(BaseCommand):
    """`madoguchi match --population DIR --as-of DATE [--since DATE] [--json] [--out PATH] [--keep DIR]`."""

    help = "Count who gets which programme (yes, maybe) and what would be pushed, or what changed since a day."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--population", required=True, help="folder made by `madoguchi population`")
        parser.add_argument("--as-of", required=True, help="day of the verdicts, YYYY-MM-DD")
        parser.add_argument("--since", help="tell who became or stopped being eligible after this day")
        parser.add_argument(
            "--out",
            help="folder for verdicts per resident (0 no, 1 maybe, 2 yes); with --since a Parquet file of the changes",
        )
        parser.add_argument("--keep", help="folder of packed bits: written, or with --since read as those of that day")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        day = _date(options["as_of"])
        rules = registry.rules()
        if not rules:
            raise CommandError("The registry is empty. Load a pack with `madoguchi pack load`.")
        folder, out, keep = Path(options["population"]), _path(options["out"]), _path(options["keep"])
        report: MatchReport | DeltaReport
        try:
            if options["since"]:
                since = _date(options["since"])
                report = follow_population(
                    folder, rules, registry.rulebook(), since=since, as_of=day, kept=keep, out=out, progress=self._show
                )
            else:
                report = match_population(folder, rules, registry.rulebook(), as_of=day, out=out, keep=keep)
        except (PopulationMissing, ValueError) as problem:
            raise CommandError(str(problem)) from problem
        except FileNotFoundError as problem:
            raise CommandError(f"{problem.filename} is not there. Keep the bits first with --keep.") from problem
        table = _changed(report) if isinstance(report, DeltaReport) else _table(report)
        self.stdout.write(json.dumps(asdict(report), ensure_ascii=False) if options["json"] else table)

    def _show(self, day: date, began: int, ended: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"{day}: {began:,} begin, {ended:,} end", ending="\r")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise CommandError(f"{text!r} is no date. Write YYYY-MM-DD.") from problem


def _path(text: str | None) -> Path | None:
    return Path(text) if text else None


def _table(report: MatchReport) -> str:
    lines = [f"{'programme':<44}{'yes':>12}{'maybe':>12}{'of':>12}"]
    lines += [f"{c.programme_id:<44}{c.yes:>12,}{c.maybe:>12,}{c.judged:>12,}" for c in report.counts]
    lines.append(
        f"{report.residents:,} synthetic residents × {report.programmes} programmes in {report.seconds} s "
        f"({report.residents_per_second:,} residents/s, peak {report.peak_memory_mib:,} MiB; loading "
        f"{report.load_seconds} s); {report.residents_with_message:,} residents would get at least one message "
        "(preview: nothing is sent)"
    )
    return "\n".join(lines)


def _changed(report: DeltaReport) -> str:
    lines = [f"{'programme':<44}{'begins':>12}{'ends':>12}{'unclear':>12}"]
    lines += [f"{c.programme_id:<44}{c.began:>12,}{c.ended:>12,}{c.unclear:>12,}" for c in report.programmes]
    lines.append(
        f"{report.since} to {report.as_of}: {report.began:,} verdicts begin and {report.ended:,} end among "
        f"{report.residents:,} synthetic residents; {report.days} days in {report.seconds} s "
        f"(slowest {report.slowest_day_ms} ms)"
    )
    return "\n".join(lines)
