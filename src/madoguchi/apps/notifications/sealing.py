"""What the sealed columns of this room say, and what each is bound to."""

import json
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from madoguchi.apps.notifications.contracts import Channel
from madoguchi.apps.notifications.models import Address, Message
from madoguchi.core import sealed_rows, vault


def message_context(row: Message) -> str:
    """Return what the values of a message are bound to."""
    return values_context(row.pk)


def values_context(message_id: UUID) -> str:
    """The same, before there is a row."""
    return f"notifications.message:{message_id}"


def address_context(row: Address) -> str:
    """Return what an address is bound to."""
    return of_address(row.pk)


def of_address(address_id: UUID) -> str:
    """The same by its id."""
    return f"notifications.address:{address_id}"


def print_context(channel: str) -> str:
    """Return the context of fingerprints, by which the same address of a way is found."""
    return f"notifications.address:{channel}"


def packed(values: Mapping[str, Any]) -> bytes:
    """Return values as bytes."""
    return json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode()


def values_of(row: Message) -> dict[str, Any]:
    """Return the values of a message; raise `vault.VaultError` when they do not open."""
    if row.sealed is None:
        return {}
    found: dict[str, Any] = json.loads(sealed_rows.plain_of(row, context=message_context(row)))
    return found


def put_address(row: Address, value: str, sealer: vault.Sealer) -> None:
    """Seal a value into an address that the caller saves."""
    sealed_rows.put(row, value.encode(), context=address_context(row), sealer=sealer)
    row.fingerprint = sealer.fingerprint(value, context=print_context(row.channel)).hex()


def address_of(row: Address) -> str:
    """Return an address; raise `vault.VaultError` when it does not open."""
    return sealed_rows.plain_of(row, context=address_context(row)).decode()


def open_address(sealed: bytes, address_id: UUID) -> str:
    """The same of bare columns."""
    return vault.open_sealed(bytes(sealed), context=of_address(address_id)).decode()


def prints_of(channel: Channel, value: str) -> list[str]:
    """Return the fingerprints that an address may be kept under."""
    return [mark.hex() for mark in vault.fingerprints(value, context=print_context(channel))]
