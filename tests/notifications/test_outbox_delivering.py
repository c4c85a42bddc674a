"""Delivering: lanes, tries again, other ways, rests, leases, receipts; nothing after it was taken back."""

import queue
import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from madoguchi.apps.notifications import api
from madoguchi.apps.notifications.channels.base import Outcome, Outgoing, Result
from madoguchi.apps.notifications.contracts import AddressEnded, Channel, Lane, State
from madoguchi.apps.notifications.delivering import claims, courier, outcomes, preparing, providers
from madoguchi.apps.notifications.delivering.crew import Crew, Way
from madoguchi.apps.notifications.models import Address, Delivery, EarlyReceipt, Message
from madoguchi.core.models import OutboxEvent
from tests.notifications.outbox import (
    ACCEPTED,
    DAY,
    GONE,
    HOUR,
    MINUTE,
    NOON,
    REFUSED,
    RETRY,
    FakeSender,
    account,
    address,
    notice,
    send,
    states,
)

pytestmark = pytest.mark.usefixtures("messages", "senders")
Senders = dict[Channel, FakeSender]
SECOND = timedelta(seconds=1)


def test_what_is_taken_is_sent_once(senders: Senders) -> None:
    me = account(Channel.EMAIL)
    send(me)
    assert api.deliver(now=NOON) == 1
    assert api.deliver(now=NOON + DAY) == 0
    assert states(me) == [("email", State.SENT)]
    assert list(senders[Channel.EMAIL].effects.values()) == [1]


def test_a_try_that_failed_is_made_again_with_growing_pauses_and_the_same_key(senders: Senders) -> None:
    me, sender = account(Channel.SMS), senders[Channel.SMS]
    keys: list[Any] = []
    sender.plan = [RETRY, RETRY, RETRY]
    sender.before = lambda given: keys.extend(item.provider_key for item in given)
    send(me)
    for moment, made in ((0, 1), (1, 1), (2, 2), (5, 2), (6, 3), (13, 3), (14, 4)):
        api.deliver(now=NOON + moment * SECOND)
        assert sender.calls == made, moment
    assert states(me) == [("sms", State.SENT)]
    assert len(set(keys)) == 1


def test_pauses_never_grow_beyond_an_hour() -> None:
    assert outcomes.pause_before_next(1) <= 2 * SECOND
    assert all(outcomes.pause_before_next(tries) <= HOUR for tries in range(1, 60))


@pytest.mark.parametrize("result", [REFUSED, RETRY], ids=["refused", "tried too often"])
def test_a_personal_message_takes_the_next_way_when_one_fails_for_good(senders: Senders, result: Result) -> None:
    me = account(Channel.LINE, Channel.EMAIL, Channel.SMS)
    senders[Channel.LINE].plan = [result] * 99
    send(me)
    for hour in range(26):
        api.deliver(now=NOON + hour * HOUR)
    assert states(me) == [("line", State.FAILED), ("email", State.SENT)]


def test_an_address_that_is_gone_is_ended_and_told_and_another_way_is_taken(senders: Senders) -> None:
    me = account(Channel.LINE, Channel.EMAIL)
    senders[Channel.LINE].plan = [GONE]
    send(me)
    api.deliver(now=NOON)
    assert states(me) == [("line", State.BOUNCED), ("email", State.SENT)]
    assert [(view.channel, view.ended, view.reason) for view in api.addresses_of(me) if view.ended] == [
        (Channel.LINE, True, "bounced")
    ]
    event = OutboxEvent.objects.get(name=AddressEnded.__name__)
    assert event.payload == {"account_id": me, "channel": "line", "reason": "bounced"}
    send(me, key="next")
    assert states(me)[-1] == ("email", State.WAITING)


def test_when_one_of_two_browsers_is_gone_no_other_way_is_taken(senders: Senders) -> None:
    me = account(Channel.WEB_PUSH, Channel.WEB_PUSH, Channel.EMAIL)
    senders[Channel.WEB_PUSH].plan = [GONE, ACCEPTED]
    send(me)
    api.deliver(now=NOON)
    assert sorted(states(me)) == [("web_push", State.BOUNCED), ("web_push", State.SENT)]


