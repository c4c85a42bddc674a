"""Values of facts to sealed bytes and back, and how they are sealed anew when keys change.

A value is bound to its row. Fingerprints of name and birth date are made anew from the facts, since no hash can be
turned into another.
"""

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from django.db import transaction
from django.db.models import Count
from django.db.models.manager import Manager

from madoguchi.apps.people.contracts import FactValue
from madoguchi.apps.people.models import Fact, PersonIndex
from madoguchi.core import vault
from madoguchi.engines.eligibility import Band

INDEX_CONTEXT = "people.person:name-and-birth"


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


def _counts(rows: "Manager[Any]") -> dict[int, int]:
    return dict(rows.order_by().values_list("key_id").annotate(Count("key_id")))


@transaction.atomic
def _reseal(most: int) -> int:
    sealer = vault.sealer()
    rows = list(Fact.objects.select_for_update(of=("self",)).exclude(key_id=sealer.key.id).order_by("pk")[:most])
    for fact in rows:
        plain = vault.open_sealed(bytes(fact.sealed), context=context_of(fact))
        fact.sealed, fact.key_id = sealer.seal(plain, context=context_of(fact)), sealer.key.id
    Fact.objects.bulk_update(rows, ["sealed", "key"])
    return len(rows)


@transaction.atomic
def _reindex(most: int) -> int:
    from madoguchi.apps.people import index

    active = vault.sealer().key.id
    rows: Sequence[PersonIndex] = list(
        PersonIndex.objects.select_for_update().exclude(key_id=active).order_by("pk")[:most]
    )
    for row in rows:
        index.refresh(str(row.person_id))
    return len(rows)


STORE = vault.Store("people.fact", lambda: _counts(Fact.objects), _reseal)
INDEX_STORE = vault.Store("people.index", lambda: _counts(PersonIndex.objects), _reindex)
