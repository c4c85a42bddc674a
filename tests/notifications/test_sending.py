"""What is taken into the outbox: once by key, on the account's first way, in the lane of its template."""

from typing import Any

import pytest

from madoguchi.apps.notifications import api
from madoguchi.apps.notifications.channels.base import Outgoing
from madoguchi.apps.notifications.contracts import Channel, Lane, Notice, State
from madoguchi.apps.notifications.models import Address, Delivery, Message
from tests.notifications.outbox import (
    DAY,
    HOUR,
    MORNING,
    NIGHT,
    NOON,
    FakeSender,
    account,
    address,
    notice,
    send,
    states,
)

pytestmark = pytest.mark.usefixtures("messages", "senders")


def test_a_message_is_in_the_inbox_at_once_in_the_readers_language() -> None:
    me = account()
    assert send(me, link="/me", topic="child", reference="case-1")
    for language, begins in {"ja": "「児童手当」", "en": "EN ", "easy": "やさしい ", "ja-easy": "やさしい "}.items():
        view = api.inbox(me, language, now=NOON)[0]
        assert view.body.startswith(begins)
        assert "児童手当" in view.body
        assert (view.link, view.topic, view.reference, view.read) == ("/me", "child", "case-1", False)


def test_values_by_language_are_shown_in_the_readers_language() -> None:
    me = account()
    send(me, values={"procedure": {"ja": "児童手当", "en": "Child allowance"}})
    assert "Child allowance" in api.inbox(me, "en", now=NOON)[0].body
    assert "児童手当" in api.inbox(me, "easy", now=NOON)[0].body


def test_a_value_that_looks_like_a_placeholder_stays_a_value() -> None:
    me = account()
    send(me, values={"procedure": "{procedure}{secret}<b>"})
    assert "{procedure}{secret}<b>" in api.inbox(me, "ja", now=NOON)[0].body


def test_the_same_account_and_key_again_changes_nothing() -> None:
    me, other = account(Channel.EMAIL), account()
    assert send(me)
    assert not send(me, values={"procedure": "別のもの"})
    assert send(me, key="another")
    assert send(other)
    assert api.send_many([notice(me), notice(me, key="new"), notice(me, key="new")], now=NOON) == 1
    assert Message.objects.filter(account_id=me).count() == 3
    assert Delivery.objects.count() == 3


def test_many_more_notices_than_one_statement_carries_are_all_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("madoguchi.apps.notifications.sending.CHUNK", 7)
    people = [account(Channel.SMS) for _ in range(20)]
    assert api.send_many((notice(me) for me in people), now=NOON) == 20
    assert api.send_many((notice(me) for me in people), now=NOON) == 0
    assert Delivery.objects.count() == 20


def test_only_the_first_way_is_taken_and_all_browsers_are_one_way() -> None:
    me = account(Channel.SMS, Channel.EMAIL, Channel.LINE, Channel.WEB_PUSH, Channel.WEB_PUSH)
    send(me)
    assert states(me) == [("web_push", "waiting"), ("web_push", "waiting")]


def test_a_disaster_goes_out_on_every_way() -> None:
    me = account(Channel.SMS, Channel.EMAIL, Channel.LINE)
    api.set_preferences(me, api.Preferences(off={Lane.PERSONAL: (Channel.LINE, Channel.EMAIL)}), now=NOON)
    send(me, "warning")
    assert {channel for channel, _ in states(me)} == {"sms", "email", "line"}
    send(me, "letter")
    assert states(me)[-1] == ("sms", "waiting")


def test_unproven_and_ended_addresses_are_not_used() -> None:
    me = account(Channel.EMAIL, Channel.LINE)
    Address.objects.filter(account_id=me, channel=Channel.LINE).update(ended_at=NOON)
    Address.objects.filter(account_id=me, channel=Channel.EMAIL).update(verified_at=None)
    send(me)
    assert states(me) == []
    assert api.unread(me, now=NOON) == 1


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"template": "nobody-wrote-it"}, "no message template"),
        ({"values": {}}, "lacks procedure"),
        ({"lane": Lane.OFFER}, "lane OFFER"),
        ({"link": "https://elsewhere.example/"}, "leads off the platform"),
        ({"link": "//elsewhere.example/"}, "leads off the platform"),
        ({"reference": "r" * 65}, "reference"),
    ],
)
def test_a_notice_that_does_not_fit_is_refused_and_nothing_of_the_call_is_sent(changes: Any, said: str) -> None:
    me = account()
    with pytest.raises(api.NoticeInvalid, match=said):
        api.send_many([notice(me, key="good"), notice(me, **changes)], now=NOON)
    assert not Message.objects.exists()


def test_an_offer_of_a_suppressed_topic_is_not_sent_but_other_lanes_are() -> None:
    me = account()
    api.suppress(me, "child", now=NOON)
    assert not send(me, "offer", topic="child")
    assert send(me, "offer", topic="housing")
    assert send(me, "letter", topic="child")
    api.suppress(me, now=NOON)
    assert not send(me, "offer", topic="work", key="work")
    assert not send(me, "offer", key="no topic")
    assert send(me, "warning", topic="child", key="warning")
    api.unsuppress(me)
    api.unsuppress(me, "child")
    assert send(me, "offer", topic="child", key="again")


