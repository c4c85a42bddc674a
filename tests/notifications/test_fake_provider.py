"""The fake provider behaves like the real ones where it matters; receipts arrive; it runs in a process of its own."""

import json
import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Queue
from typing import Any
from uuid import uuid4

import httpx
import pytest

from madoguchi.apps.notifications import signatures
from madoguchi.apps.notifications.channels.fake_provider.rules import LINE_PATH, SMS_PATH, Behaviour, Provider, Request
from madoguchi.apps.notifications.channels.fake_provider.running import running
from madoguchi.apps.notifications.channels.posting import Poster, Unreachable
from tests.conftest import NOW


def provider(**behaviour: Any) -> tuple[Provider, list[float]]:
    """Return a provider and its clock, which the test moves."""
    clock = [1_000.0]
    return Provider(Behaviour(**behaviour), lambda: clock[0]), clock


def line(to: str = "U123", key: str = "", text: str = "お知らせ", **headers: str) -> Request:
    body = json.dumps({"to": to, "messages": [{"type": "text", "text": text}]}).encode()
    return Request("POST", LINE_PATH, {"x-line-retry-key": key, **headers} if key else headers, body)


def sms(*messages: dict[str, str]) -> Request:
    return Request("POST", SMS_PATH, {}, json.dumps(list(messages)).encode())


def test_a_key_is_taken_once_within_a_day_and_again_after_it() -> None:
    fake, clock = provider()
    key = str(uuid4())
    first = fake.answer(line(key=key))
    second = fake.answer(line(key=key))
    assert (first.status, second.status) == (200, 409)
    assert dict(second.headers)["X-Line-Accepted-Request-Id"] == dict(first.headers)["X-Line-Request-Id"]
    assert fake.by_key[key] == 1
    clock[0] += 86_401
    assert fake.answer(line(key=key)).status == 200
    assert fake.by_key[key] == 2


def test_two_keys_for_one_message_are_seen_as_two_effects() -> None:
    fake, _ = provider()
    for _ in range(2):
        fake.answer(line(key=str(uuid4()), text="the same"))
    assert max(fake.by_message.values()) == 2
    assert max(fake.by_key.values()) == 1


def test_a_provider_without_keys_shows_everything_again() -> None:
    fake, _ = provider(key_seconds=0)
    key = str(uuid4())
    assert [fake.answer(line(key=key)).status for _ in range(3)] == [200] * 3
    assert fake.by_key[key] == 3


def test_too_many_calls_wait_for_the_next_second() -> None:
    fake, clock = provider(rate_per_second=2)
    answers = [fake.answer(line()) for _ in range(3)]
    assert [one.status for one in answers] == [200, 200, 429]
    assert ("Retry-After", "1") in answers[2].headers
    clock[0] += 1
    assert fake.answer(line()).status == 200


def test_a_lost_answer_has_its_effect_and_a_failure_has_none() -> None:
    lost, _ = provider(lost_share=1.0)
    key = str(uuid4())
    assert lost.answer(line(key=key)).cut
    assert lost.by_key[key] == 1
    assert lost.answer(line(key=key)).status == 409
    failing, _ = provider(fail_share=1.0)
    assert failing.answer(line(key=key)).status == 500
    assert not failing.by_key


def test_the_share_of_failures_is_about_what_was_asked_for() -> None:
    fake, _ = provider(fail_share=0.2, seed=7)
    statuses = [fake.answer(line()).status for _ in range(2_000)]
    assert 320 < statuses.count(500) < 480
    assert statuses.count(200) == fake.counts["effects"] == 2_000 - statuses.count(500)


def test_wrong_calls_are_told_so() -> None:
    fake, _ = provider(token="t")
    signed = {"authorization": "Bearer t"}
    assert fake.answer(line()).status == 401
    assert fake.answer(line(to="Uunknown1", **signed)).status == 400
    assert fake.answer(line(key="no uuid", **signed)).status == 400
    assert fake.answer(Request("POST", LINE_PATH, signed, b"\xff{")).status == 400
    assert fake.answer(Request("POST", LINE_PATH, signed, b'{"to": "U1", "messages": []}')).status == 400
    assert fake.answer(Request("POST", SMS_PATH, signed, b"[1]")).status == 400
    assert fake.answer(Request("GET", LINE_PATH, signed, b"")).status == 404
    assert not fake.counts["effects"]


