"""Addresses: proven by a code on their own way, few codes, few tries; masked, sealed, removed. Everybody here is invented."""

import json
import re
from datetime import timedelta
from uuid import uuid4

import pytest

from madoguchi.apps.notifications import addresses, api, tasks
from madoguchi.apps.notifications.channels import base
from madoguchi.apps.notifications.contracts import AddressView, Channel, State
from madoguchi.apps.notifications.models import Address, Delivery, Message
from tests.notifications.outbox import DAY, HOUR, MINUTE, NIGHT, NOON, RETRY, FakeSender, account, send, states

pytestmark = pytest.mark.usefixtures("messages")
Senders = dict[Channel, FakeSender]
BROWSER = json.dumps(
    {
        "endpoint": "https://push.example/abc",
        "keys": {
            "p256dh": "BNcRdreALRFXTkOOUHK1EtK2wtaz5Ry4YfYCA_0QTpQtUbVlUls0VJXg7A8u-Ts1XbjhazAkj7I99e8QcYP7DkM",
            "auth": "tBHItJI5svbpez7KI4CCXg",
        },
    }
)


def refused(kind: api.Refusal) -> "pytest.RaisesExc[api.Refused]":
    return pytest.raises(api.Refused, check=lambda problem: problem.kind == kind)


def code_sent(senders: Senders, channel: Channel) -> str:
    found = re.search(r"\d{6}", senders[channel].order[-1].text)
    assert found
    return found[0]


def added(me: str, value: str = "hanako@example.jp", *, channel: Channel = Channel.EMAIL) -> AddressView:
    view = api.add_address(me, channel, value, now=NOON)
    api.deliver(now=NOON)
    return view


def test_an_address_is_used_after_its_code_was_entered(senders: Senders) -> None:
    me = str(uuid4())
    view = added(me)
    assert (view.shown, view.verified) == ("h***@example.jp", False)
    send(me)
    assert [channel for channel, _ in states(me)] == ["email"]  # the code itself
    proven = api.verify_address(me, view.id, f" {code_sent(senders, Channel.EMAIL)} ", now=NOON)
    assert proven.verified
    assert api.verify_address(me, view.id, "000000", now=NOON).verified
    send(me, key="later")
    api.deliver(now=NOON)
    assert states(me)[-1] == ("email", State.SENT)


def test_a_code_is_in_no_inbox_and_comes_at_night_too(senders: Senders) -> None:
    me = str(uuid4())
    api.add_address(me, Channel.SMS, "090-1234-5678", now=NIGHT)
    api.deliver(now=NIGHT)
    assert senders[Channel.SMS].order[0].address == "+819012345678"
    assert (api.inbox(me, "ja", now=NIGHT), api.unread(me, now=NIGHT)) == ([], 0)
    assert api.figures(NIGHT - DAY).messages == 0


def test_a_code_that_is_late_is_not_sent_any_more(senders: Senders) -> None:
    senders[Channel.EMAIL].plan = [RETRY]
    me = str(uuid4())
    added(me)
    api.deliver(now=NOON + 10 * MINUTE)
    assert states(me) == [("email", State.EXPIRED)]


def test_a_code_can_be_tried_a_few_times_and_for_a_few_minutes(senders: Senders) -> None:
    me = str(uuid4())
    view = added(me)
    right = code_sent(senders, Channel.EMAIL)
    wrong = f"{(int(right) + 1) % 1_000_000:06d}"
    with refused(api.Refusal.CODE_OVER):
        api.verify_address(me, view.id, right, now=NOON + addresses.CODE_LIVES)
    for _ in range(addresses.MOST_TRIES):
        with refused(api.Refusal.WRONG_CODE):
            api.verify_address(me, view.id, wrong, now=NOON)
    with refused(api.Refusal.CODE_OVER):
        api.verify_address(me, view.id, right, now=NOON)


def test_only_the_newest_code_works(senders: Senders) -> None:
    me = str(uuid4())
    view = added(me)
    first = code_sent(senders, Channel.EMAIL)
    assert added(me).id == view.id
    second = code_sent(senders, Channel.EMAIL)
    if first != second:
        with refused(api.Refusal.WRONG_CODE):
            api.verify_address(me, view.id, first, now=NOON)
    assert api.verify_address(me, view.id, second, now=NOON).verified