def test_what_goes_outside_says_nothing_about_the_person(senders: dict[Channel, FakeSender]) -> None:
    me = account(Channel.EMAIL)
    send(me, "letter", values={"procedure": "児童扶養手当"}, link="/me/cases/7", reference="case-7")
    api.deliver(now=NOON)
    (sent,) = senders[Channel.EMAIL].order
    assert isinstance(sent, Outgoing)
    outside = f"{sent.subject}{sent.text}{sent.url}{sent.unsubscribe_url}"
    assert not [word for word in ("児童扶養手当", "case-7", me) if word in outside]
    assert sent.url.startswith("http")
    assert str(Message.objects.get(account_id=me).pk) in sent.url


def test_words_outside_are_in_the_accounts_language(senders: dict[Channel, FakeSender]) -> None:
    me = account(Channel.EMAIL)
    api.set_preferences(me, api.Preferences(language="easy"), now=NOON)
    send(me)
    api.deliver(now=NOON)
    assert senders[Channel.EMAIL].order[0].text == "やさしい letter"


def test_a_message_keeps_the_version_it_was_sent_with() -> None:
    from madoguchi.apps.notifications import pack
    from tests.notifications.outbox import template

    me = account()
    send(me)
    assert pack.save(template("letter", "personal", values=["procedure"], body="新しい {procedure}"), NOON)
    assert not pack.save(template("letter", "personal", values=["procedure"], body="新しい {procedure}"), NOON)
    send(me, key="later", now=NOON + HOUR)
    later, earlier = api.inbox(me, "ja", now=NOON + HOUR)
    assert earlier.body.startswith("「児童手当」")
    assert later.body.startswith("新しい")


def test_a_planned_message_is_nowhere_before_its_time(senders: dict[Channel, FakeSender]) -> None:
    me = account(Channel.EMAIL)
    send(me, not_before=NOON + DAY)
    assert api.unread(me, now=NOON) == 0
    assert api.inbox(me, "ja", now=NOON) == []
    assert api.deliver(now=NOON) == 0
    assert api.deliver(now=NOON + DAY) == 1
    assert len(api.inbox(me, "ja", now=NOON + DAY)) == 1


def test_a_planned_message_whose_room_says_no_never_shows() -> None:
    me = account()
    api.register_check("test-room", lambda references: {one for one in references if one == "over"})
    send(me, source="test-room", reference="over", not_before=NOON + DAY)
    send(me, source="test-room", reference="good", not_before=NOON + DAY, key="k2")
    shown = api.inbox(me, "ja", now=NOON + DAY)
    assert [view.reference for view in shown] == ["good"]
    assert api.unread(me, now=NOON + DAY) == 1


def test_somebody_elses_message_is_no_message() -> None:
    me, other = account(), account()
    send(me)
    (view,) = api.inbox(me, "ja", now=NOON)
    assert api.message(me, view.id, "ja", now=NOON) == view
    assert api.message(other, view.id, "ja", now=NOON) is None
    assert api.message(me, "no id", "ja", now=NOON) is None
    assert api.mark_read(other, [view.id], now=NOON) == 0
    assert api.mark_read(me, [view.id, "no id"], now=NOON) == 1
    assert api.mark_read(me, [view.id], now=NOON) == 0
    assert api.unread(me, now=NOON) == 0


def test_values_lie_sealed() -> None:
    me = account()
    send(me, values={"procedure": "ひみつの手続き"})
    row = Message.objects.get(account_id=me)
    assert "ひみつ".encode() not in bytes(row.sealed or b"")


def test_night_messages_wait_for_the_morning_but_a_warning_does_not(senders: dict[Channel, FakeSender]) -> None:
    asleep, awake = account(Channel.EMAIL), account(Channel.EMAIL)
    api.set_preferences(awake, api.Preferences(quiet_personal=False), now=NOON)
    for me in (asleep, awake):
        for kind in ("warning", "letter", "offer"):
            send(me, kind, key=kind, now=NIGHT)
    assert api.deliver(now=NIGHT) == 3
    assert api.deliver(now=MORNING - HOUR) == 0
    assert api.deliver(now=MORNING) == 3
    sent = [item.lane for item in senders[Channel.EMAIL].order]
    assert sorted(sent[:3]) == [Lane.DISASTER, Lane.DISASTER, Lane.PERSONAL]
    assert sent[3:] == [Lane.PERSONAL, Lane.OFFER, Lane.OFFER]


def test_quiet_hours_chosen_after_sending_hold_as_well(senders: dict[Channel, FakeSender]) -> None:
    me = account(Channel.EMAIL)
    send(me, "offer", now=NOON)
    api.set_preferences(me, api.Preferences(quiet_from=11, quiet_to=18), now=NOON)
    assert api.deliver(now=NOON) == 1
    assert senders[Channel.EMAIL].calls == 0
    assert states(me) == [("email", State.WAITING)]
    api.deliver(now=NOON + 6 * HOUR)
    assert states(me) == [("email", State.SENT)]


def test_a_notice_without_values_needs_none() -> None:
    from madoguchi.apps.notifications import pack
    from tests.notifications.outbox import template

    pack.save(template("plain", "personal"), NOON)
    me = account()
    assert api.send(Notice(key="k", account_id=me, template="plain"), now=NOON)
    assert api.inbox(me, "ja", now=NOON)[0].body == "本文"


def test_two_addresses_of_one_way_get_one_letter() -> None:
    me = account()
    address(me, Channel.EMAIL, now=NOON)
    newest = address(me, Channel.EMAIL, now=NOON + HOUR)
    send(me, now=NOON + HOUR)
    assert list(Delivery.objects.values_list("address_id", flat=True)) == [newest]
