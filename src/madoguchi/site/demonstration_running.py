"""The processes of the demonstration: site, sample sign-in provider and worker, and the check that visits them all.

Each of them watches the process that started it and ends with it, also when it is killed.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpx
from django.core.management import CommandError
from django.urls import NoReverseMatch, reverse

from madoguchi.core.access import Kind
from madoguchi.site import demonstration
from madoguchi.site.identity import registration
from madoguchi.site.identity.issuers import CARD
from madoguchi.site.identity.ports import PROVIDER_PORT, free_port
from madoguchi.site.identity.visitor import VisitFailed, Visitor

PATIENCE_SECONDS = 60
PAGES = (
    "/",
    "/en/",
    "/ja-easy/",
    "/programmes/?q=手当",
    "/finder/",
    "/open-data/",
    "/about/",
    "/about/sources/",
    "/businesses/",
    "/sign-in/",
    "/api/v1/programmes?limit=5",
    "/api/v1/openapi.json",
)


@dataclass(frozen=True, slots=True)
class Visit:
    """A sample card, and the pages that must open with it, each with a text that must stand there."""

    kind: Kind
    card: str
    pages: tuple[tuple[str, str], ...]


def visits() -> tuple[Visit, ...]:
    """Return who signs in during the check and what must be seen."""
    return (
        Visit(
            Kind.RESIDENT,
            "hanako",
            (
                ("/me/", "見本 花子"),
                ("/me/", "世帯人数"),
                ("/me/access/", "板橋区"),
                ("/me/inbox/", "使えるかもしれない制度"),
            ),
        ),
        Visit(Kind.BUSINESS, "mihon-shoten", (business_page(),)),
        Visit(Kind.STAFF, "itabashi-caseworker", (("/desk/", "板橋区"),)),
    )


def business_page() -> tuple[str, str]:
    """Return the page of a business's own, where there is one, and what stands there."""
    try:
        return reverse("businesses:mine"), "株式会社見本商店"
    except NoReverseMatch:
        return reverse("accounts:account"), "gBizID"


def address_of(port: int) -> str:
    """Return the site's address as it is shown: passkeys need a name, no number."""
    return f"http://localhost:{port}"


def _site_command(port: int) -> list[str]:
    return [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port),
        "--workers", "1", "--blocking-threads", "4", "--log-level", "warning", "madoguchi.site.demonstration_wsgi:application",
    ]  # fmt: skip


def _helper_commands(*, site_port: int, identity_port: int) -> Iterator[list[str]]:
    """Return the commands that run beside the site; each ends when this process has ended."""
    own, parent = [sys.executable, "-m", "madoguchi"], ["--with-parent", str(os.getpid())]
    yield [*own, "worker", *parent]
    if demonstration.sample_providers():
        ports = ["--port", str(identity_port), "--issuer-port", str(PROVIDER_PORT), "--site-port", str(site_port)]
        yield [*own, "identity", *ports, *parent]


@contextmanager
def helpers(*, site_port: int, identity_port: int) -> Iterator[None]:
    """Run worker and provider until the block ends; raise CommandError when one of them does not begin or has ended."""
    started = [
        subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 # fixed arguments, no shell
        for command in _helper_commands(site_port=site_port, identity_port=identity_port)
    ]
    try:
        if demonstration.sample_providers():
            discovery = f"{registration.base_address(identity_port)}{CARD.root}/.well-known/openid-configuration"
            _wait_for(discovery, started)
        yield
        _require_running(started)
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=PATIENCE_SECONDS)


def serve(*, port: int, identity_port: int, ready: Callable[[], None]) -> None:
    """Serve the site until it is stopped. This process becomes the server, so worker and provider end with it."""
    with helpers(site_port=port, identity_port=identity_port):
        ready()
        sys.stdout.flush()
        sys.stderr.flush()
        os.execv(sys.executable, _site_command(port))  # noqa: S606 # fixed arguments, no shell


@contextmanager
def running_site(port: int) -> Iterator[str]:
    """Run the server in a child process, wait until it answers, yield its address, stop it."""
    process = subprocess.Popen(_site_command(port))  # noqa: S603 # fixed arguments, no shell
    try:
        _wait_for(f"{address_of(port)}/sign-in/", [process])
        yield address_of(port)
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE_SECONDS)


def _wait_for(url: str, processes: "Sequence[subprocess.Popen[bytes]]") -> None:
    ends_at = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < ends_at:
        _require_running(processes)
        try:
            httpx.get(url, trust_env=False, timeout=PATIENCE_SECONDS)
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return
    raise CommandError(f"{url} did not answer within {PATIENCE_SECONDS} seconds. Look at the lines above.")


def _require_running(processes: "Sequence[subprocess.Popen[bytes]]") -> None:
    for process in processes:
        if process.poll() is not None:
            command = " ".join(map(str, process.args)) if isinstance(process.args, list) else str(process.args)
            raise CommandError(f"A process ended with code {process.returncode}. Run it by hand to see why: {command}")


def check(*, identity_port: int) -> dict[str, Any]:
    """Run everything on free ports, open the pages and sign in as each kind; raise CommandError at the first failure."""
    site_port = free_port()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    with helpers(site_port=site_port, identity_port=identity_port), running_site(site_port) as address:
        try:
            return {"pages": _fetch_pages(address), "sign_in": _sign_in_all(address)}
        except VisitFailed as problem:
            raise CommandError(f"The check failed: {problem}") from problem


def _fetch_pages(address: str) -> list[dict[str, Any]]:
    """Fetch the main pages and return status, bytes and milliseconds of each."""
    results = []
    with Visitor(address) as visitor:
        for page in PAGES:
            began = time.monotonic()
            answer = visitor.open(page)
            results.append(
                {
                    "page": page,
                    "status": answer.status_code,
                    "bytes": len(answer.content),
                    "milliseconds": round((time.monotonic() - began) * 1000, 1),
                }
            )
    return results


def _sign_in_all(address: str) -> list[dict[str, Any]]:
    known = demonstration.sample_providers()
    return [_sign_in(address, known[visit.kind].name, visit) for visit in visits() if visit.kind in known]


def _sign_in(address: str, provider: str, visit: Visit) -> dict[str, Any]:
    """Sign in with one card, look for what must be seen, and return the figures."""
    began = time.monotonic()
    with Visitor(address) as visitor:
        landed = visitor.sign_in(provider, visit.card)
        seconds = time.monotonic() - began
        for page, expected in visit.pages:
            if expected not in visitor.open(page).text:
                raise VisitFailed(f"{page} does not show {expected} to {visit.card}.")
    return {
        "kind": visit.kind.value,
        "card": visit.card,
        "landed": landed.url.path,
        "pages": [page for page, _ in visit.pages],
        "milliseconds": round(seconds * 1000, 1),
    }