def test_when_no_way_is_left_the_inbox_still_has_it(senders: Senders) -> None:
    me = account(Channel.EMAIL)
    senders[Channel.EMAIL].plan = [GONE]
    send(me)
    api.deliver(now=NOON)
    assert states(me) == [("email", State.BOUNCED)]
    assert api.unread(me, now=NOON) == 1


def test_an_offer_takes_no_other_way(senders: Senders) -> None:
    me = account(Channel.LINE, Channel.EMAIL)
    senders[Channel.LINE].plan = [REFUSED]
    send(me, "offer")
    api.deliver(now=NOON)
    assert states(me) == [("line", State.FAILED)]


def test_a_removed_address_gets_nothing_and_another_way_is_taken(senders: Senders) -> None:
    me = account(Channel.LINE, Channel.EMAIL)
    send(me)
    (line,) = [view for view in api.addresses_of(me) if view.channel == Channel.LINE]
    assert api.remove_address(me, line.id, now=NOON)
    api.deliver(now=NOON)
    assert states(me) == [("line", State.CANCELLED), ("email", State.SENT)]
    assert senders[Channel.LINE].calls == 0


def test_a_way_put_off_after_sending_is_not_used(senders: Senders) -> None:
    me = account(Channel.LINE, Channel.EMAIL)
    send(me)
    api.set_preferences(me, api.Preferences(off={Lane.PERSONAL: (Channel.LINE,)}), now=NOON)
    api.deliver(now=NOON)
    assert states(me) == [("line", State.CANCELLED), ("email", State.SENT)]


def test_urgent_messages_go_first_however_many_offers_wait(senders: Senders) -> None:
    offers = [account(Channel.SMS) for _ in range(60)]
    api.send_many([notice(me, "offer") for me in offers], now=NOON)
    letters = [account(Channel.SMS) for _ in range(5)]
    api.send_many([notice(me) for me in letters], now=NOON)
    api.send_many([notice(me, "warning") for me in letters], now=NOON)
    api.deliver(now=NOON)
    lanes = [item.lane for item in senders[Channel.SMS].order]
    assert len(lanes) == 70
    assert lanes == sorted(lanes)


def test_a_flood_of_warnings_leaves_a_small_share_to_the_others() -> None:
    people = [account(Channel.SMS) for _ in range(40)]
    for kind in ("offer", "letter", "warning"):
        api.send_many([notice(me, kind) for me in people], now=NOON)
    first = [item.lane for item in claims.claim(Channel.SMS, 25, NOON)]
    assert (first.count(Lane.DISASTER), first.count(Lane.PERSONAL), first.count(Lane.OFFER)) == (23, 1, 1)


def test_what_nobody_claims_of_a_share_is_used_by_the_urgent_ones() -> None:
    people = [account(Channel.SMS) for _ in range(40)]
    api.send_many([notice(me, "warning") for me in people], now=NOON)
    assert len(claims.claim(Channel.SMS, 25, NOON)) == 25


def test_a_room_is_asked_once_right_before_and_what_it_refuses_never_goes_out(senders: Senders) -> None:
    asked: list[Sequence[str]] = []

    def check(references: Sequence[str]) -> list[str]:
        asked.append(references)
        return [one for one in references if one.startswith("over")]

    api.register_check("asked-room", check)
    senders[Channel.SMS].batch = 10
    gone, stays = account(Channel.SMS), account(Channel.SMS)
    send(gone, source="asked-room", reference="over-1")
    send(stays, source="asked-room", reference="good-1")
    assert asked == []
    api.deliver(now=NOON)
    assert asked == [["good-1", "over-1"]]
    assert (states(gone), states(stays)) == ([("sms", State.CANCELLED)], [("sms", State.SENT)])
    assert api.inbox(gone, "ja", now=NOON) == []


def test_when_a_check_fails_nothing_goes_out_until_it_answers(senders: Senders) -> None:
    answers: list[Any] = [RuntimeError("not now"), []]

    def check(_: Sequence[str]) -> list[str]:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return list(answer)

    api.register_check("failing-room", check)
    me = account(Channel.SMS)
    send(me, source="failing-room", reference="r")
    api.deliver(now=NOON)
    assert senders[Channel.SMS].calls == 0
    api.deliver(now=NOON + 2 * MINUTE)
    assert states(me) == [("sms", State.SENT)]


