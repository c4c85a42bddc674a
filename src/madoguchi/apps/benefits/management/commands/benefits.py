"""Calculates a payment run from the command line, or goes on with one that was stopped."""

import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from madoguchi.apps.benefits import services
from madoguchi.apps.benefits.errors import Refused


class Command(BaseCommand):
    """`madoguchi benefits run ID`: the same calculation that the job does."""

    help = "Calculate a payment run; stopped at any moment, the same command goes on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["run"])
        parser.add_argument("id", help="id of the run, as its page shows it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            run = services.calculate(options["id"])
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        figures = {"run": str(run.pk), "state": run.state, "payments": run.payments_count, "yen": run.total_yen}
        self.stdout.write(json.dumps(figures))
