"""The provider beside a site: registered from the site's own settings, and run as a command."""

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import httpx

from madoguchi.apps.accounts.oidc import providers
from madoguchi.site.demonstration import free_port
from madoguchi.site.identity import registration
from madoguchi.site.identity.issuers import BUSINESS, CARD, STAFF


def test_the_settings_of_a_demonstration_are_sound_and_register_the_site(tmp_path: Path) -> None:
    found = providers.read(registration.environment(tmp_path, port=8800))
    assert [found[name].issuer for name in ("resident", "business", "staff")] == [
        "http://127.0.0.1:8800/card/api/realms/main",
        "http://127.0.0.1:8800/business/oauth/",
        "http://127.0.0.1:8800/staff",
    ]
    made = registration.clients(found.values(), base="http://127.0.0.1:8800", origins=registration.site_origins(8000))
    by_issuer = {client.issuer: client for client in made}
    assert by_issuer.keys() == {CARD.name, BUSINESS.name, STAFF.name}
    assert "http://localhost:8000/sign-in/resident/callback/" in by_issuer[CARD.name].redirect_uris
    (key,) = by_issuer[CARD.name].jwks["keys"]
    assert "d" not in key
    assert by_issuer[BUSINESS.name].secret == found["business"].client_secret
    assert len(by_issuer[BUSINESS.name].secret) > 30


def test_settings_of_other_providers_are_not_registered(tmp_path: Path) -> None:
    found = providers.read(registration.environment(tmp_path, port=8800))
    assert registration.clients(found.values(), base="http://127.0.0.1:8801", origins=("http://x",)) == ()


def test_keys_are_made_once_readable_by_their_owner_only_also_by_several_at_once(tmp_path: Path) -> None:
    texts: list[str] = []
    barrier = threading.Barrier(6)

    def make() -> None:
        barrier.wait()
        texts.append(registration.environment(tmp_path, port=1)["MADOGUCHI_OIDC_BUSINESS_CLIENT_SECRET"])

    threads = [threading.Thread(target=make) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(texts)) == 1
    files = sorted(tmp_path.iterdir())
    assert [file.name for file in files] == [registration.KEY_FILE, registration.SECRET_FILE]
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}


def test_the_command_serves_the_three_issuers_and_stops(tmp_path: Path) -> None:
    port = free_port()
    environment = {
        **os.environ,
        "MADOGUCHI_DATA_DIR": str(tmp_path),
        "DJANGO_SETTINGS_MODULE": "madoguchi.site.settings",
    }
    command = [sys.executable, "-m", "madoguchi", "identity", "--port", str(port)]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    try:
        for issuer in (CARD, BUSINESS, STAFF):
            found = _fetch(f"http://127.0.0.1:{port}{issuer.root}/.well-known/openid-configuration", process)
            assert found["issuer"] == issuer.url(f"http://127.0.0.1:{port}")
    finally:
        process.terminate()
        process.communicate(timeout=20)
    assert (tmp_path / registration.SALT_FILE).exists()


def _fetch(address: str, process: "subprocess.Popen[bytes]") -> dict[str, str]:
    for _ in range(200):
        assert process.poll() is None, process.args
        try:
            found: dict[str, str] = httpx.get(address, trust_env=False).json()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return found
    raise AssertionError(f"{address} did not answer within 20 seconds")


def test_the_provider_stops_with_the_process_that_started_it(tmp_path: Path) -> None:
    port = free_port()
    environment = {**os.environ, "MADOGUCHI_DATA_DIR": str(tmp_path)}
    script = (
        "import subprocess, sys, time\n"
        f"subprocess.Popen([sys.executable, '-m', 'madoguchi', 'identity', '--port', '{port}', '--with-parent'])\n"
        "time.sleep(60)"
    )
    parent = subprocess.Popen([sys.executable, "-c", script], env=environment, stdout=subprocess.DEVNULL)
    address = f"http://127.0.0.1:{port}{CARD.root}/.well-known/openid-configuration"
    try:
        _fetch(address, parent)
    finally:
        parent.kill()
        parent.wait(timeout=20)
    assert _is_gone(address)


def _is_gone(address: str) -> bool:
    for _ in range(100):
        try:
            httpx.get(address, trust_env=False)
        except httpx.TransportError:
            return True
        time.sleep(0.1)
    return False
