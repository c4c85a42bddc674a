"""One command from a fresh clone to a working platform: migrate, load the pack, make people, match, serve, sign in.

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

from madoguchi.core.packs import PackInvalid
from madoguchi.site import demonstration, demonstration_running, sample_cases, sample_messages
from madoguchi.site.identity import samples
from madoguchi.site.identity.issuers import IssuerName
from madoguchi.site.identity.ports import PROVIDER_PORT, is_free

DOORS = ((IssuerName.CARD, "住民"), (IssuerName.BUSINESS, "事業者"), (IssuerName.STAFF, "職員"))


class Command(BaseCommand):
    """Run the demonstration, or with ``--check`` run its whole path once and print one JSON object of figures."""

    help = "Start the platform with the pack and labelled sample data."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="run everything once, print figures as JSON, stop")
        parser.add_argument("--port", type=int, default=8000, help="port of the site (default 8000)")
        parser.add_argument(
            "--identity-port",
            type=int,
            default=PROVIDER_PORT,
            help="port of the sample sign-in provider (default 8800, or a free one)",
        )
        parser.add_argument("--residents", type=int, default=20_000, help="size of the synthetic population")
        parser.add_argument("--data-dir", help="where the demonstration keeps its data (default var/)")

    def handle(self, *args: Any, **options: Any) -> None:
        self._refuse_ports(options)
        started = time.monotonic()
        Path(settings.DATA_DIR).mkdir(parents=True, exist_ok=True)
        figures = self._prepare(options["residents"])
        if options["check"]:
            figures |= demonstration_running.check(identity_port=options["identity_port"])
            figures["seconds_total"] = round(time.monotonic() - started, 1)
            self.stdout.write(json.dumps(figures, ensure_ascii=False, indent=2, default=str))
            return
        demonstration_running.serve(
            port=options["port"],
            identity_port=options["identity_port"],
            ready=partial(self._say_what_to_try, options["port"], figures),
        )

    def _refuse_ports(self, options: dict[str, Any]) -> None:
        for name in ("port", "identity_port"):
            option = f"--{name.replace('_', '-')}"
            if not 1 <= options[name] <= 65535:
                raise CommandError(f"The port must lie between 1 and 65535. Choose another with {option}.")
            if not (is_free(options[name]) or (options["check"] and name == "port")):
                raise CommandError(f"Another program uses port {options[name]}. Stop it, or choose one with {option}.")

    def _prepare(self, residents: int) -> dict[str, Any]:
        """Do every step once and return its figures; progress goes to stderr."""
        figures: dict[str, Any] = {"sample_data": True}
        steps: tuple[tuple[str, Callable[[], Any]], ...] = (
            ("database", demonstration.migrate),
            ("pack", demonstration.load_pack),
            ("staff", demonstration.create_sample_staff),
            ("people", demonstration.tell_sample_people),
            ("businesses", demonstration.load_sample_businesses),
            ("consents", demonstration.make_sample_disclosures),
            ("cases", sample_cases.tell),
            ("population", partial(demonstration.ensure_population, residents)),
            ("matching", demonstration.match),
            ("messages", sample_messages.tell),
            ("audit", demonstration.seal_audit),
        )
        for number, (name, step) in enumerate(steps, start=1):
            self.stderr.write(f"[{number}/{len(steps)}] {name} ...", ending="")
            began = time.monotonic()
            try:
                figures[name] = step()
            except PackInvalid as problem:
                raise CommandError(str(problem)) from problem
            self.stderr.write(f" {time.monotonic() - began:.1f} s")
        return figures

    def _say_what_to_try(self, port: int, figures: dict[str, Any]) -> None:
        address = demonstration_running.address_of(port)
        staff = figures["staff"][0]
        self.stdout.write(
            f"""
Madoguchi 窓口 is ready (all people, businesses and staff are SAMPLE DATA / 架空のデータ)

  {address}/                     find a programme (日本語)
  {address}/en/finder/           answer a few questions: what may I receive?
  {address}/ja-easy/             やさしい日本語
  {address}/sign-in/             sign in: choose a door, then a sample card
{self._cards()}
    (staff also by name and password, for example {staff["username"]} {staff["password"]})
  {address}/life/birth/          a child is born: every procedure at once
  {address}/me/cases/            after 見本 花子's card: how far her applications have got
  {address}/desk/cases/          after 板橋区 サンプル審査担当's card: the office's queue
  {address}/me/access/           after 見本 花子's card: who looked at her facts
  {address}/me/inbox/            the same: what she was told first, and why
  {address}/open/                open data, API, matching on your own device

Stop with Ctrl+C. Delete the folder {settings.DATA_DIR} to begin again."""
        )

    def _cards(self) -> str:
        """Return the names on the cards to try, one line for each door; the card page says what is special about each."""
        if not demonstration.sample_providers():
            return "    (sign-in uses the providers of your own settings)"
        known = samples.load(Path(settings.PACK_DIR))
        names = {door: [card.label_ja.split("（")[0] for card in known[issuer]] for issuer, door in DOORS}
        return "\n".join(f"    {door}：{'・'.join(cards)}" for door, cards in names.items())
