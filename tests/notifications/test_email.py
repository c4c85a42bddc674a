"""An e-mail reaches a real SMTP server in Japanese, with its links; refusals mean what the server says."""

import email
import email.policy
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.apps.notifications.channels import composing
from madoguchi.apps.notifications.channels.base import Outcome
from madoguchi.apps.notifications.channels.email import EmailSender, Server, from_settings, verdict
from madoguchi.site.identity.ports import free_port

from .fake_push_service import make_certificate
from .outgoing import outgoing

FROM = "窓口 <no-reply@madoguchi.example>"


class Mailbox:
    """Takes mail; `replies` are answers to the next recipients, in order; `data_replies` to the next messages."""

    def __init__(self, *replies: str) -> None:
        self.replies = list(replies)
        self.data_replies: list[str] = []
        self.got: list[bytes] = []
        self.to: list[str] = []
        self.sessions: set[int] = set()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.sessions.add(id(session))
        reply = self.replies.pop(0) if self.replies else "250 OK"
        if reply.startswith("250"):
            envelope.rcpt_tos.append(address)
        return reply

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        reply = self.data_replies.pop(0) if self.data_replies else "250 OK"
        if reply.startswith("250"):
            self.got.append(envelope.content)
            self.to += envelope.rcpt_tos
        return reply

    def read(self) -> list[EmailMessage]:
        return [email.message_from_bytes(raw, policy=email.policy.default) for raw in self.got]  # type: ignore[misc] # the policy makes EmailMessage


_running: list[Controller] = []


@pytest.fixture(autouse=True, scope="module")
def _one_server() -> Iterator[None]:
    """Keep one plain server for all tests of this file: to start one takes longer than most of them."""
    yield
    while _running:
        _running.pop().stop()


@contextmanager
def server(mailbox: Mailbox, **options: Any) -> Iterator[Controller]:
    """Serve a mailbox; with options by a server of its own."""
    if options or not _running:
        controller = Controller(mailbox, hostname="127.0.0.1", port=free_port(), **options)
        controller.start()
        if not options:
            _running.append(controller)
    else:
        controller = _running[0]
    controller.handler = mailbox
    try:
        yield controller
    finally:
        if options:
            controller.stop()


def sender(controller: Controller, **changes: Any) -> EmailSender:
    port = controller.server.sockets[0].getsockname()[1]  # type: ignore[union-attr] # it has started
    return EmailSender(Server("127.0.0.1", port, **changes), FROM)


