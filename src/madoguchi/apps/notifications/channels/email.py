"""E-mail by SMTP: one kept connection per thread, messages built once per template and filled for each recipient.

The Message-ID is made of the provider key, so that a second try is the same message. A reply that says "no such user" ends
the address, one that says "not now" (greylisting) is tried again. Sources: RFC 5321, 3463 (codes), 8058 (one-step
unsubscribing), 3834 (Auto-Submitted).
"""

import re
import smtplib
import ssl
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.utils import parseaddr
from urllib.parse import SplitResult, parse_qs, unquote, urlsplit

from django.conf import settings

from madoguchi.apps.notifications.channels import composing
from madoguchi.apps.notifications.channels.base import Outcome, Outgoing, Result
from madoguchi.apps.notifications.contracts import Channel

TIMEOUT_SECONDS = 15.0
CALL_SECONDS = 40.0
IDLE_SECONDS = 20.0
WRONG_LOGIN_SECONDS = 300.0
NO_SUCH_USER = re.compile(rb"\b5\.(?:1\.(?:1|2|3|6|10)|2\.1)\b")
"""Bad mailbox, system or address, moved, null MX, mailbox disabled (RFC 3463, 7505)."""
ENHANCED = re.compile(rb"\b[245]\.\d{1,3}\.\d{1,3}\b")


class _NoConnection(Exception):
    """The server cannot be used now; `wait` seconds if it is known."""

    def __init__(self, detail: str, wait: float | None = None) -> None:
        super().__init__(detail)
        self.wait = wait


@dataclass(frozen=True, slots=True)
class Server:
    """Where and how mail is handed over. `starttls` asks for TLS on a connection that begins without it."""

    host: str
    port: int
    tls: bool = False
    starttls: bool = False
    user: str = ""
    password: str = field(default="", repr=False)

    @classmethod
    def of(cls, url: str) -> "Server":
        """Read smtp(s)://user:password@host:port?starttls=1; raise ValueError that says what is wrong."""
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("MADOGUCHI_SMTP_URL must look like smtp://user:password@host:587?starttls=1 or smtps://…")
        return cls(
            host=parts.hostname,
            port=parts.port or (465 if parts.scheme == "smtps" else 25),
            tls=parts.scheme == "smtps",
            starttls=_wanted(parts),
            user=unquote(parts.username or ""),
            password=unquote(parts.password or ""),
        )


def _wanted(parts: SplitResult) -> bool:
    return parse_qs(parts.query).get("starttls", ["0"])[-1] in ("1", "true", "yes")


class _Kept:
    """A thread's connection; it is closed together with the thread that used it."""

    def __init__(self, smtp: smtplib.SMTP) -> None:
        self.smtp = smtp
        self.used_at = time.monotonic()

    def __del__(self) -> None:
        self.smtp.close()


