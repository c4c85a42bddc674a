"""Runs jobs beside the server: event delivery, queued tasks, work that comes again, sealing of the audit trail."""

import logging
import os
import signal
import time
from argparse import ArgumentParser
from types import FrameType
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.core.management.base import BaseCommand
from django.db import DatabaseError, close_old_connections
from django.utils import timezone
from django_tasks_db.management.commands.db_worker import Worker

from madoguchi.core import audit, events, housekeeping

logger = logging.getLogger(__name__)
NAP_SECONDS = 0.5
"""How soon a stop is noticed while nothing is to be done."""


class Command(BaseCommand):
    """`madoguchi worker`: works until it is stopped; SIGTERM and SIGINT end it after the step at hand."""

    help = "Deliver events, run queued tasks and chores, and seal the audit trail until stopped."
    stopping = False
    parent = 0
    """Process whose end ends this one; 0: none."""
    tasks: Any = None

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what waits and stop")
        parser.add_argument("--pause-seconds", type=float, default=2.0, help="pause between rounds")
        parser.add_argument(
            "--with-parent",
            nargs="?",
            type=int,
            const=0,
            metavar="PID",
            help="stop when the process that started it ends (at once when that is not PID)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["with_parent"] is not None:
            self.parent = options["with_parent"] or os.getppid()
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        while not self._must_stop():
            if options["once"]:
                self._round()
                return
            self._round_that_may_fail()
            self._pause(options["pause_seconds"])

    def _round_that_may_fail(self) -> None:
        """Do one round; when the database does not answer, say so and try again in the next one."""
        try:
            self._round()
        except DatabaseError:
            logger.exception("A round of the worker failed; it is tried again")
            close_old_connections()

    def _round(self) -> None:
        for step in (events.deliver_pending, self._run_tasks, self._do_chores, self._seal):
            if self._must_stop():
                return
            step()

    def _run_tasks(self) -> None:
        """Run what is queued. The library's own command would take the signals away from this one."""
        self.tasks = Worker(
            queue_names=list(settings.TASKS["default"]["QUEUES"]),
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=uuid4().hex,
            excluded_queue_names=[],
        )
        self.tasks.run()

    def _do_chores(self) -> None:
        housekeeping.do_due(timezone.now())

    def _seal(self) -> None:
        while audit.seal(now=timezone.now()) is not None:
            continue

    def _pause(self, seconds: float) -> None:
        ends_at = time.monotonic() + seconds
        while not self._must_stop() and (left := ends_at - time.monotonic()) > 0:
            time.sleep(min(left, NAP_SECONDS))

    def _must_stop(self) -> bool:
        """Tell whether it was told to stop, or its starting process has ended: an orphan has another parent."""
        return self.stopping or (self.parent > 0 and os.getppid() != self.parent)

    def _stop(self, signum: int, frame: FrameType | None) -> None:
        self.stopping = True
        if self.tasks is not None:
            self.tasks.running = False
