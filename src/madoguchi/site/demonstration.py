"""The steps of the demonstration. Knows how the rooms fit together; every record that it makes is labelled sample."""

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.utils import timezone

from madoguchi.apps.accounts import api as accounts
from madoguchi.core import audit, packs
from madoguchi.core.permissions import Role

SAMPLE_PASSWORD = "madoguchi-sample"  # noqa: S105 # printed on purpose; accounts exist only where MADOGUCHI_DEMO is set
SAMPLE_STAFF = (
    ("itabashi-editor", "板橋区 サンプル担当", "131199", Role.PUBLISHER),
    ("chofu-editor", "調布市 サンプル担当", "132080", Role.PUBLISHER),
    ("fukushi-editor", "東京都福祉局 サンプル担当", "tokyo-fukushi", Role.PUBLISHER),
    ("tokyo-auditor", "東京都 サンプル監査", "tokyo", Role.AUDITOR),
)
PAGES = (
    "/",
    "/en/",
    "/ja-easy/",
    "/programmes/?q=手当",
    "/finder/",
    "/open-data/",
    "/about/",
    "/about/sources/",
    "/sign-in/",
    "/api/v1/programmes?limit=5",
    "/api/v1/openapi.json",
)


def migrate() -> str:
    """Bring the database to its present form."""
    call_command("migrate", verbosity=0)
    return "ready"


def load_pack() -> dict[str, Any]:
    """Load the pack into the database; unchanged records stay as they are."""
    report = packs.load_pack(Path(settings.PACK_DIR), now=timezone.now())
    return dict(report.as_dict())


def create_sample_staff() -> list[dict[str, str]]:
    """Make one labelled sample account per role that the demonstration shows."""
    people = []
    for username, name, organisation, role in SAMPLE_STAFF:
        accounts.ensure_staff(
            username=username, display_name=name, password=SAMPLE_PASSWORD, roles={organisation: {role}}
        )
        people.append({"username": username, "password": SAMPLE_PASSWORD, "organisation": name, "role": role.value})
    return people


def population_dir() -> Path:
    """Return where the demonstration keeps its synthetic residents."""
    return Path(settings.DATA_DIR) / "population"


def ensure_population(residents: int) -> dict[str, Any]:
    """Make the synthetic population once; a manifest of the same size and day means it is there."""
    manifest = population_dir() / "manifest.json"
    if not manifest.exists() or json.loads(manifest.read_text(encoding="utf-8")).get("size") != residents:
        call_command("population", size=residents, seed=1, out=str(population_dir()), stdout=StringIO())
    content: dict[str, Any] = json.loads(manifest.read_text(encoding="utf-8"))
    return {key: content.get(key) for key in ("label", "size", "seed", "as_of")}


def match() -> dict[str, Any]:
    """Match the residents against every programme and return the totals."""
    output = StringIO()
    call_command(
        "match", population=str(population_dir()), as_of=timezone.localdate().isoformat(), json=True, stdout=output
    )
    report: dict[str, Any] = json.loads(output.getvalue())
    return {key: value for key, value in report.items() if not isinstance(value, list | dict)}


def seal_audit() -> dict[str, Any]:
    """Seal what was recorded so far and verify the whole chain."""
    while audit.seal(now=timezone.now()) is not None:
        pass
    report = audit.verify()
    return {"entries": report.entries, "blocks": report.blocks, "problems": len(report.problems)}


def _command(port: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "madoguchi.site.wsgi:application",
    ]  # fmt: skip


def serve(*, port: int) -> None:
    """Serve the site until it is stopped; the process is replaced by the server."""
    os.execv(sys.executable, _command(port))  # noqa: S606 # fixed arguments, no shell


def free_port() -> int:
    """Return a port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_site(port: int) -> Iterator[str]:
    """Run the server in a child process, wait until it answers, yield its address, stop it."""
    address = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(_command(port))  # noqa: S603 # fixed arguments, no shell
    try:
        _wait_for(f"{address}/sign-in/", process)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(url: str, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(200):
        if process.poll() is not None:
            raise RuntimeError(f"The server stopped with code {process.returncode}. Run it by hand to see why.")
        try:
            _fetch(url)
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.1)
        else:
            return
    raise RuntimeError("The server did not answer within 20 seconds. Look at the lines above.")


def _fetch(url: str) -> tuple[int, int]:
    quoted = urllib.parse.quote(url, safe=":/?=&")
    with urllib.request.urlopen(quoted, timeout=30) as response:  # noqa: S310 # always this machine's own address
        return int(response.status), len(response.read())


def fetch_pages(*, port: int) -> list[dict[str, Any]]:
    """Fetch the main pages from a real server and return status, bytes and milliseconds of each."""
    results = []
    with running_site(port or free_port()) as address:
        for page in PAGES:
            began = time.monotonic()
            status, size = _fetch(address + page)
            milliseconds = round((time.monotonic() - began) * 1000, 1)
            results.append({"page": page, "status": status, "bytes": size, "milliseconds": milliseconds})
    return results
