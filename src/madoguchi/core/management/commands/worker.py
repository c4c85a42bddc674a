"""Runs jobs beside the server: queued tasks, event delivery, sealing of the audit trail."""

import signal
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone

from madoguchi.core import audit, events


class Command(BaseCommand):
    """`madoguchi worker`: works until it is stopped; SIGTERM ends it after the step at hand."""

    help = "Deliver events, run queued tasks and seal the audit trail until stopped."
    stopping = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what waits and stop")
        parser.add_argument("--pause-seconds", type=float, default=2.0, help="pause between rounds")

    def handle(self, *args: Any, **options: Any) -> None:
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        while not self.stopping:
            events.deliver_pending()
            call_command("db_worker", batch=True, startup_delay=False, verbosity=0)
            while audit.seal(now=timezone.now()) is not None:
                continue
            if options["once"]:
                return
            time.sleep(options["pause_seconds"])

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True
