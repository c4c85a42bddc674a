"""Check, seal and show the chain of the audit trail."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from madoguchi.core import audit
from madoguchi.core.models import AuditBlock


class Command(BaseCommand):
    """`madoguchi audit verify|seal|head`."""

    help = "Verify, seal or show the audit trail."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify", "seal", "head"])
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['what']}")(options["json"])

    def _verify(self, as_json: bool) -> None:
        report = audit.verify()
        if as_json:
            self.stdout.write(json.dumps(asdict(report)))
        else:
            state = "intact" if not report.problems else "BROKEN"
            self.stdout.write(f"{report.entries} rows, {report.sealed} sealed in {report.blocks} blocks: {state}")
            for problem in report.problems[:20]:
                self.stderr.write(problem)
        if report.problems:
            raise SystemExit(1)

    def _seal(self, as_json: bool) -> None:
        blocks = 0
        while audit.seal(now=timezone.now()) is not None:
            blocks += 1
        self.stdout.write(json.dumps({"blocks": blocks}) if as_json else f"{blocks} blocks sealed")

    def _head(self, as_json: bool) -> None:
        head = AuditBlock.objects.order_by("-number").first()
        figures = {"number": head.number, "hash": bytes(head.hash).hex(), "sealed_at": head.sealed_at} if head else {}
        self.stdout.write(json.dumps(figures) if as_json else str(figures or "Nothing is sealed yet."))