def test_what_was_taken_back_never_goes_out_and_leaves_the_inbox(senders: Senders) -> None:
    me = account(Channel.SMS)
    send(me, source="cancelling-room", reference="r")
    send(me, source="cancelling-room", reference="other", key="other")
    assert api.cancel("cancelling-room", ["r"], now=NOON) == 1
    assert api.cancel("cancelling-room", ["r"], now=NOON) == 0
    assert api.cancel("another-room", ["other"], now=NOON) == 0
    api.deliver(now=NOON)
    assert states(me) == [("sms", State.CANCELLED), ("sms", State.SENT)]
    assert len(api.inbox(me, "ja", now=NOON)) == 1


def test_an_offer_suppressed_after_sending_does_not_go_out(senders: Senders) -> None:
    me = account(Channel.SMS)
    send(me, "offer", topic="child")
    send(me, "letter", topic="child")
    api.suppress(me, "child", now=NOON)
    api.deliver(now=NOON)
    assert states(me) == [("sms", State.CANCELLED), ("sms", State.SENT)]


def test_what_is_too_late_does_not_go_out(senders: Senders) -> None:
    me = account(Channel.SMS)
    send(me, expires_at=NOON + HOUR)
    senders[Channel.SMS].plan = [RETRY]
    api.deliver(now=NOON)
    api.deliver(now=NOON + HOUR)
    assert states(me) == [("sms", State.EXPIRED)]
    assert not senders[Channel.SMS].effects


def test_a_sender_that_raises_or_answers_for_another_number_costs_a_try_only(senders: Senders) -> None:
    me, sender = account(Channel.SMS), senders[Channel.SMS]

    def broken(_: Sequence[Outgoing]) -> None:
        raise RuntimeError("a number +81900000000 nobody may see")

    send(me)
    sender.before = broken
    api.deliver(now=NOON)
    row = Delivery.objects.get()
    assert (row.state, row.last_error) == (State.WAITING, "raised RuntimeError")
    sender.before = lambda _: None
    api.deliver(now=NOON + MINUTE)
    assert states(me) == [("sms", State.SENT)]


def test_one_address_that_does_not_open_keeps_nobody_else_waiting(senders: Senders) -> None:
    me, other = account(Channel.SMS), account(Channel.SMS)
    Address.objects.filter(account_id=me).update(sealed=b"\x01" + b"0" * 40)
    for one in (me, other):
        send(one)
    api.deliver(now=NOON)
    assert (states(me), states(other)) == ([("sms", State.FAILED)], [("sms", State.SENT)])


def test_what_a_dead_worker_held_waits_again_with_its_key(senders: Senders) -> None:
    me, sender = account(Channel.SMS), senders[Channel.SMS]
    send(me)
    (held,) = claims.claim(Channel.SMS, 10, NOON)  # this worker dies here
    assert api.deliver(now=NOON + MINUTE) == 0
    assert api.deliver(now=NOON + 3 * MINUTE) == 1
    assert list(sender.effects) == [held.provider_key]


def test_a_call_is_not_begun_when_its_lease_might_run_out_in_the_middle(senders: Senders) -> None:
    me, sender = account(Channel.SMS), senders[Channel.SMS]
    send(me)
    held, answers = claims.claim(Channel.SMS, 10, NOON), queue.SimpleQueue[Any]()
    for late in (True, False):
        until = time.monotonic() + (0 if late else 60)
        Crew("late").call(Way(sender), held, [preparing.outgoing(held[0], "ja")], answers, until=until)
        assert (answers.get(timeout=10).results is None) == late
    assert sender.calls == 1


def test_an_outcome_that_comes_after_the_lease_was_lost_changes_nothing(senders: Senders) -> None:
    me = account(Channel.SMS)
    send(me)
    (held,) = claims.claim(Channel.SMS, 10, NOON)
    assert claims.requeue_lost(NOON + HOUR) == 1
    (again,) = claims.claim(Channel.SMS, 10, NOON + HOUR)
    outcomes.write([(held, REFUSED)], (), NOON + HOUR)
    assert states(me) == [("sms", State.SENDING)]
    outcomes.write([(again, ACCEPTED)], (), NOON + HOUR)
    assert states(me) == [("sms", State.SENT)]


