"""LINE and SMS: what each answer of a provider means, keys over lost answers, and connections that break."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.apps.notifications.channels import line, posting, sms
from madoguchi.apps.notifications.channels.base import Outcome
from madoguchi.apps.notifications.channels.fake_provider.rules import SMS_PATH, Behaviour
from madoguchi.apps.notifications.channels.fake_provider.running import running
from madoguchi.apps.notifications.channels.line import LineSender
from madoguchi.apps.notifications.channels.posting import Answer, Poster, Unreachable
from madoguchi.apps.notifications.channels.sms import SmsSender
from madoguchi.site.identity.ports import free_port

from .outgoing import outgoing

CUT = b"<cut>"
NOW = datetime(2026, 11, 24, 3, tzinfo=UTC)


def effects(url: str) -> dict[str, Any]:
    found: dict[str, Any] = httpx.get(f"{url}/effects").json()
    return found


@contextmanager
def answering(*answers: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Serve raw answers, one for each request; after CUT the connection is closed. Yields address and requests."""
    server, got = socket.create_server(("127.0.0.1", 0)), []

    def work() -> None:
        left = list(answers)
        while left:
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                while left and (data := connection.recv(65_536)):
                    got.append(data)
                    answer = left.pop(0)
                    connection.sendall(answer.removesuffix(CUT))
                    if answer.endswith(CUT):
                        break

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}", got
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        thread.join(timeout=5)


def said(status: int, body: bytes = b"{}", *headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status} Said", f"Content-Length: {len(body)}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


def test_a_push_to_line_carries_the_key_and_no_second_message_is_shown() -> None:
    message = outgoing(address="U1")
    with running(Behaviour(token="t")) as url:
        sender = LineSender(url, "t")
        first, second = sender.send([message, message])
        told = effects(url)
    assert (first.outcome, second.outcome) == (Outcome.ACCEPTED, Outcome.ACCEPTED)
    assert first.provider_ref == second.provider_ref != ""
    assert told["keys"] == {str(message.provider_key): 1}


def test_an_answer_that_is_lost_is_tried_again_and_shown_once() -> None:
    messages = [outgoing(number, address=f"U{number}") for number in range(40)]
    with running(Behaviour(lost_share=0.3, fail_share=0.2, seed=3)) as url:
        sender, waiting = LineSender(url, "t"), messages
        for _ in range(60):
            results = sender.send(waiting)
            waiting = [one for one, result in zip(waiting, results, strict=True) if result.outcome is Outcome.RETRY]
            if not waiting:
                break
        told = effects(url)
    assert not waiting
    assert told["keys"] == {str(one.provider_key): 1 for one in messages}
    assert set(told["messages"].values()) == {1}
    assert told["counts"]["repeated"] > 0


@pytest.mark.parametrize(
    ("status", "body", "headers", "outcome", "wait"),
    [
        (200, b"{}", (), Outcome.ACCEPTED, None),
        (409, b"{}", ("X-Line-Accepted-Request-Id: r1",), Outcome.ACCEPTED, None),
        (409, b"{}", (), Outcome.RETRY, None),
        (429, b"{}", ("Retry-After: 7",), Outcome.RETRY, 7.0),
        (429, b"{}", ("Retry-After: Tue, 24 Nov 2026 03:00:09 GMT",), Outcome.RETRY, "date"),
        (429, b'{"message": "You have reached your monthly limit."}', (), Outcome.REFUSED, None),
        (500, b"{}", (), Outcome.RETRY, None),
        (503, b"{}", ("Retry-After: 3",), Outcome.RETRY, 3.0),
        (401, b"{}", (), Outcome.RETRY, 300.0),
        (400, b'{"message": "The property, \'to\', in the request body is invalid"}', (), Outcome.GONE, None),
        (400, b'{"message": "The request body has 1 error(s)"}', (), Outcome.REFUSED, None),
        (400, b"not json", (), Outcome.REFUSED, None),
        (403, b"[]", (), Outcome.REFUSED, None),
    ],
)
def test_answers_of_line(status: int, body: bytes, headers: tuple[str, ...], outcome: Outcome, wait: Any) -> None:
    with answering(said(status, body, *headers)) as (url, _):
        result = LineSender(url, "t").send([outgoing(address="U1")])[0]
    assert result.outcome is outcome
    if wait == "date":
        assert result.retry_after_seconds is not None
    else:
        assert result.retry_after_seconds == wait
    assert "U1" not in result.detail


