"""Imports calls for applications from jGrants' API or from a file, and tells how imports stand."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from madoguchi.apps.grants import importing, queries
from madoguchi.apps.grants.jgrants import JGrants
from madoguchi.apps.grants.models import ImportRun


class Command(BaseCommand):
    """`madoguchi grants import FILE|ADDRESS [--complete]`, `madoguchi grants state`."""

    help = "Import calls for applications from a file or from jGrants' API; show how imports stand."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["import", "state"])
        parser.add_argument("origin", nargs="?", default="", help="a file, or the address before /subsidies")
        parser.add_argument("--complete", action="store_true", help="the file holds every open call: withdraw others")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["action"] == "state":
            for run in queries.runs():
                self.stdout.write(_line(run))
            return
        if not options["origin"]:
            raise CommandError("Name a file, or the address of the service before /subsidies.")
        run = self._import(options["origin"], complete=options["complete"])
        self.stdout.write(_line(run))
        if run.state == ImportRun.State.FAILED:
            raise CommandError(f"{run.error} {len(run.waiting or ())} calls wait; the next import goes on with them.")

    def _import(self, origin: str, *, complete: bool) -> ImportRun:
        try:
            if origin.startswith(("https://", "http://")):
                return importing.from_service(JGrants(origin.rstrip("/")))
            return importing.from_file(Path(origin), now=timezone.now(), complete=complete)
        except (importing.ImportBusy, importing.FileProblem) as problem:
            raise CommandError(str(problem)) from None


def _line(run: ImportRun) -> str:
    told = {"origin": run.origin, "state": run.state, "counts": run.counts, "waiting": len(run.waiting or ())}
    return json.dumps({**told, "problems": run.problems, "error": run.error}, ensure_ascii=False)
