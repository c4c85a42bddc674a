"""Runs the local OpenID provider beside the site: sample cards, sample businesses, sample staff.

For demonstrations and tests only. It listens on this machine alone and believes whichever card is picked.
"""

import os
import threading
import time
from argparse import ArgumentParser
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIServer

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from madoguchi.apps.accounts.oidc import providers
from madoguchi.core.packs import PackInvalid
from madoguchi.site.identity import registration, samples, server
from madoguchi.site.identity.issuers import ISSUERS
from madoguchi.site.identity.ports import PROVIDER_PORT
from madoguchi.site.identity.provider import Provider


class Command(BaseCommand):
    """Serve the local provider until it is stopped."""

    help = "Start the local sign-in provider with labelled sample people (demonstration and tests only)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=PROVIDER_PORT, help="port of the provider (default 8800)")
        parser.add_argument("--issuer-port", type=int, help="port in the issuers' names (default: the port)")
        parser.add_argument("--site-port", type=int, default=8000, help="port of the site on this machine")
        parser.add_argument(
            "--with-parent",
            nargs="?",
            type=int,
            const=0,
            metavar="PID",
            help="stop when the process that started it ends (at once when that is not PID)",
        )
        parser.add_argument("--test-mode", action="store_true", help="let tests change the signing keys (/rotate)")

    def handle(self, *args: Any, **options: Any) -> None:
        provider = _provider(
            options["port"],
            options["site_port"],
            issuer_port=options["issuer_port"] or options["port"],
            test_mode=options["test_mode"],
        )
        try:
            listening = server.listen(port=options["port"])
        except (OSError, OverflowError) as problem:
            raise CommandError(
                f"Port {options['port']} cannot be used: {problem}. Choose another with --port."
            ) from problem
        self.stdout.write("Sample sign-in provider (invented people and businesses only). Issuers:")
        for issuer in ISSUERS:
            self.stdout.write(f"  {issuer.name.value:<9} {issuer.url(provider.issuer_base)}")
        listening.set_app(server.application(provider))
        if options["with_parent"] is not None:
            parent = options["with_parent"] or os.getppid()
            threading.Thread(target=_stop_with, args=(parent, listening), daemon=True).start()
        try:
            listening.serve_forever()
        except KeyboardInterrupt:
            self.stdout.write("Stopped.")
        finally:
            listening.server_close()


def _stop_with(parent: int, listening: WSGIServer) -> None:
    """Stop the server when the starting process has ended: an orphan has another parent."""
    while os.getppid() == parent:
        time.sleep(0.5)
    listening.shutdown()


def _provider(port: int, site_port: int, *, issuer_port: int, test_mode: bool) -> Provider:
    """Return the provider with the site registered; settings that name no issuer of ours are made for this folder."""
    named, origins = registration.base_address(issuer_port), registration.site_origins(site_port)
    data_dir = Path(settings.DATA_DIR)
    found = dict(getattr(settings, "OIDC_PROVIDERS", {}))
    clients = registration.clients(found.values(), base=named, origins=origins)
    if not clients:
        made = providers.read(registration.environment(data_dir, port=port, issuer_port=issuer_port))
        clients = registration.clients(made.values(), base=named, origins=origins)
    try:
        known = samples.load(Path(settings.PACK_DIR))
    except PackInvalid as problem:
        raise CommandError(str(problem)) from problem
    return Provider(
        base=registration.base_address(port),
        issuer_base=named,
        clients=clients,
        samples=known,
        salt=registration.salt(data_dir),
        test_mode=test_mode,
    )
