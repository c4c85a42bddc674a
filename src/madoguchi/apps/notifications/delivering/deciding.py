"""Deciding about what was claimed, right before it is handed over: goes out, waits for the morning, or never goes out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from madoguchi.apps.notifications import checks, quiet, ways
from madoguchi.apps.notifications.contracts import Lane, State
from madoguchi.apps.notifications.delivering.claims import Claimed
from madoguchi.apps.notifications.templates import CODE_SOURCE


@dataclass(frozen=True, slots=True)
class Ended:
    """A delivery that is not handed over: its new state and why. `elsewhere`: another way is to be tried."""

    claimed: Claimed
    state: State
    why: str
    not_before: datetime | None = None
    elsewhere: bool = False
    whole: bool = False
    """The whole message is taken back."""


def decide(claimed: Sequence[Claimed], now: datetime) -> tuple[list[Claimed], list[Ended], ways.Ways]:
    """Return what goes out and what does not, and what is known of the accounts. Rooms are asked once each."""
    known = ways.choices_of(item.account_id for item in claimed)
    going, ended = _parted(claimed, now, known)
    no = checks.refused((item.source, item.reference) for item in going)
    if no:
        ended += [
            Ended(item, State.CANCELLED, "its room said no", whole=True)
            for item in going
            if (item.source, item.reference) in no
        ]
        going = [item for item in going if (item.source, item.reference) not in no]
    return going, ended, known


def _parted(claimed: Iterable[Claimed], now: datetime, known: ways.Ways) -> tuple[list[Claimed], list[Ended]]:
    going, ended = [], []
    for item in claimed:
        found = _ended(item, now, known)
        if found is None:
            going.append(item)
        else:
            ended.append(found)
    return going, ended


def _ended(item: Claimed, now: datetime, known: ways.Ways) -> Ended | None:
    """Return why an item does not go out now; None when nothing speaks against it."""
    if item.cancelled:
        return Ended(item, State.CANCELLED, "taken back")
    if item.expires_at is not None and item.expires_at <= now:
        return Ended(item, State.EXPIRED, "its time is over")
    if item.address_ended or item.address is None:
        return Ended(item, State.CANCELLED, "the address has ended", elsewhere=True)
    if item.source == CODE_SOURCE:
        return None
    choice = known.choice(item.account_id)
    if not choice.wants(item.lane, item.channel):
        return Ended(item, State.CANCELLED, "the way is off", elsewhere=True)
    if known.suppresses(item.account_id, item.lane, item.topic):
        return Ended(item, State.CANCELLED, "suppressed")
    if item.key_is_old:
        return Ended(item, State.FAILED, "the provider may have forgotten its key", elsewhere=True)
    opens = quiet.allowed_from(now, item.lane, choice.quiet)
    return None if opens <= now else Ended(item, State.WAITING, "quiet hours", not_before=opens)


def falls_back(lane: Lane) -> bool:
    """Tell whether another way is tried when one failed: offers are not worth it."""
    return lane in (Lane.DISASTER, Lane.PERSONAL)
