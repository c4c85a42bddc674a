"""Builds an e-mail of plain text and simple HTML; what all recipients of a template share is built once.

Every value is checked or encoded before it stands in a header, so that nothing that somebody typed becomes a header.
"""

import html
import re
import time
from binascii import b2a_qp
from dataclasses import dataclass
from datetime import UTC, datetime
from email.header import Header
from email.utils import format_datetime, formataddr, parseaddr
from functools import lru_cache

from madoguchi.apps.notifications.channels.base import Outgoing

_BOUNDARY = "=_madoguchi"
"""No quoted-printable text can hold it (RFC 2045 6.7)."""
MAX_SUBJECT = 200
MAX_TEXT = 20_000
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff]")
_DIRECTION = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
_URL = re.compile(r"https?://[\x21-\x7e]{1,1900}")
_LINKS = {"ja": "内容を見る", "en": "Read it", "easy": "読む"}
_STOPS = {"ja": "メールを止める", "en": "Stop these e-mails", "easy": "メールを 止める"}


def usable(address: str) -> str | None:
    """Return the address as it goes on the wire (domain in ASCII), or None when mail cannot be sent to it."""
    local, at, domain = address.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or local.startswith(".") or local.endswith(".") or ".." in local:
        return None
    try:
        wire = domain.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    labels = wire.split(".")
    if len(wire) > 253 or len(labels) < 2 or not all(_LABEL.fullmatch(label) for label in labels):
        return None
    return f"{local}@{wire}"


def one_line(text: str, most: int = MAX_SUBJECT) -> str:
    """Return text that fits into a header: one line, no control or direction signs, not too long."""
    flat = _DIRECTION.sub("", _CONTROL.sub(" ", text).replace("\n", " ").replace("\t", " "))
    return _whole(" ".join(flat.split())[:most])


def _lines(text: str) -> str:
    """Return text of a body: lines end the same way, no control signs, not too long."""
    flat = text.replace("\r\n", "\n").replace("\r", "\n")
    return _whole(_CONTROL.sub("", flat)[:MAX_TEXT]).strip("\n")


def _whole(text: str) -> str:
    """Return text without halves of surrogate pairs, which no encoding can carry."""
    return text.encode("utf-8", "replace").decode("utf-8")


def compose(message: Outgoing, address: str, sender: str) -> bytes:
    """Return the whole message with CRLF line ends. `address` has passed `usable`; raise ValueError for a bad link."""
    stop = message.unsubscribe_url
    if not _URL.fullmatch(message.url) or (stop and not _URL.fullmatch(stop)):
        raise ValueError("A link in an e-mail must be an http(s) address in ASCII.")
    shared = _shared(message.language, message.subject, message.text, sender, bool(stop))
    own = (
        f"To: {address}\r\nMessage-ID: <{message.provider_key}@{shared.domain}>\r\nDate: {_date(int(time.time()))}\r\n"
    )
    if stop:
        own += f"List-Unsubscribe: <{stop}>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n"
    links = [_link(message.url), *([_link(stop)] if stop else [])]
    values = [*links, *[_href(url) for url in (message.url, stop) if url]]
    woven = [own.encode("ascii"), shared.parts[0]]
    for value, part in zip(values, shared.parts[1:], strict=True):
        woven += (value, part)
    return b"".join(woven)


@dataclass(frozen=True, slots=True)
class _Shared:
    """What all messages of one template in one language have in common: the pieces between the links."""

    parts: tuple[bytes, ...]
    domain: str


@lru_cache(maxsize=256)
def _shared(language: str, subject: str, text: str, sender: str, stop: bool) -> _Shared:
    name, address = parseaddr(one_line(sender))
    lines = _lines(text)
    title, link, end = one_line(subject), _LINKS.get(language, _LINKS["ja"]), _STOPS.get(language, _STOPS["ja"])
    tongue = "en" if language == "en" else "ja"
    parts = [
        _head(formataddr((name, address)), title, tongue) + _part("plain") + _quoted(f"{lines}\n\n{link}:\n"),
        *([b"\r\n" + _quoted(f"\n{end}:\n")] if stop else []),
        b"\r\n" + _part("html") + _quoted(_before(title, lines, tongue)),
        *([_quoted(f"{link}</a></p>\n<p><a\n")] if stop else []),
        _quoted(f"{end if stop else link}</a></p>\n</body>\n</html>\n") + f"--{_BOUNDARY}--\r\n".encode(),
    ]
    return _Shared(tuple(parts), address.rpartition("@")[2])


def _head(sender: str, subject: str, tongue: str) -> bytes:
    plain = subject.isascii()
    made = Header(subject, None if plain else "utf-8", maxlinelen=990 if plain else 76, header_name="Subject")
    encoded = made.encode(linesep="\r\n")
    return (
        f"From: {sender}\r\nSubject: {encoded}\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\n"
        f'Content-Language: {tongue}\r\nContent-Type: multipart/alternative; boundary="{_BOUNDARY}"\r\n\r\n'
    ).encode("ascii")


def _part(kind: str) -> bytes:
    return (
        f"--{_BOUNDARY}\r\nContent-Type: text/{kind}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode("ascii")


def _before(title: str, lines: str, tongue: str) -> str:
    """Return the HTML before the first link; every word of it is escaped."""
    paragraphs = "".join(
        f"<p>{html.escape(one).replace(chr(10), '<br>' + chr(10))}</p>\n" for one in lines.split("\n\n")
    )
    head = f'<!doctype html>\n<html lang="{tongue}">\n<head><meta charset="utf-8"><title>{html.escape(title)}</title></head>'
    return f"{head}\n<body>\n{paragraphs}<p><a\n"


def _quoted(text: str) -> bytes:
    """Return text as quoted-printable; what begins at a line's start may be put together piece by piece."""
    return b2a_qp(text.encode("utf-8")).replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def _link(url: str) -> bytes:
    return _quoted(url)


def _href(url: str) -> bytes:
    return _quoted(f'href="{html.escape(url)}">') + b"=\r\n"


@lru_cache(maxsize=4)
def _date(second: int) -> str:
    return format_datetime(datetime.fromtimestamp(second, UTC))
