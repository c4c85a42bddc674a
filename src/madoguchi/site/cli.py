"""The ``madoguchi`` command: every task of an operator is a management command of the app that owns it."""

import os
import sys


def main() -> None:
    """Run one command, for example ``madoguchi demo`` or ``madoguchi audit verify``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.site.settings")
    if sys.argv[1:2] == ["demo"]:
        _prepare_demo(sys.argv[2:])
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def _prepare_demo(arguments: list[str]) -> None:
    """Mark the process as a demonstration before settings are read; `--data-dir` chooses where its data lies."""
    os.environ["MADOGUCHI_DEMO"] = "1"
    if "--data-dir" in arguments[:-1]:
        os.environ["MADOGUCHI_DATA_DIR"] = arguments[arguments.index("--data-dir") + 1]
