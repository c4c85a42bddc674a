"""Check or load a pack."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone

from madoguchi.core import packs


class Command(BaseCommand):
    """`madoguchi pack check|load [--dir DIR]`."""

    help = "Check a pack (every error with file, record, field, remedy) or load it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["check", "load"])
        parser.add_argument("--dir", default=str(settings.PACK_DIR), help="folder of the pack")

    def handle(self, *args: Any, **options: Any) -> None:
        folder = Path(options["dir"])
        errors = packs.check_pack(folder)
        for error in errors:
            self.stderr.write(str(error))
        if errors:
            self.stderr.write(f"{len(errors)} errors; nothing was loaded.")
            raise SystemExit(1)
        if options["what"] == "check":
            self.stdout.write("The pack is sound.")
            return
        self.stdout.write(json.dumps(packs.load_pack(folder, now=timezone.now()).as_dict()))
