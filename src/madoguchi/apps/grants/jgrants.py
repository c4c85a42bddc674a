"""A client of jGrants' public API: lists by keyword and single details, one question after the other. Knows no database.

There is no list of everything: a keyword of at least two signs is required, so several broad words are asked and their
answers joined. Form: https://developers.digital.go.jp/documents/jgrants/api/ (checked 2026-11-25).
"""

import json
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

KEYWORDS = ("事業", "補助", "助成", "支援", "設備", "開発", "企業")
"""Broad words that together find nearly every call; how many they miss cannot be known from outside."""
MAX_ANSWER_BYTES = 64 * 1024 * 1024
"""Details carry files as base64."""
MAX_TRIES = 4
MAX_PAUSE_SECONDS = 60.0
PAUSE_SECONDS = 0.5
_TIMEOUT_SECONDS = 20.0
_ID = re.compile(r"[A-Za-z0-9]{6,40}")
_SLOW_DOWN = {429, 502, 503, 504}


class JGrantsProblem(Exception):
    """The service did not answer as it should: what, why, what to do."""


@dataclass(slots=True)
class JGrants:
    """A client for one service. `sleep` waits between questions and tries (seconds)."""

    base_url: str
    sleep: Callable[[float], None] = time.sleep
    client: httpx.Client = field(default_factory=lambda: httpx.Client(timeout=_TIMEOUT_SECONDS))

    def open_ids(self, keywords: Sequence[str] = KEYWORDS) -> Iterator[str]:
        """Yield the ids of calls that take applications, each once."""
        seen: set[str] = set()
        for word in keywords:
            query = {"keyword": word, "sort": "created_date", "order": "ASC", "acceptance": "1"}
            for row in self._rows("/subsidies", query):
                call_id = row.get("id")
                if isinstance(call_id, str) and _ID.fullmatch(call_id) and call_id not in seen:
                    seen.add(call_id)
                    yield call_id

    def detail(self, call_id: str) -> Mapping[str, Any] | None:
        """Return what the service says about a call, None when it knows none."""
        if not _ID.fullmatch(call_id):
            raise ValueError("An id has 6 to 40 letters and digits.")
        return next(iter(self._rows(f"/subsidies/id/{call_id}", {})), None)

    def _rows(self, path: str, query: Mapping[str, str]) -> list[Mapping[str, Any]]:
        body = self._get(path, query)
        rows = body.get("result", [])
        if not isinstance(rows, list):
            raise JGrantsProblem("jGrants sent JSON of another form. Check the address.")
        return [row for row in rows if isinstance(row, dict)]

    def _get(self, path: str, query: Mapping[str, str]) -> Mapping[str, Any]:
        url = self.base_url.rstrip("/") + path
        for attempt in range(1, MAX_TRIES + 1):
            self.sleep(PAUSE_SECONDS if attempt == 1 else min(2.0**attempt, MAX_PAUSE_SECONDS))
            try:
                status, data = self._answer(url, query)
            except httpx.HTTPError as problem:
                if attempt == MAX_TRIES:
                    raise JGrantsProblem(
                        f"jGrants could not be reached ({type(problem).__name__}). Import again later; it goes on there."
                    ) from None
                continue
            if status == httpx.codes.NOT_FOUND:
                return {}
            if status not in _SLOW_DOWN or attempt == MAX_TRIES:
                return _body(status, data)
        raise AssertionError("unreachable: the last try returns or raises")

    def _answer(self, url: str, query: Mapping[str, str]) -> tuple[int, bytes]:
        """Return status and body; stop reading beyond the limit."""
        parts, size = [], 0
        with self.client.stream("GET", url, params=dict(query)) as answer:
            for part in answer.iter_bytes():
                size += len(part)
                if size > MAX_ANSWER_BYTES:
                    raise JGrantsProblem("jGrants sent an answer that is too large. Tell its operator.")
                parts.append(part)
            return answer.status_code, b"".join(parts)


def _body(status: int, data: bytes) -> Mapping[str, Any]:
    if status != httpx.codes.OK:
        raise JGrantsProblem(f"jGrants answered {status}. Import again later; tell its operator if it stays.")
    try:
        body = json.loads(data)
    except ValueError:
        raise JGrantsProblem("jGrants sent no JSON. Check the address.") from None
    if not isinstance(body, dict):
        raise JGrantsProblem("jGrants sent JSON of another form. Check the address.")
    return body