def test_a_key_that_the_provider_may_have_forgotten_is_not_tried_again(senders: Senders) -> None:
    me = account(Channel.LINE, Channel.EMAIL)
    senders[Channel.LINE].plan = [RETRY]
    send(me)
    api.deliver(now=NOON)
    api.deliver(now=NOON + DAY)
    assert states(me) == [("line", State.FAILED), ("email", State.SENT)]


def test_a_whole_way_rests_when_its_provider_asks_for_it(senders: Senders) -> None:
    sender = senders[Channel.SMS]
    sender.plan = [Result(Outcome.RETRY, retry_after_seconds=60, detail="429")]
    people = [account(Channel.SMS) for _ in range(5)]
    api.send_many([notice(me) for me in people], now=NOON)
    api.deliver(now=NOON)
    assert sender.calls == 1
    assert Delivery.objects.filter(attempts=0, state=State.WAITING).count() == 4
    assert api.deliver(now=NOON + 30 * SECOND) == 0
    other = account(Channel.EMAIL)
    send(other)
    assert api.deliver(now=NOON + 40 * SECOND) == 1
    api.deliver(now=NOON + 61 * SECOND)
    assert all(states(me) == [("sms", State.SENT)] for me in people)


def test_a_way_whose_provider_does_not_answer_rests_for_half_a_minute(senders: Senders) -> None:
    sender = senders[Channel.SMS]
    sender.plan = [RETRY] * 15
    people = [account(Channel.SMS) for _ in range(15)]
    api.send_many([notice(me) for me in people], now=NOON)
    api.deliver(now=NOON)
    assert providers.resting(NOON + 29 * SECOND) == {"sms"}
    assert providers.resting(NOON + 30 * SECOND) == set()


def test_no_more_goes_out_in_a_second_than_the_provider_takes(senders: Senders) -> None:
    sender = senders[Channel.SMS]
    sender.rate_per_second, sender.batch = 20, 10
    people = [account(Channel.SMS) for _ in range(60)]
    api.send_many([notice(me) for me in people], now=NOON)
    sent = []
    for step in range(9):
        before = len(sender.order)
        api.deliver(now=NOON + step * timedelta(seconds=0.25))
        sent.append(len(sender.order) - before)
    assert sent == [5] * 9


def test_a_receipt_is_noted_once_and_nothing_becomes_less_final(senders: Senders) -> None:
    me = account(Channel.SMS)
    send(me)
    api.deliver(now=NOON)
    ref = Delivery.objects.get().provider_ref
    for _ in range(2):
        assert api.receipt(Channel.SMS, ref, State.DELIVERED, now=NOON)
    assert states(me) == [("sms", State.DELIVERED)]
    api.receipt(Channel.SMS, ref, State.FAILED, now=NOON)
    assert states(me) == [("sms", State.DELIVERED)]
    for _ in range(2):
        api.receipt(Channel.SMS, ref, State.BOUNCED, now=NOON)
    api.receipt(Channel.SMS, ref, State.DELIVERED, now=NOON)
    assert states(me) == [("sms", State.BOUNCED)]
    assert OutboxEvent.objects.filter(name=AddressEnded.__name__).count() == 1


def test_a_bounce_takes_the_next_way(senders: Senders) -> None:
    me = account(Channel.LINE, Channel.EMAIL)
    send(me)
    api.deliver(now=NOON)
    api.receipt(Channel.LINE, Delivery.objects.get().provider_ref, State.BOUNCED, now=NOON)
    api.deliver(now=NOON)
    assert states(me) == [("line", State.BOUNCED), ("email", State.SENT)]


def test_a_receipt_that_is_faster_than_our_note_is_not_lost(senders: Senders) -> None:
    me = account(Channel.SMS)
    send(me)
    key = Delivery.objects.get().provider_key
    for _ in range(2):
        assert not api.receipt(Channel.SMS, f"ref-{key}", State.DELIVERED, now=NOON)
    api.deliver(now=NOON)
    api.deliver(now=NOON + MINUTE)
    assert states(me) == [("sms", State.DELIVERED)]
    assert not EarlyReceipt.objects.exists()


def test_receipts_for_nobody_are_forgotten(senders: Senders) -> None:
    api.receipt(Channel.SMS, "nobodys", State.DELIVERED, now=NOON)
    api.deliver(now=NOON + 4 * DAY)
    assert not EarlyReceipt.objects.exists()
    with pytest.raises(ValueError, match="receipt"):
        api.receipt(Channel.SMS, "x", State.WAITING, now=NOON)


