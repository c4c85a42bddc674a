"""What machines call: receipts are signed or nothing, unsubscribing is one step, LINE connects by a code, the worker is served."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.apps.notifications import api, choices, linking
from madoguchi.apps.notifications.channels.fake_provider.server import signature
from madoguchi.apps.notifications.contracts import Channel, State
from madoguchi.apps.notifications.models import Address, Delivery, EarlyReceipt, Suppression
from madoguchi.apps.notifications.views import machines
from madoguchi.core.models import AuditEntry

from .outbox import NOON, account, send

pytestmark = pytest.mark.django_db
SECRET = "sample secret of receipts"


@pytest.fixture(autouse=True)
def _secrets(settings: Any) -> None:
    settings.SMS_TOKEN = settings.LINE_SECRET = settings.MAIL_SECRET = SECRET


def post(
    body: bytes | dict[str, Any], *, channel: str = "sms", secret: str = SECRET, age: int = 0, **headers: str
) -> Any:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    at = int(timezone.now().timestamp()) - age
    sent = {"X-Signature": signature(raw, secret=secret, at=at), **headers}
    client = Client(enforce_csrf_checks=True)
    return client.post(f"/receipts/{channel}", raw, content_type="application/json", headers=sent)


def told(state: str, ref: str = "r1") -> dict[str, Any]:
    return {"receipts": [{"id": ref, "state": state}]}


@pytest.fixture
def sent(messages: None) -> tuple[str, Delivery]:
    """Return an account and a delivery by SMS that the provider took as r1."""
    mine = account(Channel.SMS)
    send(mine)
    row = Delivery.objects.get()
    Delivery.objects.filter(pk=row.pk).update(state=State.SENT, provider_ref="r1", attempts=1)
    return mine, row


@pytest.mark.parametrize(
    ("word", "state"),
    [("delivered", State.DELIVERED), ("undelivered", State.FAILED), ("unknown-number", State.BOUNCED)],
)
def test_a_receipt_says_what_became_of_a_message(sent: tuple[str, Delivery], word: str, state: State) -> None:
    mine, row = sent
    for _ in range(2):
        assert post(told(word)).status_code == 204
        row.refresh_from_db()
        assert row.state == state
    assert [view.ended for view in api.addresses_of(mine)] == [state == State.BOUNCED]


def test_a_receipt_that_is_too_early_waits(messages: None) -> None:
    for _ in range(2):
        assert post(told("delivered", "later")).status_code == 204
    assert EarlyReceipt.objects.count() == 1


@pytest.mark.parametrize(
    "forged",
    [
        {"secret": "another"},
        {"age": 301},
        {"age": -301},
        {"X-Signature": ""},
        {"X-Signature": "t=1,v1=" + "0" * 64},
        {"X-Signature": "t=1,v1=あ"},
        {"X-Signature": "v1=" + "0" * 64},
    ],
)
def test_a_forged_or_old_receipt_changes_nothing(sent: tuple[str, Delivery], forged: dict[str, Any]) -> None:
    assert post(told("unknown-number"), **forged).status_code == 403
    sent[1].refresh_from_db()
    assert sent[1].state == State.SENT
    assert not EarlyReceipt.objects.exists()


def test_a_signature_holds_for_its_body_only(sent: tuple[str, Delivery]) -> None:
    good = json.dumps(told("delivered")).encode()
    header = signature(good, secret=SECRET, at=int(timezone.now().timestamp()))
    assert post(told("unknown-number"), **{"X-Signature": header}).status_code == 403


@pytest.mark.parametrize(
    "body",
    [
        b"", b"[]", b"null", b"{}", b'"x"', b"\xff\xfe", b"[" * 100_000, b'{"receipts": {}}', b'{"receipts": [1]}',
        b'{"receipts": [{"id": "", "state": "delivered"}]}', b'{"receipts": [{"id": 7, "state": "delivered"}]}',
        b'{"receipts": [{"id": "r1", "state": "read"}]}', b'{"receipts": [{"id": "r\\u0000", "state": "delivered"}]}',
        json.dumps({"receipts": [{"id": "x" * 201, "state": "delivered"}]}).encode(),
        json.dumps({"receipts": [{"id": "r1", "state": "delivered"}, {"id": "r2", "state": "x"}]}).encode(),
        json.dumps({"receipts": [{"id": "r1", "state": "delivered"}] * 1_001}).encode(),
        b'{"receipts": [{"id": "r1", "state": []}]}',
    ],
)  # fmt: skip
def test_a_signed_body_that_is_no_receipt_is_refused_whole(sent: tuple[str, Delivery], body: bytes) -> None:
    answer = post(body)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    sent[1].refresh_from_db()
    assert sent[1].state == State.SENT


def test_a_body_that_is_too_large_is_not_read(db: None) -> None:
    assert post(b" " * (machines.MAX_BYTES + 1)).status_code == 413


def test_ways_without_a_secret_have_no_receipts(db: None, settings: Any) -> None:
    settings.SMS_TOKEN = ""
    for channel in ("sms", "web_push", "inbox", "nothing"):
        assert post(told("delivered"), channel=channel).status_code == 404
    assert Client().get("/receipts/email").status_code == 405


def test_a_bounce_of_an_email_ends_its_address(messages: None) -> None:
    mine = account(Channel.EMAIL)
    send(mine)
    key = Delivery.objects.get().provider_key
    Delivery.objects.update(state=State.SENT, provider_ref=str(key))
    assert post(told("bounced", str(key)), channel="email").status_code == 204
    assert api.addresses_of(mine)[0].reason == "bounced"


def token(account_id: str, topic: str = "child") -> str:
    return f"/unsubscribe/{api.unsubscribe_token(account_id, topic)}"


def test_a_look_at_the_page_stops_nothing_and_a_press_does(db: None) -> None:
    mine, client = str(uuid4()), Client(enforce_csrf_checks=True)
    page = client.get(token(mine))
    html = page.content.decode()
    assert html.count('<section class="card" lang="ja">') == 2
    assert html.count('<section class="card" lang="en">') == 1
    assert html.count("<h1") == 1
    assert page["Referrer-Policy"] == "no-referrer"
    assert client.head(token(mine)).status_code == 200
    assert not Suppression.objects.exists()
    done = client.post(token(mine))
    assert done.status_code == 200
    assert "止めました" in done.content.decode()
    assert api.suppressed(mine) == {"child"}
    assert not done.cookies


def test_a_mail_program_unsubscribes_in_one_step_and_a_replay_is_the_same(db: None) -> None:
    mine = str(uuid4())
    for _ in range(3):
        answer = Client(enforce_csrf_checks=True).post(token(mine, ""), {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    assert api.suppressed(mine) == {""}
    assert AuditEntry.objects.filter(action="notifications.unsubscribe").count() == 1


def test_after_unsubscribing_no_such_offer_is_sent(messages: None) -> None:
    mine = account(Channel.EMAIL)
    Client().post(token(mine, "child"))
    assert not send(mine, "offer", topic="child")
    assert send(mine, "offer", topic="elderly")
    assert send(mine, "letter")


@pytest.mark.parametrize("change", ["x", "", ".", "a.b", "é", "%00", "x" * 600])
def test_a_token_that_nobody_made_stops_nothing(db: None, change: str) -> None:
    for path in (f"/unsubscribe/{change}", f"{token(str(uuid4()))}{change or 'A'}"):
        for method in ("get", "post"):
            answer = getattr(Client(enforce_csrf_checks=True), method)(path)
            assert answer.status_code == 404
    assert not Suppression.objects.exists()


def test_a_token_of_somebody_else_cannot_be_made_of_ones_own(db: None) -> None:
    mine, other = str(uuid4()), str(uuid4())
    value, mark = api.unsubscribe_token(mine, "child").rsplit(".", 1)
    foreign = api.unsubscribe_token(other, "child").rsplit(".", 1)[0]
    assert choices.unsubscription(f"{foreign}.{mark}") is None
    assert choices.unsubscription(f"{value}.{mark}") == choices.Unsubscription(mine, "child")


def events(*given: dict[str, Any], secret: str = SECRET) -> Any:
    raw = json.dumps({"destination": "U0", "events": list(given)}).encode()
    mark = base64.b64encode(hmac.digest(secret.encode(), raw, hashlib.sha256)).decode()
    client = Client(enforce_csrf_checks=True)
    return client.post("/receipts/line", raw, content_type="application/json", headers={"X-Line-Signature": mark})


def message(text: str, user: str = "U1234567890") -> dict[str, Any]:
    return {"type": "message", "message": {"type": "text", "text": text}, "source": {"type": "user", "userId": user}}


def test_a_line_user_connects_by_the_code_of_the_page_and_leaves_by_blocking(db: None) -> None:
    mine = uuid4()
    code = linking.code_of(mine, timezone.now())
    for _ in range(2):
        assert events(message(f"コードです {code[:8]} {code[8:].lower()}")).status_code == 200
    (view,) = api.addresses_of(str(mine))
    assert (view.channel, view.verified, view.ended) == (Channel.LINE, True, False)
    assert AuditEntry.objects.filter(action="notifications.address.add").count() == 1
    for _ in range(2):
        events({"type": "unfollow", "source": {"type": "user", "userId": "U1234567890"}})
    (view,) = api.addresses_of(str(mine))
    assert (view.ended, view.reason) == (True, "unsubscribed")


def test_a_code_runs_out_and_is_nobody_elses(db: None) -> None:
    mine, now = uuid4(), timezone.now()
    code = linking.code_of(mine, now)
    assert linking.account_of(code, now + linking.LIVES - timedelta(minutes=1)) == str(mine)
    assert linking.account_of(code, now + linking.LIVES) is None
    assert linking.account_of(code, now - timedelta(minutes=1)) is None
    assert linking.account_of(linking.code_of(uuid4(), now)[:26] + code[26:], now) is None


@given(st.uuids(), st.integers(0, 39), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_no_sign_of_a_code_can_be_changed(account_id: UUID, place: int, sign: str) -> None:
    code = linking.code_of(account_id, NOON)
    changed = code[:place] + sign + code[place + 1 :]
    assert linking.account_of(changed, NOON) == (str(account_id) if changed == code else None)


@given(st.text(max_size=200))
def test_any_other_text_is_no_code(text: str) -> None:
    assert linking.account_of(text, NOON) is None


def test_forged_and_odd_events_do_nothing(db: None) -> None:
    code = linking.code_of(uuid4(), timezone.now())
    assert events(message(code), secret="another").status_code == 403
    assert post(json.dumps({"events": [message(code)]}).encode(), channel="line").status_code == 403
    odd: list[Any] = [
        1,
        None,
        {},
        {"type": "message"},
        {"type": "message", "source": []},
        message("hello"),
        message("x" * 50_000),
    ]
    odd += [message(code, user=""), message(code, user="not a user"), {"type": "unfollow", "source": {"userId": 7}}]
    assert events(*odd).status_code == 200
    assert not Address.objects.exists()


def test_the_worker_is_served_from_the_root_as_a_script() -> None:
    answer = Client().get("/push-worker.js")
    assert answer["Content-Type"] == "text/javascript; charset=utf-8"
    assert answer["Service-Worker-Allowed"] == "/"
    assert "showNotification" in answer.content.decode()
