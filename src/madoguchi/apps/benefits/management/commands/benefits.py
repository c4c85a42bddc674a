"""Payment runs from the command line: asks registers where recipients lived, calculates a run, goes on with a stopped one."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from madoguchi.apps.benefits import services
from madoguchi.apps.benefits.errors import Refused


class Command(BaseCommand):
    """`madoguchi benefits residence SCHEME`, then `madoguchi benefits run ID`: together what the job does."""

    help = "Ask registers for a scheme's recipients, or calculate a run; stopped, the same command goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["residence", "run"])
        parser.add_argument("id", help="id of the scheme (residence) or of the run, as their pages show them")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "residence":
            self._refresh(options["id"])
            return
        try:
            run = services.calculate(options["id"])
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        figures = {"run": str(run.pk), "state": run.state, "payments": run.payments_count, "yen": run.total_yen}
        self.stdout.write(json.dumps(figures))

    def _refresh(self, scheme_id: str) -> None:
        try:
            asked, told = services.refresh(scheme_id, now=timezone.now())
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        self.stdout.write(json.dumps({"scheme": scheme_id, "asked": asked, "told": told}))
