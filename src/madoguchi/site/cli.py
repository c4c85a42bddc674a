"""The ``madoguchi`` command: every task of an operator is a management command of the app that owns it."""

import argparse
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from madoguchi.site.identity import registration
from madoguchi.site.identity.ports import PROVIDER_PORT, free_port, is_free

DATA_DIR = Path(__file__).resolve().parents[3] / "var"
"""Where data lies unless told otherwise; the same as in the settings, which are not read yet."""
OIDC = "MADOGUCHI_OIDC_"


def main() -> None:
    """Run one command, for example ``madoguchi demo`` or ``madoguchi audit verify``."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "madoguchi.site.settings")
    arguments = list(sys.argv)
    if arguments[1:2] == ["demo"] and not {"-h", "--help"} & set(arguments):
        variables, more = demo_settings(arguments[2:], os.environ)
        os.environ.update(variables)
        arguments += more
    from django.core.management import execute_from_command_line

    execute_from_command_line(arguments)


def demo_settings(arguments: Sequence[str], environ: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return the variables that make a process a demonstration, and the arguments to add; settings are read after this.

    Says where data lies, that the site knows the sample sign-in provider, and on which port that listens. Providers of
    which the environment says anything are an operator's own and stay as they are. What is wrong in the arguments is
    left for the command to say.
    """
    given = _given(arguments)
    data_dir = Path(given.data_dir or environ.get("MADOGUCHI_DATA_DIR") or DATA_DIR).resolve()
    port = _identity_port(given.identity_port, check=given.check)
    sample = registration.environment(data_dir, port=port, issuer_port=PROVIDER_PORT)
    own = {_provider(name) for name in environ if name.startswith(OIDC)}
    variables = {
        "MADOGUCHI_DEMO": "1",
        "MADOGUCHI_DATA_DIR": str(data_dir),
        **{name: value for name, value in sample.items() if _provider(name) not in own},
    }
    if "MADOGUCHI_PASSKEY_ORIGINS" not in environ:
        variables["MADOGUCHI_PASSKEY_ORIGINS"] = f"http://localhost:{given.port}"
    return variables, [] if given.identity_port else ["--identity-port", str(port)]


def _given(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, exit_on_error=False)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--port", default="8000")
    parser.add_argument("--data-dir", default="")
    parser.add_argument("--identity-port", default="")
    try:
        return parser.parse_known_args(arguments)[0]
    except argparse.ArgumentError:  # an option without its value
        return parser.parse_args([])


def _identity_port(wanted: str, *, check: bool) -> int:
    """Return the port of the provider: the wanted one, else the usual one; a check, or a used port, takes a free one."""
    if wanted.isascii() and wanted.isdigit():
        return int(wanted)
    return PROVIDER_PORT if not check and is_free(PROVIDER_PORT) else free_port()


def _provider(name: str) -> str:
    """Return the provider's name in the name of a variable: MADOGUCHI_OIDC_<NAME>_ISSUER."""
    return name.removeprefix(OIDC).split("_")[0]
