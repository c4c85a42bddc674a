"""Takes in and gives out the published form of the child-rearing support registry."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from madoguchi.apps.registry.interchange import exchange
from madoguchi.apps.registry.interchange.exchange import ImportReport

_SHOWN = 50


class Command(BaseCommand):
    """`madoguchi registry import FILE [--report CSV] [--json]`, `madoguchi registry export FILE [--rejected]`."""

    help = "Import or export registry records as JSON or CSV. Rejected records are kept and can be exported too."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["import", "export"])
        parser.add_argument("file", help="a .json or .csv file")
        parser.add_argument("--report", help="write every finding to this CSV file")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--rejected", action="store_true", help="export the rejected records instead")
        parser.add_argument("--programmes", action="store_true", help="export this platform's own programmes instead")

    def handle(self, *args: Any, **options: Any) -> None:
        path = Path(options["file"])
        if path.suffix.lower() not in (".json", ".csv"):
            raise CommandError(f"{path.name} is neither .json nor .csv. Name the file so that its form is clear.")
        if options["action"] == "export":
            self._export(path, rejected=options["rejected"], own=options["programmes"])
            return
        if not path.is_file():
            raise CommandError(f"{path} is not there. Check the path.")
        report = exchange.import_file(path.name, path.read_bytes(), now=timezone.now())
        if options["report"]:
            Path(options["report"]).write_text("".join(exchange.report_csv(report)), encoding="utf-8")
        self.stdout.write(json.dumps(asdict(report), ensure_ascii=False) if options["json"] else _table(report))

    def _export(self, path: Path, *, rejected: bool, own: bool) -> None:
        write = exchange.as_csv if path.suffix.lower() == ".csv" else exchange.as_json
        if rejected and path.suffix.lower() == ".csv":
            raise CommandError("Rejected records may not be readable as rows. Export them as .json.")
        records = exchange.own() if own else exchange.newest(rejected=rejected)
        with path.open("w", encoding="utf-8", newline="") as file:
            for piece in write(records):
                file.write(piece)
        self.stdout.write(f"Wrote {path}.")


def _table(report: ImportReport) -> str:
    lines = [
        f"{item.file}:{item.line} {item.level} {item.psid or '-'} {item.field or '-'}: {item.message} {item.remedy}"
        for item in sorted(report.lines, key=lambda item: item.level)[:_SHOWN]
    ]
    if len(report.lines) > _SHOWN:
        lines.append(f"… and {len(report.lines) - _SHOWN:,} more; write them all with --report FILE.csv")
    lines.append(
        f"{report.read:,} records read: {report.accepted:,} accepted, {report.rejected:,} kept apart as rejected, "
        f"{report.unchanged:,} already here; {len(report.lines):,} findings"
    )
    return "\n".join(lines)