@dataclass(frozen=True, slots=True)
class EmailSender:
    """Sends e-mail by one server under one sender address. `sender` may carry a name: 窓口 <no-reply@example.jp>."""

    server: Server
    sender: str
    tls: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    channel: Channel = Channel.EMAIL
    rate_per_second: int = 0
    parallel: int = 4
    batch: int = 50
    _mine: threading.local = field(default_factory=threading.local)

    def send(self, outgoing: Sequence[Outgoing]) -> list[Result]:
        """Hand the messages over one after another; a server that does not answer leaves the rest for later."""
        until = time.monotonic() + CALL_SECONDS
        results: list[Result] = []
        for message in outgoing:
            if time.monotonic() > until:
                break
            try:
                results.append(self._send(message))
            except _NoConnection as error:
                rest = Result(Outcome.RETRY, retry_after_seconds=error.wait, detail=str(error))
                return results + [rest] * (len(outgoing) - len(results))
        return results + [Result(Outcome.RETRY, detail="not tried: slow server")] * (len(outgoing) - len(results))

    def _send(self, message: Outgoing) -> Result:
        address = composing.usable(message.address)
        if address is None:
            return Result(Outcome.GONE, detail="this is no address that mail can be sent to")
        try:
            content = composing.compose(message, address, self.sender)
        except ValueError as error:
            return Result(Outcome.REFUSED, detail=str(error))
        for last in (False, True):
            smtp, fresh = self._connection()
            try:
                refused = self._envelope(smtp, address)
            except (smtplib.SMTPServerDisconnected, OSError):
                self.close()
                if last or fresh:
                    raise _NoConnection("the server closed the connection") from None
                continue
            return refused or self._content(smtp, content, message)
        raise AssertionError("the loop returns or raises")

    def _envelope(self, smtp: smtplib.SMTP, address: str) -> Result | None:
        """Name sender and recipient; return why they were not taken."""
        code, said = smtp.mail(parseaddr(self.sender)[1])
        if code != 250:
            return self._refused(smtp, code, said, recipient=False)
        code, said = smtp.rcpt(address)
        return None if code in (250, 251) else self._refused(smtp, code, said, recipient=True)

    def _content(self, smtp: smtplib.SMTP, content: bytes, message: Outgoing) -> Result:
        """Hand the message over. After its first byte nothing is repeated here: the server may have taken it."""
        try:
            code, said = smtp.data(content)
        except smtplib.SMTPDataError as error:
            text = error.smtp_error
            said = text if isinstance(text, bytes) else text.encode()
            return self._refused(smtp, error.smtp_code, said, recipient=False)
        except (smtplib.SMTPServerDisconnected, OSError):
            self.close()
            return Result(Outcome.RETRY, detail="the server closed the connection before its answer")
        if code == 250:
            return Result(Outcome.ACCEPTED, provider_ref=str(message.provider_key))
        return self._refused(smtp, code, said, recipient=False)

    def _refused(self, smtp: smtplib.SMTP, code: int, said: bytes, *, recipient: bool) -> Result:
        if code in (421, -1):
            self.close()
            return Result(Outcome.RETRY, detail=f"{code}: the server ends the connection")
        try:
            smtp.rset()
        except (smtplib.SMTPServerDisconnected, OSError):
            self.close()
        return verdict(code, said, recipient=recipient)

    def _connection(self) -> tuple[smtplib.SMTP, bool]:
        """Return this thread's connection and whether it was opened just now."""
        found: _Kept | None = getattr(self._mine, "kept", None)
        if found is not None and time.monotonic() - found.used_at <= IDLE_SECONDS:
            found.used_at = time.monotonic()
            return found.smtp, False
        self.close()
        self._mine.kept = _Kept(self._open())
        return self._mine.kept.smtp, True

    def _open(self) -> smtplib.SMTP:
        server = self.server
        smtp: smtplib.SMTP = smtplib.SMTP(timeout=TIMEOUT_SECONDS)
        if server.tls:
            smtp = smtplib.SMTP_SSL(timeout=TIMEOUT_SECONDS, context=self.tls)
        smtp._host = server.host  # type: ignore[attr-defined] # smtplib checks certificates by it and sets it too late
        try:
            smtp.connect(server.host, server.port)
            if server.starttls:
                smtp.starttls(context=self.tls)
            smtp.ehlo_or_helo_if_needed()
            if server.user:
                smtp.login(server.user, server.password)
        except smtplib.SMTPAuthenticationError:
            smtp.close()
            raise _NoConnection("the server does not take the login", WRONG_LOGIN_SECONDS) from None
        except (smtplib.SMTPException, OSError) as error:
            smtp.close()
            raise _NoConnection(f"the server is not reached: {type(error).__name__}") from None
        return smtp

    def close(self) -> None:
        """Close this thread's connection; the next message opens another one."""
        found: _Kept | None = getattr(self._mine, "kept", None)
        self._mine.kept = None
        if found is not None:
            found.smtp.close()


def verdict(code: int, said: bytes, *, recipient: bool) -> Result:
    """Return what a reply other than success means. `recipient`: it answered to the recipient's address.

    A server that does not relay for us says nothing about the address.
    """
    enhanced = ENHANCED.search(said)
    shown = f"{code} {enhanced.group().decode() if enhanced else ''}".strip()
    if 400 <= code < 500:
        return Result(Outcome.RETRY, detail=f"{shown}: not now")
    unnamed = recipient and enhanced is None and code in (550, 551, 553) and b"relay" not in said.lower()
    if unnamed or NO_SUCH_USER.search(said):
        return Result(Outcome.GONE, detail=f"{shown}: no such address")
    if code == 530:
        return Result(Outcome.RETRY, retry_after_seconds=WRONG_LOGIN_SECONDS, detail="530: the server asks for a login")
    return Result(Outcome.REFUSED, detail=f"{shown}: refused")


def from_settings() -> EmailSender | None:
    """Return the sender of the settings (MADOGUCHI_SMTP_URL, MADOGUCHI_MAIL_FROM), or None: then e-mail is off."""
    if not settings.SMTP_URL or not settings.MAIL_FROM:
        return None
    if composing.usable(parseaddr(settings.MAIL_FROM)[1]) is None:
        raise ValueError("MADOGUCHI_MAIL_FROM must look like 窓口 <no-reply@example.jp>.")
    return EmailSender(Server.of(settings.SMTP_URL), settings.MAIL_FROM)
