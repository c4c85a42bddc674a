"""Addresses of accounts: added, proven by a six-digit code that goes out on their own way, removed, ended by a bounce.

A browser's push subscription needs no code: it is made in the browser that is signed in. Codes are few (per account and per
address) and each can be tried a few times only, so that nobody guesses one and nobody is flooded with them.
"""

import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.crypto import salted_hmac

from madoguchi.apps.notifications import address_forms, contracts, pack, sealing, sending, templates, ways
from madoguchi.apps.notifications.channels.base import sender_for
from madoguchi.apps.notifications.contracts import AddressView, Channel, Lane
from madoguchi.apps.notifications.errors import Refusal, Refused
from madoguchi.apps.notifications.models import Address, Message, id_at
from madoguchi.core import events, limits, vault

CODE_LIVES = timedelta(minutes=10)
MOST_TRIES = 5
CODES_PER_MINUTE = 2
CODES_PER_HOUR = 6
CODES_PER_ADDRESS_AND_HOUR = 3
MOST_ADDRESSES = 20


def addresses_of(account_id: str) -> list[AddressView]:
    """Return the addresses of an account, those in use first; removed ones are left out."""
    rows = Address.objects.filter(account_id=str(account_id)).exclude(sealed=None).order_by("created_at", "pk")
    return sorted(map(_view, rows), key=lambda view: view.ended)


def add_address(account_id: str, channel: Channel, value: str, *, now: datetime) -> AddressView:
    """Add an address and send its code; again for one that waits for its code: a new one. Raise `Refused`."""
    tidied = address_forms.tidy(channel, value)
    if sender_for(channel) is None:
        raise Refused(Refusal.WAY_OFF, f"This installation does not send by {channel.value}. Choose another way.")
    with transaction.atomic():
        row = _found_or_new(str(account_id), channel, tidied, now)
        if row.verified_at is None:
            _send_code(row, now)
        return _view(row)


@transaction.atomic
def send_new_code(account_id: str, address_id: str, *, now: datetime) -> AddressView:
    """Send another code to an address that waits for one; raise `Refused`. A proven one stays as it is."""
    row = _held(str(account_id), address_id)
    if row is None:
        raise Refused(Refusal.UNKNOWN, "There is no such address. Add it first.")
    if row.verified_at is None:
        _send_code(row, now)
    return _view(row)


def find(account_id: str, channel: Channel, value: str) -> AddressView | None:
    """Return the address of an account that is this one and in use; None otherwise. Raise `Refused` (FORM)."""
    prints = sealing.prints_of(channel, address_forms.tidy(channel, value))
    mine = Address.objects.filter(account_id=str(account_id), channel=channel, ended_at=None)
    row = mine.filter(fingerprint__in=prints).first()
    return _view(row) if row else None


@transaction.atomic
def add_proven(account_id: str, channel: Channel, value: str, *, now: datetime) -> AddressView:
    """Add an address that proved itself on its own way: its holder sent the account's code from it."""
    row = _found_or_new(str(account_id), channel, address_forms.tidy(channel, value), now)
    if row.verified_at is None:
        row.verified_at, row.code_hash, row.code_expires_at = now, "", None
        row.save(update_fields=["verified_at", "code_hash", "code_expires_at"])
    return _view(row)


@transaction.atomic
def end_everywhere(channel: Channel, value: str, reason: str, *, now: datetime) -> int:
    """End an address wherever it is used, because its way says that it is over; return how many accounts used it."""
    prints = sealing.prints_of(channel, address_forms.tidy(channel, value))
    rows = Address.objects.filter(channel=channel, fingerprint__in=prints, ended_at=None)
    found = list(rows.values_list("pk", flat=True))
    end(found, reason, now)
    return len(found)


def _found_or_new(account_id: str, channel: Channel, value: str, now: datetime) -> Address:
    mine = Address.objects.filter(account_id=account_id, ended_at=None)
    known = mine.filter(channel=channel, fingerprint__in=sealing.prints_of(channel, value))
    if (row := known.select_for_update().first()) is not None:
        return row
    if mine.count() >= MOST_ADDRESSES:
        raise Refused(
            Refusal.TOO_MANY_ADDRESSES, f"An account has at most {MOST_ADDRESSES} addresses. Remove one first."
        )
    row = Address(account_id=account_id, channel=channel, created_at=now)
    row.verified_at = now if channel == Channel.WEB_PUSH else None
    sealing.put_address(row, value, vault.sealer())
    row.save(force_insert=True)
    return row


