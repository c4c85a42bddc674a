"""The client of a language model against a real local server: good answers, garbage, silence, errors."""

import contextlib
import json
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from pytest_django import Settings

from madoguchi.core.language_model import Failure, LanguageModel, LanguageModelError, configured

Answer = Callable[[BaseHTTPRequestHandler], None]
MESSAGES = [{"role": "user", "content": "読んでください"}]


def chat(content: object) -> bytes:
    return json.dumps({"choices": [{"message": {"role": "assistant", "content": content}}]}).encode()


def send(handler: BaseHTTPRequestHandler, body: bytes, status: int = 200) -> None:
    handler.send_response(status)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


class Server:
    """A chat-completions server that answers as a test wants and remembers what it was asked."""

    def __init__(self) -> None:
        self.answer: Answer = lambda handler: send(handler, chat("{}"))
        self.asked: list[dict[str, Any]] = []
        self.keys: list[str | None] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                outer.asked.append(json.loads(body))
                outer.keys.append(self.headers.get("Authorization"))
                with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                    outer.answer(self)

            def log_message(self, *args: object) -> None:
                """Keep the test's output quiet."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}/v1/chat/completions"


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made = Server()
    thread = threading.Thread(target=made.http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield made
    made.http.shutdown()
    made.http.server_close()
    thread.join(5)


def model(server: Server, *, timeout_seconds: float = 5.0) -> LanguageModel:
    return LanguageModel(server.url, "local", "a-secret", timeout_seconds)


def failure(server: Server, answer: Answer, *, timeout_seconds: float = 5.0) -> LanguageModelError:
    server.answer = answer
    with pytest.raises(LanguageModelError) as caught:
        model(server, timeout_seconds=timeout_seconds).ask(MESSAGES)
    return caught.value


def test_the_json_object_of_the_answer_comes_back(server: Server) -> None:
    server.answer = lambda handler: send(handler, chat('{"pieces": []}'))
    assert model(server).ask(MESSAGES) == {"pieces": []}
    assert server.asked[0]["messages"] == MESSAGES
    assert server.asked[0]["model"] == "local"
    assert server.asked[0]["response_format"] == {"type": "json_object"}
    assert server.keys == ["Bearer a-secret"]


def test_without_a_key_none_is_sent(server: Server) -> None:
    LanguageModel(server.url, "local").ask(MESSAGES)
    assert server.keys == [None]


@pytest.mark.parametrize(
    "body",
    [b"", b"<html>", b"[]", b"{}", b'{"choices": []}', chat(None), chat("Sure! Here you are"), chat("[1]"), chat('"x"'), b"\xff\xfe"],
)  # fmt: skip
def test_garbage_is_refused_whole(server: Server, body: bytes) -> None:
    assert failure(server, lambda handler: send(handler, body)).failure is Failure.NOT_JSON


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500, 503])
def test_an_error_of_the_server_is_told_without_the_key(server: Server, status: int) -> None:
    error = failure(server, lambda handler: send(handler, b"a-secret", status))
    assert error.failure is Failure.REFUSED
    assert str(status) in str(error)
    assert "a-secret" not in str(error) + repr(model(server))


def test_a_silent_server_costs_no_more_than_the_time_limit(server: Server) -> None:
    begun = time.monotonic()
    error = failure(server, lambda handler: time.sleep(1.5), timeout_seconds=0.3)
    assert error.failure is Failure.SLOW
    assert time.monotonic() - begun < 1.4


def test_a_server_that_drips_is_cut_off_too(server: Server) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        for _ in range(30):
            handler.wfile.write(b" ")
            handler.wfile.flush()
            time.sleep(0.1)

    begun = time.monotonic()
    assert failure(server, drip, timeout_seconds=0.4).failure is Failure.SLOW
    assert time.monotonic() - begun < 2.5


def test_an_endless_answer_is_cut_off(server: Server) -> None:
    body = chat('{"a": "' + "x" * 600_000 + '"}')
    assert failure(server, lambda handler: send(handler, body)).failure is Failure.TOO_LONG


def test_a_redirect_is_not_followed(server: Server) -> None:
    def redirect(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(302)
        handler.send_header("Location", "http://127.0.0.1:9/")
        handler.send_header("Content-Length", "0")
        handler.end_headers()

    assert failure(server, redirect).failure is Failure.REFUSED


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "nonsense", "ftp://example.org/"])
def test_an_address_where_nobody_answers_says_so(url: str) -> None:
    with pytest.raises(LanguageModelError) as caught:
        LanguageModel(url, "local", timeout_seconds=1.0).ask(MESSAGES)
    assert caught.value.failure is Failure.UNREACHABLE
    assert "MADOGUCHI_LLM_URL" in caught.value.remedy


def test_nothing_is_asked_unless_both_address_and_name_are_set(settings: Settings) -> None:
    settings.LLM_URL, settings.LLM_MODEL, settings.LLM_KEY = "", "", ""
    assert configured() is None
    settings.LLM_URL = "http://127.0.0.1:9/v1"
    assert configured() is None
    settings.LLM_URL, settings.LLM_MODEL = "", "local"
    assert configured() is None


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:9/v1", "http://127.0.0.1:9/v1/", "http://127.0.0.1:9/v1/chat/completions"]
)
def test_a_base_url_and_a_complete_one_mean_the_same_address(settings: Settings, url: str) -> None:
    settings.LLM_URL, settings.LLM_MODEL, settings.LLM_KEY = url, "local", "a-secret"
    assert configured() == LanguageModel("http://127.0.0.1:9/v1/chat/completions", "local", "a-secret")
