"""Make, list, renew and end clients of the once-only API."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from madoguchi.apps.consents.models import Client
from madoguchi.apps.consents.services import clients
from madoguchi.core.models import Organisation


class Command(BaseCommand):
    """`madoguchi clients create ID --organisation ORG --purpose P …`, `rotate ID`, `disable ID`, `list`."""

    help = "Manage systems of organisations that may ask for facts. A secret is printed once and never kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["create", "rotate", "disable", "list"])
        parser.add_argument("client", nargs="?", default="")
        parser.add_argument("--organisation", default="")
        parser.add_argument("--name", default="")
        parser.add_argument("--purpose", action="append", default=[], help="may stand several times")
        parser.add_argument("--public-key", default="", help="file with a public JWK (EC P-256): private_key_jwt")
        parser.add_argument("--calls-per-minute", type=int, default=600)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            getattr(self, f"_{options['what']}")(options)
        except clients.ClientInvalid as problem:
            raise CommandError(str(problem)) from problem

    def _create(self, options: dict[str, Any]) -> None:
        if not Organisation.objects.filter(pk=options["organisation"]).exists():
            raise CommandError(f"There is no organisation {options['organisation']!r}. Load the pack, name its id.")
        _client, secret = clients.create(
            options["client"],
            organisation_id=options["organisation"],
            name=options["name"] or options["client"],
            purposes=options["purpose"],
            public_key=self._key(options),
            calls_per_minute=options["calls_per_minute"],
            now=timezone.now(),
        )
        self._show(secret)

    def _rotate(self, options: dict[str, Any]) -> None:
        self._show(clients.rotate(options["client"], public_key=self._key(options)))

    def _disable(self, options: dict[str, Any]) -> None:
        clients.disable(options["client"], now=timezone.now())

    def _list(self, options: dict[str, Any]) -> None:
        for row in Client.objects.all():
            state = "disabled" if row.disabled_at else "live"
            purposes = ",".join(row.purposes)
            self.stdout.write(f"{row.pk}\t{row.organisation_id}\t{row.method}\t{purposes}\t{state}")

    def _key(self, options: dict[str, Any]) -> dict[str, Any] | None:
        if not options["public_key"]:
            return None
        try:
            found = json.loads(Path(options["public_key"]).read_text(encoding="utf-8"))
        except (OSError, ValueError) as problem:
            raise CommandError(f"The key file cannot be read as JSON: {problem}. Give a file with a JWK.") from problem
        if not isinstance(found, dict):
            raise CommandError("The key file is not a JWK. Give a JSON object with kty, crv, x, y.")
        return found

    def _show(self, secret: str) -> None:
        self.stdout.write(f"Secret (shown once): {secret}" if secret else "The client signs with its key.")