def _send_code(row: Address, now: datetime) -> None:
    """Send a code to the address itself; it is in no inbox and ignores quiet hours, as its person is waiting for it."""
    _refuse_too_many(row, now)
    code = f"{secrets.randbelow(1_000_000):06d}"
    row.code_hash, row.code_expires_at = _hash(row, code), now + CODE_LIVES
    row.code_tries, row.code_sent_at = 0, now
    row.save(update_fields=["code_hash", "code_expires_at", "code_tries", "code_sent_at"])
    pack.save(templates.BUILT_IN_CONTENT, now)
    version = templates.newest([templates.CODE_TEMPLATE])[templates.CODE_TEMPLATE].version_id
    key = id_at(now)
    sealer = vault.sealer()
    Message.objects.create(
        id=key,
        account_id=row.account_id,
        notice_key=f"{templates.CODE_SOURCE}:{key}",
        version_id=version,
        lane=Lane.PERSONAL,
        source=templates.CODE_SOURCE,
        sealed=sealer.seal(sealing.packed({"code": code}), context=sealing.values_context(key)),
        key_id=sealer.key.id,
        created_at=now,
        not_before=now,
        expires_at=now + CODE_LIVES,
    )
    way = ways.Way(Channel(row.channel), (row.pk,))
    sending.write_deliveries(list(sending.delivery_rows(key, Lane.PERSONAL, [way], now)))


def _refuse_too_many(row: Address, now: datetime) -> None:
    since = now - timedelta(hours=1)
    codes = Message.objects.filter(account_id=row.account_id, source=templates.CODE_SOURCE, created_at__gt=since)
    prints = sealing.prints_of(Channel(row.channel), sealing.address_of(row))
    same = Address.objects.filter(fingerprint__in=prints, code_sent_at__gt=since).values_list("account_id", flat=True)
    to_address = Message.objects.filter(
        account_id__in=list(same),
        source=templates.CODE_SOURCE,
        created_at__gt=since,
        deliveries__address__fingerprint__in=prints,
    )
    minute = limits.count(f"notifications.code:{row.account_id}", limit_per_minute=CODES_PER_MINUTE, now=now)
    if not minute.allowed or codes.count() >= CODES_PER_HOUR or to_address.count() >= CODES_PER_ADDRESS_AND_HOUR:
        raise Refused(Refusal.TOO_MANY_CODES, "Too many codes were asked for. Wait an hour, then ask for a new one.")


def verify_address(account_id: str, address_id: str, code: str, *, now: datetime) -> AddressView:
    """Prove an address by its code; raise `Refused` (UNKNOWN, CODE_OVER, WRONG_CODE). Again for a proven one: the same."""
    refusal, row = _verified(str(account_id), address_id, code.strip(), now)
    if refusal == Refusal.WRONG_CODE:
        raise Refused(refusal, "The code is another one. Look at the newest message and enter it again.")
    if refusal == Refusal.CODE_OVER:
        raise Refused(refusal, "The code ran out or was tried too often. Ask for a new one.")
    if row is None:
        raise Refused(Refusal.UNKNOWN, "There is no such address. Add it first.")
    return _view(row)


@transaction.atomic
def _verified(account_id: str, address_id: str, code: str, now: datetime) -> tuple[Refusal | None, Address | None]:
    """Look at a code; a wrong try is counted for good, so the refusal is returned and raised outside."""
    row = _held(account_id, address_id)
    if row is None or row.verified_at is not None:
        return None, row
    if row.code_expires_at is None or now >= row.code_expires_at or row.code_tries >= MOST_TRIES:
        return Refusal.CODE_OVER, row
    if not hmac.compare_digest(row.code_hash, _hash(row, code)):
        row.code_tries += 1
        row.save(update_fields=["code_tries"])
        return Refusal.WRONG_CODE, row
    row.verified_at, row.code_hash, row.code_expires_at = now, "", None
    row.save(update_fields=["verified_at", "code_hash", "code_expires_at"])
    return None, row


@transaction.atomic
def remove_address(account_id: str, address_id: str, *, now: datetime) -> bool:
    """Remove an address and its value; false when the account has none of that id. What waits for it takes other ways."""
    row = _held(str(account_id), address_id)
    if row is None:
        return False
    end([row.pk], "removed", now)
    Address.objects.filter(pk=row.pk).update(sealed=None, key=None)
    return True


def end(address_ids: Sequence[UUID], reason: str, now: datetime) -> None:
    """End addresses in the caller's transaction and tell other rooms of each that was in use."""
    held = Address.objects.select_for_update().filter(pk__in=list(address_ids), ended_at=None).order_by("pk")
    for row in held:
        row.ended_at, row.reason = now, reason
        row.save(update_fields=["ended_at", "reason"])
        events.publish(contracts.AddressEnded(row.account_id, row.channel, reason))


def _held(account_id: str, address_id: str) -> Address | None:
    try:
        key = UUID(str(address_id))
    except ValueError:
        return None
    return Address.objects.select_for_update().filter(account_id=account_id, pk=key, ended_at=None).first()


def _hash(row: Address, code: str) -> str:
    return salted_hmac("madoguchi.notifications.code", f"{row.pk}:{code}", algorithm="sha256").hexdigest()


def _view(row: Address) -> AddressView:
    channel = Channel(row.channel)
    shown = address_forms.masked(channel, sealing.address_of(row)) if row.sealed is not None else ""
    return AddressView(str(row.pk), channel, shown, row.verified_at is not None, row.ended_at is not None, row.reason)
