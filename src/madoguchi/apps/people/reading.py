"""The one statement by which facts are read: on every disclosure, so it goes past the ORM (measured in benchmarks/facts.py).

It returns stored facts, still sealed; which of them holds on a day and who may see it is decided by `queries`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from madoguchi.core import statements

_COLUMNS = "f.id, f.attribute, f.sealed, f.source, f.source_record, f.method, f.valid_from, f.valid_to, f.obtained_at"
_OF_PERSON = (
    f"SELECT p.protected, {_COLUMNS} FROM people_person p LEFT JOIN people_fact f ON f.person_id = p.id{{more}}"  # noqa: S608 # only names of this module
    " WHERE p.id = %s AND p.erased_at IS NULL"
)
_OF_HOUSEHOLD = f"SELECT FALSE, {_COLUMNS} FROM people_fact f WHERE f.household_id = %s{{more}}"  # noqa: S608 # the same


@dataclass(frozen=True, slots=True)
class StoredFact:
    """One fact as it lies in the table."""

    pk: UUID
    attribute: str
    sealed: bytes
    source: str
    source_record: str
    method: str
    valid_from: date | None
    valid_to: date | None
    obtained_at: datetime


def of_person(
    person_id: UUID, wanted: Sequence[str] | None, known_at: datetime | None
) -> tuple[bool, list[StoredFact]] | None:
    """Return whether a person is protected, and her facts; None when there is no such person."""
    more, parameters = _more(wanted, known_at)
    rows = _rows(_OF_PERSON.format(more=more), [*parameters, _id(person_id)])
    return (bool(rows[0][0]), _facts(rows)) if rows else None


def of_household(household_id: UUID, wanted: Sequence[str] | None, known_at: datetime | None) -> list[StoredFact]:
    """Return the facts of a household."""
    more, parameters = _more(wanted, known_at)
    return _facts(_rows(_OF_HOUSEHOLD.format(more=more), [_id(household_id), *parameters]))


def _more(wanted: Sequence[str] | None, known_at: datetime | None) -> tuple[str, list[Any]]:
    """Return the conditions on facts: those in force now, or those told by a moment."""
    if known_at is None:
        text, parameters = " AND f.superseded_at IS NULL", []
    else:
        text, parameters = " AND f.obtained_at <= %s", [connection.ops.adapt_datetimefield_value(known_at)]
    if wanted is not None:
        text += f" AND f.attribute IN ({', '.join(['%s'] * len(wanted)) or 'NULL'})"
        parameters += wanted
    return text, parameters


def _id(value: UUID) -> Any:
    return value if connection.features.has_native_uuid_field else value.hex


def _rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    return statements.rows(statement, parameters)


def _facts(rows: list[tuple[Any, ...]]) -> list[StoredFact]:
    return [
        StoredFact(
            pk if isinstance(pk, UUID) else UUID(pk),
            attribute,
            bytes(sealed),
            source,
            record,
            method,
            _day(first),
            _day(end),
            _moment(at),
        )
        for _, pk, attribute, sealed, source, record, method, first, end, at in rows
        if pk is not None
    ]


def _day(value: Any) -> date | None:
    """Return a day, also where the database gives it as text."""
    return date.fromisoformat(value) if isinstance(value, str) else value


def _moment(value: Any) -> datetime:
    """Return a moment; SQLite gives it without its zone, which is UTC."""
    moment: datetime = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