def test_a_list_of_texts_is_answered_in_its_order() -> None:
    fake, _ = provider()
    good, gone = {"to": "+819000000000", "text": "a", "key": "k1"}, {"to": "+810012345678", "text": "a", "key": "k2"}
    first = json.loads(fake.answer(sms(good, gone)).body)
    assert first == [{"id": first[0]["id"]}, {"error": "unknown-number"}]
    assert json.loads(fake.answer(sms(good)).body) == [{"id": first[0]["id"]}]
    assert fake.by_key == {"k1": 1}


def test_the_behaviour_changes_and_counts_begin_anew() -> None:
    fake, _ = provider()
    fake.answer(line(key=str(uuid4())))
    change = Request("POST", "/behaviour", {}, b'{"fail_share": 1.0}')
    assert fake.answer(change).status == 200
    assert fake.answer(line()).status == 500
    assert fake.answer(Request("POST", "/behaviour", {}, b'{"nothing": 1}')).status == 400
    assert json.loads(fake.answer(Request("GET", "/effects", {}, b"")).body)["counts"]["effects"] == 1
    fake.answer(Request("DELETE", "/effects", {}, b""))
    assert json.loads(fake.answer(Request("GET", "/effects", {}, b"")).body) == {
        "counts": {},
        "keys": {},
        "messages": {},
    }


@contextmanager
def webhook() -> Iterator[tuple[str, "Queue[tuple[str, bytes]]"]]:
    """Listen for receipts; yields the address and what came: signature and body."""
    came: Queue[tuple[str, bytes]] = Queue()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            came.put((self.headers["X-Signature"], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(204)
            self.end_headers()

        def log_message(self, *args: Any) -> None:
            """Keep the test's output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/receipts/sms", came
    finally:
        server.shutdown()
        server.server_close()


def test_receipts_come_signed_and_say_what_arrived() -> None:
    with webhook() as (address, came), running(Behaviour(receipts_url=address, receipts_secret="s")) as url:
        body = json.dumps([{"to": to, "text": "a", "key": to} for to in ("+819011112222", "+811133334444")]).encode()
        ids = [one["id"] for one in json.loads(Poster().post(url + SMS_PATH, {}, body).body)]
        signature, raw = came.get(timeout=10)
    assert json.loads(raw)["receipts"] == [
        {"id": ids[0], "key": "+819011112222", "state": "delivered"},
        {"id": ids[1], "key": "+811133334444", "state": "undelivered"},
    ]
    at = NOW.fromtimestamp(int(re.findall(r"t=(\d+)", signature)[0]), tz=NOW.tzinfo)
    assert signatures.is_good(signature, raw, "s", at)
    assert not signatures.is_good(signature, raw, "another", at)


def test_calls_on_one_connection_are_answered_in_order_however_slow() -> None:
    with running(Behaviour(latency_ms=5)) as url:
        poster = Poster()
        for number in range(5):
            assert poster.post(url + LINE_PATH, {}, line(text=str(number)).body).status == 200


def test_a_lost_answer_is_seen_as_no_answer() -> None:
    with running(Behaviour(lost_share=1.0)) as url, pytest.raises(Unreachable):
        Poster().post(url + LINE_PATH, {}, line().body)


@pytest.mark.parametrize("head", [b"nonsense\r\n\r\n", b"POST / HTTP/1.1\r\nContent-Length: x\r\n\r\n", b"\r\n\r\n"])
def test_nonsense_ends_its_connection_only(head: bytes) -> None:
    with running(Behaviour()) as url:
        host, port = url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=10) as plain:
            plain.sendall(head)
            assert plain.recv(100) == b""
        assert Poster().post(url + LINE_PATH, {}, line().body).status == 200


def test_it_runs_in_a_process_of_its_own() -> None:
    command = [sys.executable, "-m", "madoguchi.apps.notifications.channels.fake_provider", "--port", "0"]
    with subprocess.Popen([*command, "--rate-per-second", "1"], stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            url = process.stdout.readline().strip()
            assert Poster().post(url + LINE_PATH, {}, line().body).status == 200
            assert httpx.get(f"{url}/effects").json()["counts"]["effects"] == 1
        finally:
            process.terminate()