def test_figures_count_messages_and_states_by_way(senders: Senders) -> None:
    me, other = account(Channel.SMS), account(Channel.EMAIL)
    send(me, now=NOON - DAY)
    send(me, key="new")
    send(other)
    send(other, key="no", source="figures-room", reference="r")
    api.cancel("figures-room", ["r"], now=NOON)
    senders[Channel.EMAIL].plan = [REFUSED]
    api.deliver(now=NOON)
    found = api.figures(NOON - HOUR)
    assert found.messages == 3
    assert found.by_channel[Channel.INBOX] == {State.DELIVERED: 2, State.CANCELLED: 1}
    assert found.by_channel[Channel.SMS] == {State.SENT: 1}
    assert found.by_channel[Channel.EMAIL] == {State.FAILED: 1, State.CANCELLED: 1}


def test_a_worker_delivers_until_it_is_told_to_stop(senders: Senders) -> None:
    me = account(Channel.SMS)
    send(me)
    assert courier.run(lambda: bool(senders[Channel.SMS].calls), clock=lambda: NOON) == 1
    send(me, key="again")
    assert courier.run(lambda: False, clock=lambda: NOON, until_idle=True) == 1
    assert states(me) == [("sms", State.SENT)] * 2


def test_a_way_that_this_installation_does_not_send_on_is_left_out() -> None:
    from madoguchi.apps.notifications.channels import base

    me = account(Channel.LINE, Channel.SMS)
    with base.in_place(FakeSender(Channel.SMS)):
        send(me)
    assert states(me) == [("sms", State.WAITING)]


def test_a_way_that_is_put_off_keeps_its_messages_and_others_go_on() -> None:
    from madoguchi.apps.notifications.channels import base

    me, other = account(Channel.LINE), account(Channel.SMS)
    for one in (me, other):
        send(one)
    with base.in_place(FakeSender(Channel.SMS)):
        api.deliver(now=NOON)
    assert (states(me), states(other)) == ([("line", State.WAITING)], [("sms", State.SENT)])


def test_erasing_a_person_leaves_nothing_and_stops_what_waits(senders: Senders) -> None:
    from madoguchi.apps.people import api as people
    from madoguchi.core import personal_data
    from madoguchi.core.permissions import SYSTEM

    me = account(Channel.EMAIL)
    person = people.create_person(SYSTEM, "", now=NOON, account_id=me)
    send(me)
    api.suppress(me, "child", now=NOON)
    api.set_preferences(me, api.Preferences(language="en"), now=NOON)
    told = personal_data.export_all(person.id)["notifications"]
    assert told["messages"][0]["body"] == "「児童手当」の結果が届きました。"
    assert told["addresses"][0]["address"].startswith("email-")
    assert told["topics_not_wanted"] == ["child"]
    personal_data.erase_all(person.id, NOON)
    api.deliver(now=NOON)
    assert not senders[Channel.EMAIL].calls
    assert not Message.objects.filter(account_id=me).exists()
    assert not Address.objects.filter(account_id=me).exists()
    assert api.addresses_of(me) == []
    assert personal_data.export_all(person.id).get("notifications") is None


def test_sealed_rows_survive_a_rotation_of_keys(senders: Senders) -> None:
    from madoguchi.core import rotation

    me = account()
    address(me, Channel.EMAIL, "hanako@example.jp")
    send(me)
    before = set(Address.objects.values_list("key_id", flat=True))
    rotation.rotate(now=NOON)
    assert before.isdisjoint(Address.objects.values_list("key_id", flat=True))
    assert api.inbox(me, "ja", now=NOON)[0].body.startswith("「児童手当」")
    assert api.add_address(me, Channel.EMAIL, "hanako@example.jp", now=NOON).verified
    assert Address.objects.filter(account_id=me).count() == 1
    api.deliver(now=NOON)
    assert senders[Channel.EMAIL].order[0].address == "hanako@example.jp"


def test_a_message_of_another_account_with_the_same_key_is_its_own() -> None:
    one, two = str(uuid4()), str(uuid4())
    assert api.send_many([notice(one), notice(two)], now=NOON) == 2