def text_of(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_a_message_arrives_in_japanese_with_its_links() -> None:
    mailbox, sent = Mailbox(), outgoing()
    with server(mailbox) as controller:
        assert sender(controller).send([sent])[0].outcome is Outcome.ACCEPTED
    (got,) = mailbox.read()
    assert (got["Subject"], got["From"]) == ("お知らせがあります", FROM)
    assert mailbox.to == ["hanako@example.jp"]
    assert got["Message-ID"] == f"<{sent.provider_key}@madoguchi.example>"
    assert got["Auto-Submitted"] == "auto-generated"
    assert got["Content-Language"] == "ja"
    for kind in ("plain", "html"):
        text = text_of(got, kind)
        assert "使えるかもしれない制度" in text
        assert sent.url in text
        assert sent.unsubscribe_url in text
    assert not got.defects
    assert max(map(len, mailbox.got[0].split(b"\r\n"))) <= 998


def test_one_step_unsubscribing_is_offered_where_there_is_something_to_unsubscribe_from() -> None:
    mailbox = Mailbox()
    with server(mailbox) as controller:
        sender(controller).send([outgoing(), outgoing(unsubscribe_url="")])
    offer, personal = mailbox.read()
    assert offer["List-Unsubscribe"] == "<https://madoguchi.example/unsubscribe/a.b=c>"
    assert offer["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert personal["List-Unsubscribe"] is None
    assert "メールを止める" not in text_of(personal, "plain")


@pytest.mark.parametrize(("language", "words"), [("ja", "内容を見る"), ("en", "Read it"), ("easy", "読む")])
def test_the_words_around_are_in_the_language_of_the_message(language: str, words: str) -> None:
    raw = composing.compose(outgoing(language=language), "a@example.jp", FROM)
    message = email.message_from_bytes(raw, policy=email.policy.default)
    assert words in text_of(message, "plain")  # type: ignore[arg-type] # the policy makes EmailMessage
    assert message["Content-Language"] == ("en" if language == "en" else "ja")


def test_a_second_try_is_the_same_message() -> None:
    mailbox, sent = Mailbox("451 4.7.1 Greylisted, try again later"), outgoing()
    with server(mailbox) as controller:
        mail = sender(controller)
        assert mail.send([sent])[0].outcome is Outcome.RETRY
        assert mailbox.got == []
        assert mail.send([sent])[0].outcome is Outcome.ACCEPTED
        assert mail.send([sent])[0].outcome is Outcome.ACCEPTED
    first, second = mailbox.read()
    assert first["Message-ID"] == second["Message-ID"]


def test_an_unknown_user_ends_the_address_and_the_others_get_their_mail() -> None:
    mailbox = Mailbox("250 OK", "550 5.1.1 No such user", "250 OK")
    with server(mailbox) as controller:
        results = sender(controller).send([outgoing(n, address=f"u{n}@example.jp") for n in range(3)])
    assert [one.outcome for one in results] == [Outcome.ACCEPTED, Outcome.GONE, Outcome.ACCEPTED]
    assert mailbox.to == ["u0@example.jp", "u2@example.jp"]
    assert "u1" not in results[1].detail


def test_one_connection_carries_many_messages_and_is_opened_anew_when_the_server_closes_it() -> None:
    mailbox = Mailbox()
    with server(mailbox) as controller:
        mail = sender(controller)
        assert {one.outcome for one in mail.send([outgoing(n) for n in range(10)])} == {Outcome.ACCEPTED}
        assert len(mailbox.sessions) == 1
        mail._mine.kept.smtp.sock.shutdown(socket.SHUT_RDWR)
        assert mail.send([outgoing()])[0].outcome is Outcome.ACCEPTED
    assert len(mailbox.got) == 11


def test_a_server_that_says_goodbye_is_asked_again_later() -> None:
    mailbox = Mailbox("421 4.3.2 Going down")
    with server(mailbox) as controller:
        results = sender(controller).send([outgoing(1), outgoing(2)])
    assert [one.outcome for one in results] == [Outcome.RETRY, Outcome.ACCEPTED]


def test_a_refused_content_keeps_the_address() -> None:
    mailbox = Mailbox()
    mailbox.data_replies = ["554 5.7.1 Looks like spam", "452 4.3.1 Disk full"]
    with server(mailbox) as controller:
        results = sender(controller).send([outgoing(1), outgoing(2)])
    assert [one.outcome for one in results] == [Outcome.REFUSED, Outcome.RETRY]


def test_a_server_that_is_not_there_leaves_everything_for_later() -> None:
    mail = EmailSender(Server("127.0.0.1", free_port()), FROM)
    results = mail.send([outgoing(1), outgoing(2)])
    assert [one.outcome for one in results] == [Outcome.RETRY] * 2


def test_mail_goes_by_tls_and_after_a_login(tmp_path: Path) -> None:
    certificate, _ = make_certificate(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    mailbox = Mailbox()

    def login(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        return AuthResult(success=given == LoginPassword(b"user", b"pass word"), handled=False)

    options = {"tls_context": context, "require_starttls": True, "authenticator": login, "auth_required": True}
    trusting = ssl.create_default_context(cafile=certificate)
    trusting.check_hostname = False  # the certificate is for another name than 127.0.0.1
    with server(mailbox, **options) as controller:
        port = controller.server.sockets[0].getsockname()[1]  # type: ignore[union-attr] # it has started
        for password, wanted in (("pass word", Outcome.ACCEPTED), ("wrong", Outcome.RETRY)):
            place = Server("127.0.0.1", port, starttls=True, user="user", password=password)
            result = EmailSender(place, FROM, tls=trusting).send([outgoing()])[0]
            assert result.outcome is wanted
            assert (result.retry_after_seconds == 300.0) is (wanted is Outcome.RETRY)
        strict = EmailSender(Server("127.0.0.1", port, starttls=True), FROM).send([outgoing()])[0]
        assert (strict.outcome, len(mailbox.got)) == (Outcome.RETRY, 1)


@pytest.mark.parametrize(
    ("code", "said", "recipient", "outcome"),
    [
        (451, b"4.7.1 greylisted", True, Outcome.RETRY),
        (452, b"4.2.2 mailbox full", True, Outcome.RETRY),
        (550, b"5.1.1 unknown", True, Outcome.GONE),
        (550, b"5.1.10 null MX", True, Outcome.GONE),
        (550, b"5.2.1 disabled", True, Outcome.GONE),
        (550, b"no such user here", True, Outcome.GONE),
        (550, b"no such user here", False, Outcome.REFUSED),
        (550, b"5.7.1 blocked by policy", True, Outcome.REFUSED),
        (550, b"Relay access denied", True, Outcome.REFUSED),
        (552, b"5.2.2 mailbox full", True, Outcome.REFUSED),
        (554, b"5.7.1 spam", False, Outcome.REFUSED),
        (530, b"5.7.0 authentication required", False, Outcome.RETRY),
    ],
)
def test_replies_mean_what_the_standard_says(code: int, said: bytes, recipient: bool, outcome: Outcome) -> None:
    assert verdict(code, said, recipient=recipient).outcome is outcome


HOSTILE = [
    "お知らせ\r\nBcc: everyone@example.jp",
    "a\nX-Evil: 1",
    "\0\x1b[31m",
    "a\u2028b\u0085c",
    "\u202egpj.exe",
    "📮" * 300,
    "x" * 50_000,
    "\ud800 half",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_nothing_that_somebody_typed_becomes_a_header(words: str) -> None:
    mailbox = Mailbox()
    with server(mailbox) as controller:
        assert sender(controller).send([outgoing(subject=words, text=words)])[0].outcome is Outcome.ACCEPTED
    (got,) = mailbox.read()
    assert mailbox.to == ["hanako@example.jp"]
    assert got["Bcc"] is None
    assert got["X-Evil"] is None
    assert not got.defects
    assert len(str(got["Subject"])) <= composing.MAX_SUBJECT
    assert not {"\n", "\0", "\u202e", "\x1b"} & set(str(got["Subject"]))


@given(st.text(max_size=300), st.text(max_size=2_000))
def test_any_words_make_a_well_formed_message(subject: str, text: str) -> None:
    raw = composing.compose(outgoing(subject=subject, text=text), "a@example.jp", FROM)
    got = email.message_from_bytes(raw, policy=email.policy.default)
    assert [name for name, _ in got.items()] == [
        "To", "Message-ID", "Date", "List-Unsubscribe", "List-Unsubscribe-Post", "From", "Subject", "MIME-Version",
        "Auto-Submitted", "Content-Language", "Content-Type",
    ]  # fmt: skip
    assert raw.count(b"\r\n") == raw.count(b"\n")
    assert not got.defects
    assert len(list(got.iter_parts())) == 2  # type: ignore[attr-defined] # the policy makes EmailMessage


@pytest.mark.parametrize(
    "address",
    [
        "a@b", "a b@example.jp", "a@example.jp\r\nRCPT TO:<b@example.jp>", "a@@example.jp", "@example.jp", "a@-x.jp",
        "<a@example.jp>", "a@example.jp,b@example.jp", "あ@example.jp", "a..b@example.jp", "a@" + "x" * 300 + ".jp", "",
        "a@example.jp\0", "a@exa\u2028mple.jp",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_never_handed_over(address: str) -> None:
    assert composing.usable(address) is None
    mailbox = Mailbox()
    with server(mailbox) as controller:
        results = sender(controller).send([outgoing(address=address), outgoing()])
    assert [one.outcome for one in results] == [Outcome.GONE, Outcome.ACCEPTED]


def test_a_domain_in_japanese_goes_out_in_ascii() -> None:
    assert composing.usable("hanako@見本.jp") == "hanako@xn--8pvz87e.jp"


def test_a_link_that_is_none_is_refused() -> None:
    for url in ("javascript:alert(1)", "https://a.example/\r\nX: 1", "https://a.example/ b"):
        mail = EmailSender(Server("127.0.0.1", 9), FROM)
        assert mail.send([outgoing(url=url)])[0].outcome is Outcome.REFUSED


def test_the_settings_turn_mail_on_and_off(settings: Any) -> None:
    settings.SMTP_URL = ""
    assert from_settings() is None
    settings.SMTP_URL, settings.MAIL_FROM = "smtp://us%40er:p%3Aw@mail.example:587?starttls=1", FROM
    made = from_settings()
    assert made is not None
    assert made.server == Server("mail.example", 587, starttls=True, user="us@er", password="p:w")
    assert "p:w" not in repr(made)
    assert Server.of("smtps://mail.example") == Server("mail.example", 465, tls=True)
    with pytest.raises(ValueError, match="MADOGUCHI_SMTP_URL"):
        Server.of("mail.example")
    settings.MAIL_FROM = "nobody"
    with pytest.raises(ValueError, match="MADOGUCHI_MAIL_FROM"):
        from_settings()


def test_the_key_makes_the_reference() -> None:
    mailbox, key = Mailbox(), uuid4()
    with server(mailbox) as controller:
        assert sender(controller).send([outgoing(provider_key=key)])[0].provider_ref == str(key)
