"""A small client for a language model behind an OpenAI-compatible chat-completions address; off unless one is set.

It sends messages and takes one JSON object back, within a time limit. It knows nothing of what is asked.
"""

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.conf import settings

TIMEOUT_SECONDS = 20.0
MAX_ANSWER_BYTES = 500_000


class Failure(StrEnum):
    """Why no answer came."""

    UNREACHABLE = "unreachable"
    SLOW = "slow"
    REFUSED = "refused"
    TOO_LONG = "too-long"
    NOT_JSON = "not-json"


class LanguageModelError(Exception):
    """No usable answer: what happened, why, what to do next."""

    def __init__(self, failure: Failure, message: str, remedy: str) -> None:
        super().__init__(f"{message} {remedy}")
        self.failure = failure
        self.message = message
        self.remedy = remedy


@dataclass(frozen=True, slots=True)
class LanguageModel:
    """Where a model is, under which name, and how long to wait in all. `key` never appears in an error or a log."""

    url: str
    name: str
    key: str = field(default="", repr=False)
    timeout_seconds: float = TIMEOUT_SECONDS

    def ask(self, messages: Sequence[Mapping[str, str]]) -> dict[str, Any]:
        """Return the JSON object that the model answers to chat messages (`role`, `content`).

        Raise LanguageModelError when the server cannot be reached, is too slow, refuses, or answers anything else.
        """
        body = {
            "model": self.name,
            "messages": list(messages),
            "temperature": 0,
            "response_format": {"type": "json_object"},
        }
        return _object(_content(_post(self, body)))


def configured() -> LanguageModel | None:
    """Return the model of the settings (MADOGUCHI_LLM_URL, _MODEL, _KEY), or None: then everything works by rules."""
    if not settings.LLM_URL or not settings.LLM_MODEL:
        return None
    return LanguageModel(_address(settings.LLM_URL), settings.LLM_MODEL, settings.LLM_KEY)


def _address(url: str) -> str:
    """Return the chat-completions address of a base URL; one that is complete stays as it is."""
    base = url.rstrip("/")
    return base if base.endswith("/chat/completions") else f"{base}/chat/completions"


def _post(model: LanguageModel, body: Mapping[str, Any]) -> bytes:
    import httpx  # imported late: an installation without a model never loads it

    headers = {"Authorization": f"Bearer {model.key}"} if model.key else {}
    until = time.monotonic() + model.timeout_seconds
    try:
        with (
            httpx.Client(timeout=model.timeout_seconds) as client,
            client.stream("POST", model.url, json=body, headers=headers) as answer,
        ):
            if answer.status_code != httpx.codes.OK:
                raise LanguageModelError(
                    Failure.REFUSED,
                    f"The language model's server answered {answer.status_code}.",
                    "Look at its address, key and log.",
                )
            return _read(answer.iter_bytes(), until)
    except httpx.TimeoutException as problem:
        raise _slow() from problem
    except (httpx.HTTPError, httpx.InvalidURL) as problem:
        raise LanguageModelError(
            Failure.UNREACHABLE,
            "The language model's server cannot be reached.",
            "Look at MADOGUCHI_LLM_URL and the network; the rules work without it.",
        ) from problem


def _read(pieces: Any, until: float) -> bytes:
    """Collect the answer; a server that drips slowly must not hold a worker beyond the time limit."""
    collected = bytearray()
    for piece in pieces:
        collected += piece
        if len(collected) > MAX_ANSWER_BYTES:
            raise LanguageModelError(
                Failure.TOO_LONG, "The language model's answer is too long.", "Ask about a shorter text."
            )
        if time.monotonic() > until:
            raise _slow()
    return bytes(collected)


def _slow() -> LanguageModelError:
    return LanguageModelError(
        Failure.SLOW,
        "The language model did not answer in time.",
        "Try again later, or work with what the rules have read.",
    )


def _content(raw: bytes) -> str:
    try:
        content = json.loads(raw)["choices"][0]["message"]["content"]
    except (ValueError, LookupError, TypeError, RecursionError) as problem:
        raise _not_json() from problem
    if not isinstance(content, str):
        raise _not_json()
    return content


def _object(content: str) -> dict[str, Any]:
    try:
        value = json.loads(content)
    except (ValueError, RecursionError) as problem:
        raise _not_json() from problem
    if not isinstance(value, dict):
        raise _not_json()
    return value


def _not_json() -> LanguageModelError:
    return LanguageModelError(
        Failure.NOT_JSON,
        "The language model did not answer with one JSON object.",
        "Use a model that can; nothing of this answer was taken.",
    )
