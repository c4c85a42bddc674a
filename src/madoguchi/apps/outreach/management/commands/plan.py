"""Plans what a synthetic population would be told from a day on. Nothing is sent."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madoguchi.apps.outreach import terms
from madoguchi.apps.outreach.matching import PopulationMissing
from madoguchi.apps.outreach.planning.population import PlanReport, files_of, plan_population
from madoguchi.apps.outreach.planning.published import AGREE, CHOOSE, published_book, synthetic_choices


class Command(BaseCommand):
    """`madoguchi plan --population DIR --as-of DATE [--days N] [--out DIR] [--json]`."""

    help = "Plan what a synthetic population would be told, with invented choices (合成データ). Nothing is sent."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--population", required=True, help="folder made by `madoguchi population`")
        parser.add_argument("--as-of", required=True, help="first day of the plan, YYYY-MM-DD")
        parser.add_argument("--days", type=int, default=1, help="so many days, one after the other")
        parser.add_argument("--out", help="folder for the messages, one Parquet file per municipality")
        parser.add_argument("--agree", type=float, default=AGREE, help="share of residents who agreed (invented)")
        parser.add_argument("--choose", type=float, default=CHOOSE, help="share of those who chose a topic (invented)")
        parser.add_argument("--seed", type=int, default=1, help="of the invented choices")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        day, folder = _date(options["as_of"]), Path(options["population"])
        if options["days"] < 1:
            raise CommandError(f"--days is {options['days']}. Plan at least one day.")
        try:
            known, codes = terms.current(), [file.stem for file in files_of(folder)]
            report = plan_population(
                folder,
                published_book(known, municipalities=codes, since=day),
                synthetic_choices(known, seed=options["seed"], agree=options["agree"], choose=options["choose"]),
                as_of=day,
                days=options["days"],
                out=Path(options["out"]) if options["out"] else None,
                progress=self._show,
            )
        except (PopulationMissing, terms.TermsMissing, ValueError) as problem:
            raise CommandError(str(problem)) from problem
        self.stdout.write(json.dumps(asdict(report), ensure_ascii=False) if options["json"] else _table(report))

    def _show(self, day: date, messages: int) -> None:
        if self.stderr.isatty():
            self.stderr.write(f"{day}: {messages:,} messages", ending="\r")


def _date(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as problem:
        raise CommandError(f"{text!r} is no date. Write YYYY-MM-DD.") from problem


def _table(report: PlanReport) -> str:
    lines = [f"{reason:<10}{count:>14,}" for reason, count in report.items.items()]
    lines.append(
        f"{report.residents:,} synthetic residents × {report.programmes} programmes from {report.as_of}, {report.days} "
        f"days: {report.messages:,} messages to {report.recipients:,} recipients in {report.seconds} s (slowest day "
        f"{report.slowest_day_seconds} s, peak {report.peak_memory_mib:,} MiB). Invented choices; nothing is sent."
    )
    return "\n".join(lines)
