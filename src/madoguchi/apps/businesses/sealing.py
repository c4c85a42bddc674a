"""What the room knows of people, to sealed bytes and back: sole proprietors, their facts, records of other systems.

A value is bound to its row. Rows of corporations stay clear: the register publishes them, and search needs them.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from madoguchi.apps.businesses.models import Business, Fact, LinkCase, SoleProprietor
from madoguchi.core import sealed_rows


@dataclass(frozen=True, slots=True)
class ProprietorRecord:
    """What is known of a sole proprietor. `town` is the official town of the address, empty when it was not recognised."""

    name: str = ""
    kana: str = ""
    prefecture: str = ""
    street: str = ""
    postal_code: str = ""
    town: str = ""


def _bytes(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def _context(row: SoleProprietor | Fact | LinkCase) -> str:
    """Return what a sealed value is bound to: its table and row, for a fact also the attribute."""
    if isinstance(row, SoleProprietor):
        return f"businesses.proprietor:{row.pk}"
    if isinstance(row, Fact):
        return f"businesses.fact:{row.pk}:{row.attribute}"
    return f"businesses.link-case:{row.pk}"


def _open(row: SoleProprietor | Fact | LinkCase) -> Any:
    return json.loads(sealed_rows.plain_of(row, context=_context(row)))


def _put(row: SoleProprietor | Fact | LinkCase, value: Any) -> None:
    sealed_rows.put(row, _bytes(value), context=_context(row))


def proprietor_of(business: Business) -> ProprietorRecord:
    """Return the record of a sole proprietor, empty when there is none; raise `vault.VaultError` when it does not open."""
    row = getattr(business, "proprietor", None)  # absent: Django raises an AttributeError
    return ProprietorRecord(**_open(row)) if row is not None else ProprietorRecord()


def put_proprietor(business: Business, record: ProprietorRecord) -> None:
    """Keep the record of a sole proprietor, whose business is saved, in the caller's transaction."""
    row = SoleProprietor.objects.filter(pk=business.pk).first() or SoleProprietor(business=business)
    _put(row, asdict(record))
    row.save()
    business.proprietor = row


def value_of(fact: Fact) -> Any:
    """Return the value of a fact, clear or sealed; raise `vault.VaultError` when it does not open."""
    return fact.value if fact.sealed is None else _open(fact)


def put_value(fact: Fact, value: Any, *, sealed: bool) -> None:
    """Set the value of a fact that is not saved yet; `sealed` for facts of people."""
    if sealed:
        _put(fact, value)
    else:
        fact.value = value


def content_of(case: LinkCase) -> dict[str, str]:
    """Return the record of a case as it was given; raise `vault.VaultError` when it does not open."""
    content: dict[str, str] = _open(case)
    return content


def put_content(case: LinkCase, content: Mapping[str, str]) -> None:
    """Seal the record of a case that the caller saves."""
    _put(case, dict(content))


STORES = (
    sealed_rows.store("businesses.proprietor", SoleProprietor.objects, _context),
    sealed_rows.store("businesses.fact", Fact.objects, _context),
    sealed_rows.store("businesses.link-case", LinkCase.objects, _context),
)
