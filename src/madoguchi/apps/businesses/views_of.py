"""Rows as frozen values: what leaves the room."""

from madoguchi.apps.businesses.contracts import (
    AddressView,
    BusinessView,
    Change,
    ChangeKind,
    EstablishmentView,
    FactView,
    Method,
    StatementView,
    Status,
)
from madoguchi.apps.businesses.models import Business, ChangeEntry, Establishment, Fact, Statement
from madoguchi.apps.businesses.register.rows import restore
from madoguchi.apps.businesses.sealing import ProprietorRecord, proprietor_of, value_of


def view_of(row: Business) -> BusinessView:
    """Return a business as a value; a sole proprietor's record is opened for it."""
    person = proprietor_of(row) if row.corporate_number is None else None
    return BusinessView(
        id=str(row.pk),
        corporate_number=row.corporate_number,
        name=person.name if person else row.name,
        name_has_image=row.name_has_image,
        kana=person.kana if person else row.kana,
        name_en=row.name_en,
        kind=row.kind,
        status=Status(row.status),
        closed_on=row.closed_on,
        close_cause=row.close_cause,
        successor_number=row.successor_number,
        address=_address(row, person),
        withheld=row.withheld,
        assigned_on=row.assigned_on,
        changed_on=row.changed_on,
        source=row.source,
        as_of=row.as_of,
        is_latest=row.is_latest,
        sequence=row.sequence,
    )


def _address(row: Business, person: ProprietorRecord | None) -> AddressView:
    shown = person or row
    return AddressView(
        prefecture=shown.prefecture,
        city=row.city,
        street=shown.street,
        postal_code=shown.postal_code,
        city_code=row.city_code,
        town=shown.town,
        outside=row.outside,
    )


def fact_view_of(fact: Fact) -> FactView:
    """Return a stored fact as a value."""
    verified = fact.method in (Method.REGISTRY, Method.CREDENTIAL)
    return FactView(fact.attribute, value_of(fact), fact.source, fact.as_of, verified, fact.method)


def statement_view_of(statement: Statement) -> StatementView:
    """Return a published statement as a value."""
    row = restore(statement.content)
    address = "".join(row[name] for name in ("prefectureName", "cityName", "streetNumber")) or row["addressOutside"]
    return StatementView(
        published_on=statement.published_on,
        changed_on=statement.changed_on,
        process=row["process"],
        correction=row["correct"] == "1",
        name=row["name"],
        address=address,
        cause=row["changeCause"],
    )


def establishment_view_of(row: Establishment) -> EstablishmentView:
    """Return a place of business as a value."""
    return EstablishmentView(row.pk, row.name, row.address, row.city_code, row.town, row.source, row.as_of)


def change_of(row: ChangeEntry) -> Change:
    """Return an entry of the changes feed as a value."""
    return Change(row.sequence, str(row.business_id), row.corporate_number, ChangeKind(row.kind), row.at)
