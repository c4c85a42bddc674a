"""Starts the local fake of the providers of LINE and SMS."""

import argparse
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from madoguchi.apps.notifications.channels.fake_provider.running import add_arguments, run


class Command(BaseCommand):
    """`madoguchi fake_provider --port 8090 --fail-share 0.2`."""

    help = "Serve a local fake of LINE (/v2/bot/message/push) and SMS (/sms); GET /effects counts what reached people."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        add_arguments(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        run(argparse.Namespace(**options), self._say)

    def _say(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()