def test_a_date_tells_how_long_to_wait() -> None:
    answer = Answer(429, {"retry-after": "Tue, 24 Nov 2026 03:00:09 GMT"}, b"")
    assert answer.retry_after(NOW) == 9.0
    assert Answer(429, {"retry-after": "soon"}, b"").retry_after(NOW) is None
    assert Answer(429, {"retry-after": "99999999"}, b"").retry_after(NOW) == posting.MAX_WAIT_SECONDS


@given(st.text(max_size=7_000), st.text(max_size=50))
def test_the_link_always_fits_into_a_message_of_line(text: str, subject: str) -> None:
    message = outgoing(text=text, subject=subject)
    words = line.words(message)
    assert words.endswith(message.url)
    assert len(words.encode("utf-16-le", "replace")) // 2 <= line.MAX_TEXT_UNITS


@given(st.text(max_size=2_000))
def test_the_link_always_fits_into_a_text_message(text: str) -> None:
    message = outgoing(text=text)
    words = sms.words(message)
    assert words.endswith(message.url)
    assert len(words) <= sms.MAX_SIGNS


def test_text_messages_go_in_one_call_and_each_has_its_own_result() -> None:
    numbers = ("+819011112222", "+810011112222", "+819033334444")
    with running(Behaviour(token="t")) as url:
        results = SmsSender(url + SMS_PATH, "t").send([outgoing(n, address=to) for n, to in enumerate(numbers)])
        told = effects(url)
    assert [one.outcome for one in results] == [Outcome.ACCEPTED, Outcome.GONE, Outcome.ACCEPTED]
    assert (told["counts"]["calls"], told["counts"]["effects"]) == (1, 2)
    assert len({one.provider_ref for one in results}) == 3


@pytest.mark.parametrize(
    ("status", "body", "outcome", "wait"),
    [
        (200, b'[{"id": "a"}]', Outcome.ACCEPTED, None),
        (200, b'[{"error": "unknown-number"}]', Outcome.GONE, None),
        (200, b'[{"error": "temporary"}]', Outcome.RETRY, None),
        (200, b'[{"error": "spam"}]', Outcome.REFUSED, None),
        (200, b"[{}]", Outcome.RETRY, None),
        (200, b"[]", Outcome.RETRY, None),
        (200, b"[7]", Outcome.RETRY, None),
        (200, b"no json", Outcome.RETRY, None),
        (302, b"", Outcome.RETRY, None),
        (400, b"{}", Outcome.REFUSED, None),
        (401, b"{}", Outcome.RETRY, 300.0),
        (429, b"{}", Outcome.RETRY, None),
        (500, b"{}", Outcome.RETRY, None),
    ],
)
def test_answers_of_the_sms_adapter(status: int, body: bytes, outcome: Outcome, wait: float | None) -> None:
    with answering(said(status, body)) as (url, _):
        result = SmsSender(url + "/sms", "t").send([outgoing(address="+819011112222")])[0]
    assert (result.outcome, result.retry_after_seconds) == (outcome, wait)


def test_one_bad_message_does_not_stop_the_others_of_its_list() -> None:
    with answering(said(400), said(200, b'[{"id": "a"}]'), said(400), said(200, b'[{"id": "c"}]')) as (url, _):
        results = SmsSender(url + "/sms", "t").send([outgoing(n) for n in range(3)])
    assert [one.outcome for one in results] == [Outcome.ACCEPTED, Outcome.REFUSED, Outcome.ACCEPTED]


