"""Values of facts to sealed bytes and back. A value is bound to its row and attribute."""

import json
from collections.abc import Callable
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from madoguchi.apps.people.contracts import FactValue
from madoguchi.apps.people.models import Fact
from madoguchi.core import vault
from madoguchi.engines.eligibility import Band


def encode(value: FactValue | None) -> bytes:
    """Return a value as canonical bytes that carry its type."""
    return json.dumps(_tagged(value), ensure_ascii=False, separators=(",", ":")).encode()


def _tagged(value: FactValue | None) -> list[Any]:
    if isinstance(value, date):
        return ["date", value.isoformat()]
    if isinstance(value, Band):
        return ["band", value.low, value.high]
    if isinstance(value, frozenset):
        return ["set", *sorted(value)]
    if isinstance(value, bool | int | str) or value is None:
        return ["plain", value]
    return ["doses", dict(value)]


def decode(data: bytes) -> FactValue | None:
    """Return the value of bytes made by `encode`."""
    tag, *rest = json.loads(data)
    made: FactValue | None = _DECODERS[tag](rest)
    return made


_DECODERS: dict[str, Callable[[list[Any]], Any]] = {
    "date": lambda rest: date.fromisoformat(rest[0]),
    "band": lambda rest: Band(*rest),
    "set": frozenset,
    "plain": lambda rest: rest[0],
    "doses": lambda rest: rest[0],
}


class Sealed(Protocol):
    """What opening a value needs."""

    @property
    def pk(self) -> UUID: ...
    @property
    def attribute(self) -> str: ...
    @property
    def sealed(self) -> bytes | memoryview: ...


def context_of(fact: Sealed) -> str:
    """Return what the sealed value of a fact is bound to: its row and attribute."""
    return f"people.fact:{fact.pk}:{fact.attribute}"


def put(fact: Fact, value: FactValue | None, sealer: vault.Sealer) -> None:
    """Seal a value into a fact that is not saved yet."""
    fact.sealed = sealer.seal(encode(value), context=context_of(fact))
    fact.key_id = sealer.key.id


def value_of(fact: Sealed) -> FactValue | None:
    """Return the value of a fact; raise `vault.VaultError` when it does not open."""
    return decode(vault.open_sealed(bytes(fact.sealed), context=context_of(fact)))
