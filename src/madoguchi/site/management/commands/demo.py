"""One command from a fresh clone to a working platform: migrate, load the pack, make residents, match, serve.

Everything that it makes is sample data and labelled so. A second run finds its work done and starts in seconds.
"""

import json
import time
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from madoguchi.site import demonstration


class Command(BaseCommand):
    """Run the demonstration, or with ``--check`` run its whole path once and print one JSON object of figures."""

    help = "Start the platform with the pack and labelled sample data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="run everything once, print figures as JSON, stop")
        parser.add_argument("--port", type=int, default=8000, help="port of the site (default 8000)")
        parser.add_argument("--residents", type=int, default=20_000, help="size of the synthetic population")
        parser.add_argument("--data-dir", help="where the demonstration keeps its data (default var/)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not 1 <= options["port"] <= 65535:
            raise CommandError("The port must lie between 1 and 65535. Choose another with --port.")
        started = time.monotonic()
        Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
        figures = self._prepare(options["residents"])
        if options["check"]:
            figures["pages"] = demonstration.fetch_pages(port=0)
            figures["seconds_total"] = round(time.monotonic() - started, 1)
            self.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2, default=str))
            return
        self._say_what_to_try(options["port"], figures)
        demonstration.serve(port=options["port"])

    def _prepare(self, residents: int) -> dict[str, Any]:
        """Do every step once and return its figures; progress goes to stderr."""
        figures: dict[str, Any] = {"sample_data": True}
        steps: tuple[tuple[str, Callable[[], Any]], ...] = (
            ("database", demonstration.migrate),
            ("pack", demonstration.load_pack),
            ("staff", demonstration.create_sample_staff),
            ("population", partial(demonstration.ensure_population, residents)),
            ("matching", demonstration.match),
            ("audit", demonstration.seal_audit),
        )
        for number, (name, step) in enumerate(steps, start=1):
            self.stderr.write(f"[{number}/{len(steps)}] {name} ...", ending="")
            began = time.monotonic()
            figures[name] = step()
            self.stderr.write(f" {time.monotonic() - began:.1f} s")
        return figures

    def _say_what_to_try(self, port: int, figures: dict[str, Any]) -> None:
        address = f"http://127.0.0.1:{port}"
        staff = "\n".join(
            f"    {person['username']:<22} {person['password']}   {person['organisation']}"
            for person in figures["staff"]
        )
        self.stdout.write(
            f"""
Madoguchi 窓口 is ready (all residents and staff are SAMPLE DATA / 合成データ)

  {address}/                     find a programme (日本語)
  {address}/en/finder/           answer a few questions: what may I receive?
  {address}/ja-easy/             やさしい日本語
  {address}/desk/                staff desk, sign in as
{staff}
  {address}/open-data/           open data and API

Stop with Ctrl+C. Delete the folder {settings.DATA_DIR} to begin again."""
        )
