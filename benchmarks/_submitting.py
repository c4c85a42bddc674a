"""Applicants who send at the same time over HTTP, some twice, some with a line that breaks; knows nothing of the platform's code.

Each applicant is a thread with her own connection that stays open, as a browser's does. Nobody pauses to think, so that there
are always as many requests under way as applicants.
"""

import http.client
import json
import queue
import random
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

PATIENCE_SECONDS = 60
RETRIES = 5
RECEIPT = re.compile(r"^/me/applications/([0-9a-f-]{36})/receipt/$")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')
NUMBER = re.compile(r'name="number" value="(\d+)"')
DROP_AFTER_SECONDS = 0.25
"""A line breaks at a random moment up to here after the press, before or after the server has done its work."""


@dataclass(frozen=True, slots=True)
class Job:
    """One draft to send, of the applicant whose session cookie this is."""

    session: str
    draft: str
    number: int
    manner: str
    """once, twice (a double click) or dropped (the line breaks, then a retry)."""


@dataclass(slots=True)
class Seen:
    """What the applicants saw."""

    send_ms: list[float] = field(default_factory=list)
    """From the press to the answer, for every press that was answered."""
    receipt_ms: list[float] = field(default_factory=list)
    receipts: dict[str, str] = field(default_factory=dict)
    """Draft → receipt, as the answers said."""
    manners: dict[str, int] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)
    retries: int = 0
    seconds: float = 0.0


class Browser:
    """One connection with cookies; opened again when the server closed it."""

    def __init__(self, address: str) -> None:
        parts = urlsplit(address)
        self.host, self.port = parts.hostname or "127.0.0.1", parts.port or 80
        self.line = self._fresh()

    def _fresh(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.host, self.port, timeout=PATIENCE_SECONDS)

    def ask(self, path: str, cookies: str, form: dict[str, Any] | None = None) -> tuple[int, Any, str]:
        """Return status, headers and text of an answer."""
        self.press(path, cookies, form)
        answer = self.line.getresponse()
        text = answer.read().decode()
        return answer.status, answer.headers, text

    def press(self, path: str, cookies: str, form: dict[str, Any] | None = None) -> None:
        """Send a request and do not wait for its answer."""
        headers = {"Cookie": cookies, "Host": f"{self.host}:{self.port}"}
        if form is None:
            self.line.request("GET", path, headers=headers)
            return
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        self.line.request("POST", path, body=urlencode(form), headers=headers)

    def hang_up(self) -> None:
        """Break the line."""
        self.line.close()
        self.line = self._fresh()


