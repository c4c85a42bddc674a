"""Loads the corporate register, applies its daily files, links other records, syncs gBizINFO."""

import json
import os
from argparse import ArgumentParser
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from madoguchi.apps.businesses.linking import records
from madoguchi.apps.businesses.register import fingerprint, loading
from madoguchi.apps.businesses.register.files import FileProblem
from madoguchi.apps.businesses.register.loading import LoadReport
from madoguchi.apps.businesses.sources import syncing
from madoguchi.apps.businesses.sources.gbizinfo import GBizInfo, GBizInfoProblem
from madoguchi.core.models import Organisation

_SHOWN = 20


class Command(BaseCommand):
    """`madoguchi businesses load FILE`, `diff FILE...`, `state`, `link FILE --organisation ID`, `gbizinfo --from DAY`."""

    help = "Load the published corporate register, apply daily files in any order, link other records, sync gBizINFO."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["load", "diff", "state", "link", "gbizinfo"])
        parser.add_argument("files", nargs="*", type=Path, help="files as published: .csv (30 columns) or .parquet")
        parser.add_argument("--json", action="store_true", help="print one JSON object per file")
        parser.add_argument("--organisation", default="", help="whose records a linked file holds")
        parser.add_argument("--source", default="", help="name of the system that a linked file comes from")
        parser.add_argument("--from", dest="start", type=date.fromisoformat, help="first day of a sync, YYYY-MM-DD")
        parser.add_argument("--to", dest="end", type=date.fromisoformat, help="last day of a sync, YYYY-MM-DD")

    def handle(self, *args: Any, **options: Any) -> None:
        action, paths = options["action"], options["files"]
        if action == "state":
            self.stdout.write(json.dumps(fingerprint.fingerprint()))
            return
        if action == "gbizinfo":
            self._sync(options["start"], options["end"])
            return
        if not paths or (action == "load" and len(paths) > 1):
            raise CommandError("Name one file to load, or one or more daily files for diff.")
        if action == "link":
            self._link(paths, organisation_id=options["organisation"], source=options["source"])
            return
        for path in paths:
            self._take(path, as_json=options["json"])

    def _take(self, path: Path, *, as_json: bool) -> None:
        try:
            report = loading.load_file(path, now=timezone.now())
        except FileProblem as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(json.dumps(asdict(report), ensure_ascii=False) if as_json else _table(report))

    def _link(self, paths: list[Path], *, organisation_id: str, source: str) -> None:
        if not Organisation.objects.filter(pk=organisation_id).exists():
            raise CommandError(f"There is no organisation {organisation_id!r}. Name one with --organisation.")
        for path in paths:
            if not path.is_file():
                raise CommandError(f"{path} is not there. Check the path.")
            try:
                report = records.link(
                    path.read_bytes(), organisation_id=organisation_id, source=source or path.stem, now=timezone.now()
                )
            except records.RecordsProblem as problem:
                raise CommandError(f"{path.name}: {problem}") from None
            self.stdout.write(json.dumps(asdict(report), ensure_ascii=False))

    def _sync(self, start: date | None, end: date | None) -> None:
        url, token = os.environ.get("MADOGUCHI_GBIZINFO_URL", ""), os.environ.get("MADOGUCHI_GBIZINFO_TOKEN", "")
        if not url or not token:
            raise CommandError("gBizINFO is not set up. Set MADOGUCHI_GBIZINFO_URL and MADOGUCHI_GBIZINFO_TOKEN.")
        if start is None:
            raise CommandError("Name the first day with --from YYYY-MM-DD.")
        client = GBizInfo(url, token)
        try:
            report = syncing.sync(client, start=start, end=end or timezone.localdate(), now=timezone.now())
        except GBizInfoProblem as problem:
            raise CommandError(str(problem)) from None
        self.stdout.write(json.dumps(asdict(report)))


def _table(report: LoadReport) -> str:
    lines = [f"{report.file}:{r.line} {r.field}: {r.reason} {r.remedy}" for r in report.rejections[:_SHOWN]]
    if report.rejected > _SHOWN:
        lines.append(f"… and {report.rejected - _SHOWN:,} more rows kept apart; see the table of rejected rows")
    kinds = ", ".join(f"{kind} {count:,}" for kind, count in report.changes.items()) or "nothing"
    lines.append(
        f"{report.file}: {report.read:,} rows read: {report.statements:,} new, {report.known:,} already here, "
        f"{report.rejected:,} kept apart. Changed: {kinds}"
    )
    return "\n".join(lines)
