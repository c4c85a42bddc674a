"""What an account chose: language, quiet hours, ways, and the offers it does not want; unsubscribing in one step.

A token of unsubscribing needs no sign-in and is used from a letter: it names an account's random id and a topic, nothing
else, and does one thing only.
"""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core import signing
from django.db import transaction

from madoguchi.apps.notifications.contracts import Channel, Lane
from madoguchi.apps.notifications.errors import Refusal, Refused
from madoguchi.apps.notifications.models import Preference, Suppression
from madoguchi.apps.notifications.quiet import QUIET_FROM, QUIET_TO
from madoguchi.apps.notifications.templates import LANGUAGES
from madoguchi.apps.notifications.ways import ALL_OFFERS

_SIGNER = signing.Signer(salt="madoguchi.notifications.unsubscribe", sep=".")


@dataclass(frozen=True, slots=True)
class Preferences:
    """The choices of an account. Hours are those of Tokyo, 0–23; the same hour twice means no quiet hours."""

    language: str = "ja"
    quiet_from: int = QUIET_FROM
    quiet_to: int = QUIET_TO
    quiet_personal: bool = True
    """Whether messages about her own matters wait for the morning as well."""
    off: dict[Lane, tuple[Channel, ...]] = field(default_factory=dict)
    """Ways that are not to be used, by lane."""


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """What a token ends: offers of a topic, or of all topics when it is empty."""

    account_id: str
    topic: str


def preferences(account_id: str) -> Preferences:
    """Return the choices of an account, the defaults when it made none."""
    row = Preference.objects.filter(pk=str(account_id)).first()
    if row is None:
        return Preferences()
    off = {Lane[name.upper()]: tuple(map(Channel, channels)) for name, channels in row.off.items()}
    return Preferences(row.language, row.quiet_from, row.quiet_to, row.quiet_personal, off)


def set_preferences(account_id: str, chosen: Preferences, *, now: datetime) -> None:
    """Keep the choices of an account; they hold for what waits, too. Raise `Refused` (CHOICE)."""
    hours = (chosen.quiet_from, chosen.quiet_to)
    if chosen.language not in LANGUAGES or any(not 0 <= hour <= 23 for hour in hours):
        raise Refused(Refusal.CHOICE, "There is no such language or hour. Choose one of the list.")
    if chosen.off.get(Lane.DISASTER):
        raise Refused(Refusal.CHOICE, "Messages about disasters use every way. Remove an address to keep it out.")
    values: dict[str, Any] = {
        "language": chosen.language,
        "quiet_from": chosen.quiet_from,
        "quiet_to": chosen.quiet_to,
        "quiet_personal": chosen.quiet_personal,
        "off": {lane.name.lower(): [channel.value for channel in channels] for lane, channels in chosen.off.items()},
        "changed_at": now,
    }
    Preference.objects.update_or_create(pk=str(account_id), defaults=values)


def suppress(account_id: str, topic: str = ALL_OFFERS, *, now: datetime) -> None:
    """Send an account no offers of a topic any more, or (no topic) none at all; what waits does not go out either."""
    Suppression.objects.get_or_create(account_id=str(account_id), topic=topic, defaults={"since": now})


def unsuppress(account_id: str, topic: str = ALL_OFFERS) -> None:
    """Send an account such offers again."""
    Suppression.objects.filter(account_id=str(account_id), topic=topic).delete()


def suppressed(account_id: str) -> frozenset[str]:
    """Return the topics that an account does not want; the empty one stands for all offers."""
    return frozenset(Suppression.objects.filter(account_id=str(account_id)).values_list("topic", flat=True))


def unsubscribe_token(account_id: str, topic: str) -> str:
    """Return a token that ends offers of a topic (empty: all) for an account. It does not run out."""
    return _SIGNER.sign_object([str(account_id), topic], compress=False)


def unsubscription(token: str) -> Unsubscription | None:
    """Return what a token would end, None when nobody here made it. Changes nothing: for the page that asks."""
    try:
        account_id, topic = _SIGNER.unsign_object(token)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return Unsubscription(str(account_id), str(topic))


@transaction.atomic
def unsubscribe(token: str, *, now: datetime) -> Unsubscription | None:
    """End what a token names (RFC 8058: one POST, no sign-in); again is the same. None when nobody here made it."""
    found = unsubscription(token)
    if found is not None:
        suppress(found.account_id, found.topic, now=now)
    return found