def test_a_provider_that_is_not_there_leaves_everything_for_later() -> None:
    place = f"http://127.0.0.1:{free_port()}"
    for sender in (LineSender(place, "t"), SmsSender(place + "/sms", "t")):
        results = sender.send([outgoing(1), outgoing(2)])
        assert [one.outcome for one in results] == [Outcome.RETRY] * 2


def test_a_kept_connection_that_was_closed_is_opened_anew() -> None:
    with answering(said(200), CUT, said(200)) as (url, got):
        poster = Poster()
        assert poster.post(url, {}, b"1").status == 200
        assert poster.post(url, {}, b"2").status == 200
    assert [data[-1:] for data in got] == [b"1", b"2", b"2"]


def test_nothing_is_posted_twice_once_an_answer_has_begun() -> None:
    with answering(said(200), b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf" + CUT, said(200)) as (url, got):
        poster = Poster()
        poster.post(url, {}, b"1")
        with pytest.raises(Unreachable):
            poster.post(url, {}, b"2")
    assert [data[-1:] for data in got] == [b"1", b"2"]


@pytest.mark.parametrize(
    ("raw", "body"),
    [
        (
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=1\r\nde\r\n0\r\nT: 1\r\n\r\n",
            b"abcde",
        ),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", b"ok"),
        (b"HTTP/1.1 204 None\r\n\r\n", b""),
    ],
)
def test_answers_are_read_as_the_standard_says(raw: bytes, body: bytes) -> None:
    with answering(raw) as (url, _):
        assert Poster().post(url, {}, b"x").body == body


@pytest.mark.parametrize(
    "raw",
    [
        b"SSH-2.0-x\r\n\r\n",
        b"HTTP/1.1 abc OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 70_000,
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFF\r\n",
    ],
)
def test_an_answer_that_is_none_is_no_answer(raw: bytes) -> None:
    with answering(raw) as (url, _), pytest.raises(Unreachable):
        Poster(timeout_seconds=3).post(url, {}, b"x")


def test_an_answer_that_drips_ends_in_time() -> None:
    with (
        answering(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n1", said(200)) as (url, _),
        pytest.raises(Unreachable, match="slow"),
    ):
        Poster(timeout_seconds=0.2).post(url, {}, b"x")


@pytest.mark.parametrize(
    ("url", "headers"),
    [
        ("ftp://a.example/", {}),
        ("http:///x", {}),
        ("http://a.example/ b", {}),
        ("http://a.example/", {"X": "1\r\nY: 2"}),
        ("http://a.example/", {"X": "あ"}),
    ],
)
def test_nothing_from_outside_becomes_a_header(url: str, headers: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"address|header"):
        Poster().post(url, headers, b"")


def test_threads_do_not_share_connections() -> None:
    with running(Behaviour(latency_ms=2)) as url:
        sender, results = LineSender(url, "t"), []

        def work(number: int) -> None:
            results.extend(sender.send([outgoing(number, address=f"U{number}", provider_key=uuid4())]))

        threads = [threading.Thread(target=work, args=(number,)) for number in range(16)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert effects(url)["counts"]["effects"] == 16
    assert {one.outcome for one in results} == {Outcome.ACCEPTED}


def test_the_settings_turn_line_and_sms_on_and_off(settings: Any) -> None:
    assert line.from_settings() is None
    assert sms.from_settings() is None
    settings.LINE_URL, settings.LINE_TOKEN = "https://api.line.example", "secret token"
    settings.SMS_URL, settings.SMS_TOKEN = "https://sms.example/send", "secret token"
    made = line.from_settings(), sms.from_settings()
    assert None not in made
    assert "secret token" not in repr(made)
    settings.LINE_URL = settings.SMS_URL = "api.line.example"
    with pytest.raises(ValueError, match="MADOGUCHI_LINE_URL"):
        line.from_settings()
    with pytest.raises(ValueError, match="MADOGUCHI_SMS_URL"):
        sms.from_settings()
