"""`madoguchi deliver`: a process that does nothing but deliver messages, for installations with many of them."""

import signal
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from madoguchi.apps.notifications.delivering import courier


class Command(BaseCommand):
    """Delivers until stopped; SIGTERM and SIGINT end it after what is under way."""

    help = "Deliver messages that wait, until stopped (the worker does it as well, beside its other work)."
    stopping = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="deliver what waits and stop")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        written = courier.run(lambda: self.stopping, until_idle=options["once"])
        self.stdout.write(f"{written} deliveries written down.")

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True
