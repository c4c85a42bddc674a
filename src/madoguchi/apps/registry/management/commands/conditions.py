"""Looks at all conditions together: are they sound, and what do they say in the SQL of another engine."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from madoguchi.apps.registry import compiling, soundness


class Command(BaseCommand):
    """`madoguchi conditions check [--dir DIR] [--json]`, `madoguchi conditions compile --dialect NAME [...]`."""

    help = "Check every condition, table and date of a pack, or compile conditions to SQL text."

    def add_arguments(self, parser: ArgumentParser) -> None:
        actions = parser.add_subparsers(dest="action", required=True)
        check = actions.add_parser("check", help="report what cannot be true, contradicts, overlaps or has holes")
        check.add_argument("--dir", default=str(settings.PACK_DIR), help="folder of the pack")
        check.add_argument("--json", action="store_true", help="print one JSON object per finding")
        compiling.add_arguments(actions.add_parser("compile", help="print the conditions as one SQL statement"))

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "compile":
            self.stdout.write(compiling.run(options))
            return
        findings = soundness.findings_of(Path(options["dir"]))
        for line in soundness.lines(findings, as_json=options["json"]):
            self.stdout.write(line)
        if any(finding.is_error for finding in findings):
            raise SystemExit(1)