def test_codes_are_few_for_an_account_and_for_an_address(senders: Senders) -> None:
    me = str(uuid4())
    for _ in range(addresses.CODES_PER_MINUTE):
        api.add_address(me, Channel.EMAIL, "hanako@example.jp", now=NOON)
    with refused(api.Refusal.TOO_MANY_CODES):
        api.add_address(me, Channel.EMAIL, "another@example.jp", now=NOON)
    assert api.add_address(str(uuid4()), Channel.EMAIL, "hanako@example.jp", now=NOON + MINUTE)
    with refused(api.Refusal.TOO_MANY_CODES):
        api.add_address(str(uuid4()), Channel.EMAIL, "hanako@example.jp", now=NOON + 2 * MINUTE)
    assert api.add_address(str(uuid4()), Channel.EMAIL, "hanako@example.jp", now=NOON + 2 * HOUR)


def test_an_account_has_a_limited_number_of_addresses(senders: Senders) -> None:
    me = account(*[Channel.LINE] * addresses.MOST_ADDRESSES)
    with refused(api.Refusal.TOO_MANY_ADDRESSES):
        api.add_address(me, Channel.WEB_PUSH, BROWSER, now=NOON)


def test_a_browser_needs_no_code_and_is_known_again(senders: Senders) -> None:
    me = str(uuid4())
    view = api.add_address(me, Channel.WEB_PUSH, BROWSER, now=NOON)
    again = api.add_address(me, Channel.WEB_PUSH, json.dumps({**json.loads(BROWSER), "expirationTime": None}), now=NOON)
    assert view == again
    assert (view.shown, view.verified) == ("push.example", True)
    send(me)
    api.deliver(now=NOON)
    assert json.loads(senders[Channel.WEB_PUSH].order[0].address) == json.loads(BROWSER)


@pytest.mark.parametrize(
    ("channel", "value"),
    [
        (Channel.EMAIL, "no address"),
        (Channel.EMAIL, "a@b\r\nBcc: everybody@example.jp"),
        (Channel.SMS, "+1 900 555 0100"),
        (Channel.SMS, "12"),
        (Channel.LINE, "hanako"),
        (Channel.WEB_PUSH, "{}"),
        (Channel.WEB_PUSH, BROWSER.replace("https://", "http://")),
        (Channel.WEB_PUSH, BROWSER.replace("push.example", "push.example:22")),
        (Channel.WEB_PUSH, "[" * 3_000),
        (Channel.INBOX, "x"),
    ],
)
def test_what_is_no_address_is_refused(senders: Senders, channel: Channel, value: str) -> None:
    with refused(api.Refusal.FORM):
        api.add_address(str(uuid4()), channel, value, now=NOON)
    assert not Address.objects.exists()


@pytest.mark.parametrize("given", ["０９０ー１２３４ー５６７８", "+81 90 1234 5678", "(090) 1234-5678"])
def test_a_number_is_known_however_it_is_written(senders: Senders, given: str) -> None:
    me = str(uuid4())
    first = api.add_address(me, Channel.SMS, "09012345678", now=NOON)
    assert api.add_address(me, Channel.SMS, given, now=NOON).id == first.id


def test_a_way_that_is_off_takes_no_address() -> None:
    with base.in_place(), refused(api.Refusal.WAY_OFF):
        api.add_address(str(uuid4()), Channel.EMAIL, "hanako@example.jp", now=NOON)


def test_an_address_lies_sealed_and_its_value_goes_when_it_is_removed(senders: Senders) -> None:
    me = str(uuid4())
    view = added(me)
    row = Address.objects.get()
    assert b"hanako" not in bytes(row.sealed or b"")
    assert api.remove_address(me, view.id, now=NOON)
    assert not api.remove_address(me, view.id, now=NOON)
    row.refresh_from_db()
    assert (row.sealed, row.reason) == (None, "removed")
    assert api.addresses_of(me) == []
    assert api.add_address(me, Channel.EMAIL, "hanako@example.jp", now=NOON + HOUR).id != view.id


def test_somebody_elses_address_is_no_address(senders: Senders) -> None:
    me, other = str(uuid4()), str(uuid4())
    view = added(me)
    assert api.addresses_of(other) == []
    assert not api.remove_address(other, view.id, now=NOON)
    for address_id in (view.id, "no id"):
        with refused(api.Refusal.UNKNOWN):
            api.verify_address(other, address_id, code_sent(senders, Channel.EMAIL), now=NOON)


def test_codes_are_forgotten_after_a_day(senders: Senders, monkeypatch: pytest.MonkeyPatch) -> None:
    me = str(uuid4())
    added(me)
    send(me)
    monkeypatch.setattr(tasks.timezone, "now", lambda: NOON + DAY + timedelta(seconds=1))
    assert tasks.forget_codes.call() == 1
    assert Message.objects.count() == 1
    assert not Delivery.objects.exists()
