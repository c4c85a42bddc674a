"""What somebody does about her own ways and choices on the pages: each change in one transaction with its audit row.

The audit row says which way, never an address. Refusals are those of the room (`Refused`).
"""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from django.db import transaction

from madoguchi.apps.notifications import addresses, choices
from madoguchi.apps.notifications.contracts import AddressView, Channel
from madoguchi.apps.notifications.errors import Refused
from madoguchi.core import audit
from madoguchi.core.permissions import Actor


def _record(actor: Actor, action: str, object_id: str, detail: Mapping[str, object]) -> None:
    audit.record(
        actor=actor,
        organisation_id="",
        action=f"notifications.{action}",
        object_kind="account",
        object_id=object_id,
        detail=detail,
    )


@transaction.atomic
def add(actor: Actor, channel: Channel, value: str, *, now: datetime) -> AddressView:
    """Add an address, or ask for a new code of one that waits; a browser's subscription works at once."""
    known = {view.id for view in addresses.addresses_of(actor.id)}
    view = addresses.add_address(actor.id, channel, value, now=now)
    if view.id not in known:
        _record(actor, "address.add", actor.id, {"channel": channel.value, "address": view.id})
    return view


@transaction.atomic
def resend(actor: Actor, address_id: UUID, *, now: datetime) -> AddressView:
    """Send another code to an address that waits for one."""
    view = addresses.send_new_code(actor.id, str(address_id), now=now)
    _record(actor, "address.code", actor.id, {"channel": view.channel.value, "address": view.id})
    return view


def verify(actor: Actor, address_id: UUID, code: str, *, now: datetime) -> AddressView:
    """Prove an address by its code. A wrong try is kept, so its refusal is raised after the commit."""
    with transaction.atomic():
        try:
            view = addresses.verify_address(actor.id, str(address_id), code, now=now)
        except Refused as error:
            refused = error
        else:
            _record(actor, "address.verify", actor.id, {"channel": view.channel.value, "address": view.id})
            return view
    raise refused


@transaction.atomic
def remove(actor: Actor, address_id: UUID, *, now: datetime) -> bool:
    """Remove an address; false when the account has none of that id."""
    done = addresses.remove_address(actor.id, str(address_id), now=now)
    if done:
        _record(actor, "address.remove", actor.id, {"address": str(address_id)})
    return done


@transaction.atomic
def remove_browser(actor: Actor, subscription: str, *, now: datetime) -> bool:
    """Remove the address of a browser that ended its own subscription; false when it was not known."""
    found = addresses.find(actor.id, Channel.WEB_PUSH, subscription)
    return found is not None and remove(actor, UUID(found.id), now=now)


@transaction.atomic
def choose(actor: Actor, chosen: choices.Preferences, *, offers: bool, now: datetime) -> None:
    """Keep language, quiet hours and ways; `offers` tells whether programmes are to be told at all."""
    choices.set_preferences(actor.id, chosen, now=now)
    if offers:
        choices.unsuppress(actor.id)
    else:
        choices.suppress(actor.id, now=now)
    _record(actor, "choose", actor.id, {"language": chosen.language, "offers": offers})


@transaction.atomic
def resume(actor: Actor, topic: str) -> None:
    """Send offers of a topic again."""
    choices.unsuppress(actor.id, topic)
    _record(actor, "resume", actor.id, {"topic": topic})


@transaction.atomic
def unsubscribe(token: str, *, now: datetime) -> choices.Unsubscription | None:
    """End what a token names; None when nobody here made it. The row names the account that the token belongs to."""
    found = choices.unsubscription(token)
    new = found is not None and found.topic not in choices.suppressed(found.account_id)
    choices.unsubscribe(token, now=now)
    if found is not None and new:
        _record(Actor(found.account_id, ""), "unsubscribe", found.account_id, {"topic": found.topic})
    return found


@transaction.atomic
def connect_line(account_id: str, user_id: str, *, now: datetime) -> AddressView:
    """Connect a LINE user who sent the account's code to the LINE account: the message itself proves the address."""
    known = addresses.find(account_id, Channel.LINE, user_id)
    view = addresses.add_proven(account_id, Channel.LINE, user_id, now=now)
    if known is None or not known.verified:
        _record(Actor(account_id, ""), "address.add", account_id, {"channel": "line", "address": view.id})
    return view
