"""Looks after the registry: checks of all records, links of sources."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from madoguchi.apps.upkeep import links
from madoguchi.apps.upkeep.checks import running
from madoguchi.apps.upkeep.models import Finding


class Command(BaseCommand):
    """`madoguchi upkeep check [--today DAY] [--list] [--json]`, `madoguchi upkeep links [--most N]`."""

    help = "Check all programmes and imported records, or follow the links of their sources."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["check", "links"])
        parser.add_argument("--today", type=date.fromisoformat, help="the day to check for, YYYY-MM-DD")
        parser.add_argument("--list", action="store_true", help="print every finding that stands")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--most", type=int, default=1_000, help="links to follow at most")

    def handle(self, *args: Any, **options: Any) -> None:
        today = options["today"] or timezone.localdate()
        if options["action"] == "links":
            self._links(today, options["most"])
            return
        report = running.run(today=today, now=timezone.now())
        if options["list"]:
            self._list()
        self.stdout.write(json.dumps(asdict(report)) if options["json"] else _summary(report))

    def _links(self, today: date, most: int) -> None:
        rows = links.check(links.due(links.sources(), today, most=most), now=timezone.now(), day=today)
        for row in rows:
            self.stdout.write(f"{row.outcome} {row.status or row.why} {row.url} {row.target}".rstrip())
        self.stdout.write(f"{len(rows):,} links followed")

    def _list(self) -> None:
        for row in Finding.objects.filter(resolved_at=None):
            place = row.programme_id or row.organisation_id
            detail = json.dumps(row.detail, ensure_ascii=False)
            self.stdout.write(f"{row.severity} {row.check_name} {row.code} {place} {detail}")


def _summary(report: running.Report) -> str:
    parts = ", ".join(f"{name} {count:,}" for name, count in sorted(report.by_check.items()))
    return (
        f"{report.programmes:,} programmes and {report.imported:,} imported records checked: {report.found:,} findings "
        f"({parts or 'none'}); {report.new:,} new, {report.resolved:,} resolved"
    )
