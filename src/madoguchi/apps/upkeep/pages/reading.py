"""Decides by content what a page is and has it read in a child process."""

import json
import os
import subprocess
import sys

from madoguchi.apps.upkeep.pages.encoding import decode
from madoguchi.apps.upkeep.pages.model import MAX_BYTES, PageProblem, PageText, Trouble, tidy

WAIT_SECONDS = 15
_HTML_SIGNS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<?xml", b"<div", b"<p>", b"<table", b"<h1", b"<title")


def read(data: bytes, *, content_type: str = "") -> PageText:
    """Return the text of a page given as bytes; raise PageProblem. `content_type` is what the server or browser said."""
    if len(data) > MAX_BYTES:
        raise PageProblem(Trouble.TOO_LARGE)
    if not data.strip():
        raise PageProblem(Trouble.EMPTY)
    if b"%PDF-" in data[:1024]:
        return _by_child("pdf", data, content_type)
    if data[:4] in (b"PK\x03\x04", b"\x89PNG", b"GIF8", b"\xd0\xcf\x11\xe0") or data[:3] == b"\xff\xd8\xff":
        raise PageProblem(Trouble.WRONG_KIND)
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "text/plain" or (kind not in ("text/html", "application/xhtml+xml") and not _looks_like_html(data)):
        return plain(decode(data, content_type=content_type))
    return _by_child("html", data, content_type)


def plain(text: str) -> PageText:
    """Return pasted or plain text with even line ends; raise PageProblem when it is empty."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "").split("\n")
    return tidy(lines, "")


def _looks_like_html(data: bytes) -> bool:
    start = data[:4096].lower()
    return any(sign in start for sign in _HTML_SIGNS)


def _by_child(kind: str, data: bytes, content_type: str) -> PageText:
    """Read in a process of its own; one that takes too long or dies of its limits is a page that cannot be read."""
    command = [sys.executable, "-I", "-m", "madoguchi.apps.upkeep.pages.child", kind, content_type[:200]]
    environment = {"PATH": os.environ.get("PATH", ""), "PYTHONIOENCODING": "utf-8"}
    try:
        done = subprocess.run(  # noqa: S603 - the interpreter itself, with a fixed module and two plain arguments
            command, input=data, capture_output=True, timeout=WAIT_SECONDS, env=environment, check=False
        )
    except subprocess.TimeoutExpired as problem:
        raise PageProblem(Trouble.TOO_SLOW) from problem
    if done.returncode:
        raise PageProblem(Trouble.TOO_SLOW if done.returncode < 0 else Trouble.UNREADABLE)
    found = json.loads(done.stdout)
    if "trouble" in found:
        raise PageProblem(Trouble(found["trouble"]))
    return PageText(found["text"], found["title"], found["is_cut"])
