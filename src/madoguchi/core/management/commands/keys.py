"""Rotate and show the keys that seal personal data."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from madoguchi.core import masterkeys, rotation, vault


class Command(BaseCommand):
    """`madoguchi keys rotate|status`."""

    help = "Rotate the keys that seal personal data, or show them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["rotate", "status"])
        parser.add_argument("--batch-rows", type=int, default=rotation.BATCH_ROWS, help="rows in one transaction")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._rotate(options) if options["what"] == "rotate" else self._status(options["json"])
        except (vault.VaultError, masterkeys.MasterKeyError) as problem:
            raise CommandError(str(problem)) from None

    def _rotate(self, options: dict[str, Any]) -> None:
        report = rotation.rotate(now=timezone.now(), batch_rows=max(1, options["batch_rows"]))
        if options["json"]:
            self.stdout.write(json.dumps(asdict(report)))
            return
        state = "went on with" if report.resumed else "made"
        self.stdout.write(
            f"{state} data key {report.key_id}: {report.rewrapped} keys wrapped anew, "
            f"{report.resealed} rows sealed anew, {report.removed} old keys removed"
        )

    def _status(self, as_json: bool) -> None:
        keys = rotation.status()
        if as_json:
            self.stdout.write(json.dumps({"keys": [asdict(key) for key in keys]}))
            return
        for key in keys:
            state = "active" if key.active else "retired"
            known = "" if key.master_known else " MISSING: add it to MADOGUCHI_DATA_KEYS"
            rows = ", ".join(f"{name} {count}" for name, count in key.rows.items()) or "no rows"
            self.stdout.write(f"{key.id} {state}: {rows}; master key {key.master}{known}")
        if not keys:
            self.stdout.write("Nothing is sealed yet, so there is no key.")
        if any(not key.master_known for key in keys):
            raise CommandError("A master key is missing, so some values cannot be opened. Add it and run this again.")
