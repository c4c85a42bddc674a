"""Reads what the pages of this room send: choices of language, hours and ways. What is not on the page is not taken."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import QueryDict

from madoguchi.apps.notifications.choices import Preferences
from madoguchi.apps.notifications.contracts import Channel, Lane
from madoguchi.apps.notifications.errors import Refusal, Refused

OWN_WAYS = (Channel.EMAIL, Channel.SMS)
"""Ways that a person types an address for."""
CHOSEN_LANES = (Lane.PERSONAL, Lane.OFFER)
MAX_TYPED = 254


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the form of choices says."""

    preferences: Preferences
    offers: bool


def chosen(posted: QueryDict, ways: Sequence[Channel]) -> Chosen:
    """Return the choices; raise `Refused` (CHOICE) when an hour is none. `ways` are those that the page shows."""
    off = {lane: tuple(way for way in ways if way.value not in posted.getlist(field(lane))) for lane in CHOSEN_LANES}
    quiet = posted.get("quiet", "") == "on"
    start, end = (_hour(posted.get(name, "")) for name in ("quiet_from", "quiet_to"))
    preferences = Preferences(
        language=posted.get("language", "")[:10],
        quiet_from=start if quiet else 0,
        quiet_to=end if quiet else 0,
        quiet_personal=posted.get("quiet_personal", "") == "on",
        off={lane: channels for lane, channels in off.items() if channels},
    )
    return Chosen(preferences, posted.get("offers", "") == "on")


def field(lane: Lane) -> str:
    """Return the name of the boxes of a kind of messages."""
    return f"ways-{lane.name.lower()}"


def _hour(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 2):
        raise Refused(Refusal.CHOICE, "There is no such hour. Choose one of the list.")
    return int(text)


def way_of(text: str) -> Channel | None:
    """Return the way whose address is typed; None for another one."""
    found: Mapping[str, Channel] = {way.value: way for way in OWN_WAYS}
    return found.get(text)
