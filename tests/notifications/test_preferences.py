"""Choices: languages, quiet hours, ways, topics; unsubscribing in one step. Templates of a pack; quiet hours by arithmetic."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.apps.notifications import api, pack
from madoguchi.apps.notifications.contracts import Channel, Lane
from madoguchi.apps.notifications.quiet import TOKYO, Quiet, allowed_from
from tests.notifications.outbox import DAY, NOON, FakeSender, account, send, states, template

HOURS = st.integers(0, 23)
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)).map(lambda at: at.replace(tzinfo=UTC))  # noqa: DTZ001 # gets its zone


@pytest.mark.django_db
def test_choices_are_kept_and_defaults_hold_without_any() -> None:
    me = str(uuid4())
    assert api.preferences(me) == api.Preferences()
    chosen = api.Preferences("easy", 22, 7, False, {Lane.OFFER: (Channel.EMAIL, Channel.SMS)})
    api.set_preferences(me, chosen, now=NOON)
    assert api.preferences(me) == chosen


@pytest.mark.parametrize(
    "chosen",
    [
        api.Preferences(language="fr"),
        api.Preferences(quiet_from=24),
        api.Preferences(quiet_to=-1),
        api.Preferences(off={Lane.DISASTER: (Channel.SMS,)}),
    ],
)
@pytest.mark.django_db
def test_choices_that_do_not_exist_are_refused(chosen: api.Preferences) -> None:
    with pytest.raises(api.Refused):
        api.set_preferences("me", chosen, now=NOON)


@pytest.mark.usefixtures("messages")
def test_unsubscribing_takes_one_step_works_twice_and_much_later(senders: dict[Channel, FakeSender]) -> None:
    me = account(Channel.EMAIL)
    send(me, "offer", topic="child")
    api.deliver(now=NOON)
    token = senders[Channel.EMAIL].order[0].unsubscribe_url.rstrip("/").rpartition("/")[2]
    assert api.unsubscription(token) == api.Unsubscription(me, "child")
    assert api.suppressed(me) == frozenset()
    for later in (0, 400):
        assert api.unsubscribe(token, now=NOON + later * DAY) == api.Unsubscription(me, "child")
    assert api.suppressed(me) == {"child"}
    assert not send(me, "offer", topic="child", key="next")


@pytest.mark.django_db
def test_a_token_that_nobody_here_made_ends_nothing() -> None:
    token = api.unsubscribe_token("me", "child")
    for forged in ("", "x", token[:-1] + ("a" if token[-1] != "a" else "b"), token.replace(".", ".."), "é" * 40):
        assert api.unsubscribe(forged, now=NOON) is None
    assert api.suppressed("me") == frozenset()


@pytest.mark.usefixtures("messages")
def test_only_offers_can_be_unsubscribed_from_by_mail(senders: dict[Channel, FakeSender]) -> None:
    me = account(Channel.EMAIL)
    for kind in ("warning", "letter"):
        send(me, kind)
    api.deliver(now=NOON)
    assert [item.unsubscribe_url for item in senders[Channel.EMAIL].order] == ["", ""]
    assert len(states(me)) == 2


@given(MOMENTS, HOURS, HOURS, st.sampled_from(Lane), st.booleans())
def test_a_message_waits_for_the_first_moment_outside_of_quiet_hours(
    moment: datetime, start: int, end: int, lane: Lane, personal: bool
) -> None:
    opens = allowed_from(moment, lane, Quiet(start, end, personal))
    if lane == Lane.DISASTER or (lane == Lane.PERSONAL and not personal):
        assert opens == moment
        return
    quiet = {hour % 24 for hour in range(start, end if end >= start else end + 24)}
    assert opens.astimezone(TOKYO).hour not in quiet
    step = moment
    while step < opens:
        assert step.astimezone(TOKYO).hour in quiet
        step += timedelta(minutes=37)


def written(folder: Path, *items: dict[str, Any]) -> list[str]:
    (folder / pack.FILE).write_text(yaml.safe_dump({"messages": list(items)}, allow_unicode=True), encoding="utf-8")
    return [f"{error.field}: {error.message}" for error in pack.check(folder)]


def test_a_pack_without_messages_is_whole(tmp_path: Path) -> None:
    assert pack.check(tmp_path) == []


def test_what_is_wrong_in_templates_is_said(tmp_path: Path) -> None:
    good = template("good", "offer", values=["name"], body="{name}")
    assert written(tmp_path, good) == []
    outside = template("outside", "offer", values=["name"], body="{name}")
    outside["outside"]["text"]["en"] = "Dear {name}"
    assert "outside.text.en" in written(tmp_path, outside)[0]
    assert "{other} is no value" in written(tmp_path, template("x", "offer", body="{other}"))[0]
    assert "brace" in written(tmp_path, template("x", "offer", body="{Other"))[0]
    assert "stands in no text" in written(tmp_path, template("x", "offer", values=["unused"]))[0]
    assert "twice" in written(tmp_path, good, good)[0]
    assert "built in" in written(tmp_path, template("address-code", "offer"))[0]
    missing = template("x", "offer")
    del missing["inbox"]["body"]["easy"]
    assert "'easy' is a required property" in written(tmp_path, missing)[0]
    assert written(tmp_path, template("x", "nowhere"))
