"""Webhooks: proven addresses only, signed, in order, at least once, patient, and stopped with a reason."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from madoguchi.apps.opendata import examples, keys
from madoguchi.apps.opendata.models import ApiKey, Hook
from madoguchi.apps.opendata.webhooks import calling, delivering, registering, signing
from madoguchi.apps.registry import api as registry
from tests.opendata.world import URL, Receiver, change, genuine, new_key, post, withdraw

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Receiver:
    made = Receiver()
    monkeypatch.setattr(calling, "TRANSPORT", made)
    return made


def at(moment: datetime) -> Any:
    return lambda: moment


def key_row() -> ApiKey:
    made = keys.create("見本", "", network="n", now=LATER)
    return ApiKey.objects.get(pk=made.id)


def active(owner: ApiKey, **filters: str) -> str:
    """Register a hook and prove it; return its id."""
    view, _ = registering.register(owner, URL, now=LATER, **filters)
    found = registering.verify(owner, view.id, now=LATER)
    assert found is not None
    assert found[0].state == "active"
    return view.id


def test_an_app_registers_proves_and_is_told(client: Client, pack: Path, receiver: Receiver) -> None:
    held = new_key(client)
    made = post(client, "webhooks", {"url": URL}, held).json()
    assert made["state"] == "unverified"
    change("018-support", "新しい根拠", now=LATER)
    assert delivering.deliver_waiting() == 0
    assert post(client, f"webhooks/{made['id']}/replay", {"since": 0}, held).status_code == 422
    assert post(client, f"webhooks/{made['id']}/verify", None, held).json()["taken"]
    assert delivering.deliver_waiting() == 1
    headers, body, message = receiver.calls[-1]
    assert message["type"] == "programme.updated"
    assert message["data"]["programme"] == "018-support"
    assert message["data"]["sequence"] == registry.latest_sequence()
    assert headers["webhook-id"] == f"msg_{made['id']}_{registry.latest_sequence()}"
    assert genuine(headers, body, made["secret"])
    assert not genuine(headers, body + b" ", made["secret"])
    seen = client.get(f"/api/v1/webhooks/{made['id']}", headers=held).json()
    assert (seen["state"], seen["delivered"], seen["last_status"]) == ("active", 1, 200)
    assert post(client, f"webhooks/{made['id']}/ping", None, held).json()["taken"]
    assert receiver.calls[-1][2]["type"] == "webhook.ping"
    assert delivering.deliver_waiting() == 0


def test_the_published_verification_code_takes_a_real_call_and_no_forged_one(
    client: Client, pack: Path, receiver: Receiver
) -> None:
    held = new_key(client)
    made = post(client, "webhooks", {"url": URL}, held).json()
    post(client, f"webhooks/{made['id']}/ping", None, held)
    headers, body, _ = receiver.calls[-1]
    room: dict[str, Any] = {}
    exec(examples.VERIFY, room)  # noqa: S102 # the page's own example
    assert room["is_genuine"](made["secret"], headers, body)
    assert not room["is_genuine"](signing.fresh(), headers, body)
    assert not room["is_genuine"](made["secret"], {**headers, "webhook-id": "other"}, body)
    assert not room["is_genuine"](made["secret"], {**headers, "webhook-timestamp": "1000"}, body)


@pytest.mark.parametrize(
    "url",
    ["http://8.8.8.8/", "https://127.0.0.1/", "https://10.0.0.1/", "https://[::1]/", "https://169.254.169.254/latest",
     "https://8.8.8.8:8443/", "https://user:secret@8.8.8.8/", "https://localhost/", "ftp://8.8.8.8/", "hook", "https://"],
)  # fmt: skip
def test_only_public_addresses_are_registered(client: Client, pack: Path, receiver: Receiver, url: str) -> None:
    refused = post(client, "webhooks", {"url": url}, new_key(client))
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["place"] == "url"
    assert not Hook.objects.exists()
    assert not receiver.calls


def test_an_address_that_became_private_is_not_called(pack: Path, receiver: Receiver) -> None:
    hook = active(key_row())
    Hook.objects.filter(pk=hook).update(url="https://192.168.0.1/hook")
    called = len(receiver.calls)
    change("018-support", "新しい根拠", now=LATER)
    assert delivering.deliver_waiting(clock=at(LATER)) == 0
    assert len(receiver.calls) == called
    assert Hook.objects.get(pk=hook).reason.startswith("not_public")


def test_redirects_are_not_followed_and_a_wrong_challenge_proves_nothing(pack: Path, receiver: Receiver) -> None:
    owner = key_row()
    hook = active(owner)
    receiver.answer = lambda message: 302
    change("018-support", "新しい根拠", now=LATER)
    assert delivering.deliver_waiting(clock=at(LATER)) == 0
    assert "redirects are not followed" in Hook.objects.get(pk=hook).reason
    other, _ = registering.register(owner, URL, now=LATER)
    receiver.handle_request = lambda request: __import__("httpx").Response(200, text="hello")  # type: ignore[method-assign] # another server
    found = registering.verify(owner, other.id, now=LATER)
    assert found is not None
    assert found[0].state == "unverified"
    assert "challenge" in found[1].reason


def test_filters_choose_by_organisation_municipality_and_kind(pack: Path, receiver: Receiver) -> None:
    owner = key_row()
    everything, none = active(owner), active(owner, kind="loan", municipality="132080")
    owned = active(owner, organisation=registry.get("018-support").organisation_id)  # type: ignore[union-attr] # in the pack
    receiver.calls.clear()
    change("018-support", "a", now=LATER)
    change("jidou-teate", "b", now=LATER)
    assert delivering.deliver_waiting(clock=at(LATER)) == 3
    by_hook: dict[str, list[str]] = {everything: [], none: [], owned: []}
    for headers, _, message in receiver.calls:
        by_hook[headers["webhook-id"].removeprefix("msg_").rsplit("_", 1)[0]].append(message["data"]["programme"])
    assert by_hook == {everything: ["018-support", "jidou-teate"], none: [], owned: ["018-support"]}
    assert {row.cursor for row in Hook.objects.all()} == {registry.latest_sequence()}


def test_a_failing_address_keeps_the_order_and_is_tried_with_growing_pauses(pack: Path, receiver: Receiver) -> None:
    hook = active(key_row())
    for number in range(4):
        change("018-support", f"根拠{number}", now=LATER)
    broken = registry.latest_sequence() - 1
    receiver.answer = lambda message: 500 if message["data"].get("sequence") == broken else 200
    assert delivering.deliver_waiting(clock=at(LATER)) == 2
    moment, pauses = LATER, []
    for _ in range(4):
        row = Hook.objects.get(pk=hook)
        pauses.append(row.next_attempt_at - moment)
        assert delivering.deliver_waiting(clock=at(row.next_attempt_at - timedelta(seconds=1))) == 0
        assert len([s for s in receiver.sequences() if s == broken]) == len(pauses)
        moment = row.next_attempt_at
        assert delivering.deliver_waiting(clock=at(moment)) == 0
    assert pauses == [timedelta(seconds=10 * 2**n) for n in range(4)]
    receiver.answer = lambda message: 200
    assert delivering.deliver_waiting(clock=at(moment + timedelta(hours=1))) == 2
    assert list(dict.fromkeys(receiver.sequences())) == list(range(broken - 2, broken + 2))
    assert Hook.objects.get(pk=hook).failing_since is None


def test_after_three_days_it_is_paused_shown_with_the_reason_and_resumes_where_it_stopped(
    client: Client, pack: Path, receiver: Receiver
) -> None:
    held = new_key(client)
    owner = ApiKey.objects.get()
    hook = active(owner)
    receiver.answer = lambda message: 503
    change("018-support", "新しい根拠", now=LATER)
    moment = LATER
    while Hook.objects.get(pk=hook).state == "active":
        delivering.deliver_waiting(clock=at(moment))
        assert moment - LATER <= delivering.PATIENCE + delivering.LONGEST_PAUSE
        moment = Hook.objects.get(pk=hook).next_attempt_at
    assert len(receiver.sequences()) > 15
    page = client.post("/open/webhooks/", {"key": held["Authorization"].removeprefix("Bearer ")}).content.decode()
    assert "止まっています" in page
    assert "503" in page
    receiver.answer = lambda message: 200
    assert delivering.deliver_waiting(clock=at(moment)) == 0
    assert post(client, f"webhooks/{hook}/resume", None, held).json()["state"] == "active"
    assert delivering.deliver_waiting(clock=at(moment + timedelta(days=9_000))) == 1


def test_who_says_gone_is_not_called_again(pack: Path, receiver: Receiver) -> None:
    hook = active(key_row())
    receiver.answer = lambda message: 410
    change("018-support", "新しい根拠", now=LATER)
    delivering.deliver_waiting(clock=at(LATER))
    assert Hook.objects.get(pk=hook).state == "paused"


def test_a_replay_sends_everything_after_a_sequence_again(pack: Path, receiver: Receiver) -> None:
    owner = key_row()
    hook = active(owner)
    last = registry.latest_sequence()
    assert registering.replay(owner, hook, last - 60, now=LATER)
    assert delivering.deliver_waiting(clock=at(LATER)) == 60
    assert receiver.sequences() == list(range(last - 59, last + 1))
    with pytest.raises(ValueError, match="has not come so far"):
        registering.replay(owner, hook, last + 1, now=LATER)


def test_a_worker_that_is_overtaken_moves_nothing(pack: Path, receiver: Receiver) -> None:
    owner = key_row()
    hook = active(owner)
    change("018-support", "a", now=LATER)
    before = registry.latest_sequence() - 1

    def while_it_is_sent(message: dict[str, Any]) -> int:
        if message["type"].startswith("programme."):
            receiver.answer = lambda message: 200
            registering.replay(owner, hook, before - 2, now=LATER)
        return 200

    receiver.answer = while_it_is_sent
    assert delivering.deliver_waiting(clock=at(LATER)) == 3
    assert receiver.sequences() == [before + 1, before - 1, before, before + 1]


def test_a_worker_that_dies_leaves_its_hook_to_the_next_after_a_minute(pack: Path, receiver: Receiver) -> None:
    class Killed(BaseException):
        """The process ends here."""

    hook = active(key_row())
    change("018-support", "a", now=LATER)

    def die(message: dict[str, Any]) -> int:
        raise Killed

    receiver.answer = die
    with pytest.raises(Killed):
        delivering.deliver_waiting(clock=at(LATER))
    receiver.answer = lambda message: 200
    assert delivering.deliver_waiting(clock=at(LATER + timedelta(seconds=59))) == 0
    assert delivering.deliver_waiting(clock=at(LATER + timedelta(seconds=61))) == 1
    assert Hook.objects.get(pk=hook).cursor == registry.latest_sequence()
    assert len({headers["webhook-id"] for headers, _, m in receiver.calls if m["type"].startswith("programme.")}) == 1


def test_both_secrets_sign_for_a_day_after_a_rotation(pack: Path, receiver: Receiver) -> None:
    owner = key_row()
    view, old = registering.register(owner, URL, now=LATER)
    rotated = registering.rotate(owner, view.id, now=LATER)
    assert rotated is not None
    new = rotated[1]
    for moment, expected in ((LATER + timedelta(hours=23), (True, True)), (LATER + timedelta(hours=25), (True, False))):
        registering.ping(owner, view.id, now=moment)
        headers, body, _ = receiver.calls[-1]
        assert (genuine(headers, body, new), genuine(headers, body, old)) == expected
    assert old.encode() not in bytes(Hook.objects.get(pk=view.id).sealed or b"")


def test_hooks_belong_to_their_key(client: Client, pack: Path, receiver: Receiver) -> None:
    mine, theirs = new_key(client), new_key(client)
    made = post(client, "webhooks", {"url": URL}, mine).json()
    for action in ("verify", "ping", "resume", "rotate"):
        assert post(client, f"webhooks/{made['id']}/{action}", None, theirs).status_code == 404
    assert post(client, f"webhooks/{made['id']}/replay", {"since": 0}, theirs).status_code == 404
    assert client.get(f"/api/v1/webhooks/{made['id']}", headers=theirs).status_code == 404
    assert client.delete(f"/api/v1/webhooks/{made['id']}", headers=theirs).status_code == 404
    assert client.get("/api/v1/webhooks", headers=theirs).json() == {"items": []}
    assert post(client, "webhooks", {"url": URL}).status_code == 401
    assert not receiver.calls
    assert client.delete(f"/api/v1/webhooks/{made['id']}", headers=mine).status_code == 204


def test_a_withdrawn_programme_is_told_without_a_number(pack: Path, receiver: Receiver) -> None:
    active(key_row())
    withdraw("018-support", now=LATER)
    assert delivering.deliver_waiting(clock=at(LATER)) == 1
    assert receiver.messages()[-1]["type"] == "programme.withdrawn"
    assert receiver.messages()[-1]["data"]["psid"] is None


@given(attempts=st.integers(1, 10_000))
def test_pauses_grow_and_have_an_end(attempts: int) -> None:
    pause = delivering.pause_after(attempts)
    assert delivering.FIRST_PAUSE <= pause <= delivering.pause_after(attempts + 1) <= delivering.LONGEST_PAUSE