class Crowd:
    """So many applicants at once, who take drafts from one list until it is empty."""

    def __init__(self, address: str, jobs: Sequence[Job], concurrent: int, pause: float) -> None:
        self.address, self.concurrent, self.pause = address, concurrent, pause
        self.seen, self.lock = Seen(), threading.Lock()
        self.tokens: dict[str, tuple[str, str]] = {}
        """Session → its form cookie and form token, as its first page gave them."""
        self.jobs = jobs

    def _together(self, work: Any, items: Sequence[Any]) -> float:
        """Let every applicant work on a share of the items at the same time; return the seconds it took."""
        waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
        for item in items:
            waiting.put(item)

        def run() -> None:
            browser = Browser(self.address)
            while True:
                try:
                    item = waiting.get_nowait()
                except queue.Empty:
                    browser.line.close()
                    return
                try:
                    work(browser, item)
                except Exception as problem:  # what an applicant sees as an error page of the browser
                    browser.hang_up()
                    self._error(f"{type(problem).__name__}: {problem}")

        threads = [threading.Thread(target=run) for _ in range(self.concurrent)]
        begun = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return time.perf_counter() - begun

    def _error(self, text: str) -> None:
        with self.lock:
            self.seen.errors.append(text[:200])

    def arrive(self) -> None:
        """Open the last page before sending once in each session: it sets the cookie and carries the token of the form."""
        first = {job.session: job for job in self.jobs}
        self._together(self._visit, list(first.values()))

    def _visit(self, browser: Browser, job: Job) -> None:
        status, headers, text = browser.ask(f"/me/drafts/{job.draft}/check/", f"sessionid={job.session}")
        token, number = TOKEN.search(text), NUMBER.search(text)
        if status != 200 or token is None or number is None:
            raise RuntimeError(f"the page to check says {status}, with no form to send")
        if int(number[1]) != job.number:
            raise RuntimeError("the page to check shows another number of the draft")
        cookie = next(part for part in headers.get_all("Set-Cookie", []) if part.startswith("csrftoken="))
        self.tokens[job.session] = (cookie.split(";")[0], token[1])

    def send_all(self) -> None:
        """Send every draft."""
        self.seen.seconds = self._together(self._send, self.jobs)

    def _send(self, browser: Browser, job: Job) -> None:
        with self.lock:
            self.seen.manners[job.manner] = self.seen.manners.get(job.manner, 0) + 1
        draw = random.Random(job.draft)
        if self.pause:
            time.sleep(draw.uniform(0.5, 1.5) * self.pause)
        if job.manner == "twice":
            other = threading.Thread(target=self._second_press, args=(job, draw.uniform(0, 0.1)))
            other.start()
            self._press(browser, job)
            other.join()
            return
        if job.manner == "dropped":
            browser.press(*self._request(job))
            time.sleep(draw.uniform(0, DROP_AFTER_SECONDS))
            browser.hang_up()
        self._press(browser, job)

    def _second_press(self, job: Job, after: float) -> None:
        time.sleep(after)
        browser = Browser(self.address)
        try:
            self._press(browser, job)
        except Exception as problem:
            self._error(f"second press: {type(problem).__name__}: {problem}")
        browser.line.close()

    def _request(self, job: Job) -> tuple[str, str, dict[str, Any]]:
        cookie, token = self.tokens[job.session]
        form = {"csrfmiddlewaretoken": token, "number": job.number, "remark": ""}
        return f"/me/drafts/{job.draft}/send/", f"sessionid={job.session}; {cookie}", form

    def _press(self, browser: Browser, job: Job) -> None:
        """Press, wait for the answer, open the receipt; a broken line is tried again, an answer is final."""
        path, cookies, form = self._request(job)
        for attempt in range(RETRIES + 1):
            begun = time.perf_counter()
            try:
                status, headers, _ = browser.ask(path, cookies, form)
                break
            except (OSError, http.client.HTTPException):
                browser.hang_up()
                if attempt == RETRIES:
                    raise
                with self.lock:
                    self.seen.retries += 1
        spent = (time.perf_counter() - begun) * 1_000
        target = headers.get("Location", "")
        found = RECEIPT.match(target)
        if status != 302 or found is None:
            raise RuntimeError(f"sending says {status} {target}")
        begun = time.perf_counter()
        shown, _, _ = browser.ask(target, cookies)
        self._note(job, spent, (time.perf_counter() - begun) * 1_000, found[1], shown)

    def _note(self, job: Job, send_ms: float, receipt_ms: float, receipt: str, shown: int) -> None:
        with self.lock:
            self.seen.send_ms.append(send_ms)
            self.seen.receipt_ms.append(receipt_ms)
            before = self.seen.receipts.setdefault(job.draft, receipt)
            if before != receipt:
                self.seen.errors.append("two receipts for one draft")
            if shown != 200:
                self.seen.errors.append(f"the receipt says {shown}")


def crowd(address: str, jobs: Sequence[Job], concurrent: int, pause: float, out: str) -> None:
    """Arrive, send everything, and write what was seen into a file; runs as a process of its own."""
    people = Crowd(address, jobs, concurrent, pause)
    people.arrive()
    if not people.seen.errors:
        people.send_all()
    seen = {name: getattr(people.seen, name) for name in Seen.__slots__}
    with open(out, "w", encoding="utf-8") as file:
        json.dump(seen, file)
