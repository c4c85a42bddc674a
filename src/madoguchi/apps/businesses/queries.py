"""Reads of the business registry: one business, its history, places, facts, the changes feed, cases to review."""

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from madoguchi.apps.businesses import feed
from madoguchi.apps.businesses.contracts import (
    Attribute,
    BusinessView,
    Change,
    EstablishmentView,
    FactView,
    Method,
    StatementView,
)
from madoguchi.apps.businesses.models import (
    AccountLink,
    Business,
    ChangeEntry,
    Establishment,
    Fact,
    LinkCase,
    Statement,
)
from madoguchi.apps.businesses.searching import Filters, search
from madoguchi.apps.businesses.views_of import change_of, establishment_view_of, statement_view_of, view_of
from madoguchi.core.permissions import Actor, Permission
from madoguchi.engines.identifiers import IdentifierError, corporate_number

MAX_CHANGES = 1_000
MAX_CASES = 200
_COLUMN_OF = {
    Attribute.NUMBER: "corporate_number",
    Attribute.NAME: "name",
    Attribute.KANA: "kana",
    Attribute.NAME_EN: "name_en",
    Attribute.POSTAL_CODE: "postal_code",
    Attribute.KIND: "kind",
    Attribute.STATUS: "status",
}


def get(number: str) -> BusinessView | None:
    """Return the corporation with this number, None when there is none; also one that search does not list."""
    try:
        row = Business.objects.filter(corporate_number=corporate_number(number)).first()
    except IdentifierError:
        return None
    return view_of(row) if row else None


def get_by_id(business_id: str) -> BusinessView | None:
    """Return the business with this id, None when there is none."""
    try:
        row = Business.objects.filter(pk=uuid.UUID(business_id)).first()
    except ValueError:
        return None
    return view_of(row) if row else None


def business_of_account(account_id: str) -> BusinessView | None:
    """Return the business that an account acts for, None when it is linked to none."""
    link = AccountLink.objects.select_related("business").filter(pk=account_id).first()
    return view_of(link.business) if link else None


def history(number: str) -> list[StatementView]:
    """Return what the source published about a number, newest first; equal states of several days once."""
    rows = Statement.objects.filter(corporate_number=number).order_by("-published_on", "-changed_on", "digest")
    return [statement_view_of(row) for row in rows]


def establishments(business_id: str) -> list[EstablishmentView]:
    """Return the other places of business that are known."""
    return [establishment_view_of(row) for row in Establishment.objects.filter(business_id=business_id)]


def changes(*, since: int, limit: int) -> list[Change]:
    """Return entries of the changes feed after a sequence, oldest first."""
    rows = ChangeEntry.objects.filter(sequence__gt=since).order_by("sequence")[: min(limit, MAX_CHANGES)]
    return [change_of(row) for row in rows]


def facts_of(business_id: str, attributes: Iterable[str]) -> tuple[FactView, ...]:
    """Return what is known of these attributes. Only the consents room may call this for another organisation.

    Several sources give several facts; an attribute nobody knows gives none. Unknown attributes raise ValueError.
    """
    wanted = [Attribute(name) for name in attributes]
    row = Business.objects.filter(pk=business_id).first()
    if row is None:
        return ()
    found = [fact for attribute in wanted for fact in _own_facts(row, attribute)]
    stored = Fact.objects.filter(business=row, attribute__in=wanted, superseded_at=None).order_by("attribute", "source")
    return (*found, *map(_fact_view, stored))


def _own_facts(row: Business, attribute: Attribute) -> Iterable[FactView]:
    value: Any = None
    if attribute is Attribute.ADDRESS:
        value = f"{row.prefecture}{row.city}{row.street}" or row.outside
    elif attribute in _COLUMN_OF:
        value = getattr(row, _COLUMN_OF[attribute])
    if value:
        by_registry = row.corporate_number is not None
        method = Method.REGISTRY if by_registry else Method.CREDENTIAL
        yield FactView(attribute.value, value, row.source, row.as_of, True, method.value)


def _fact_view(fact: Fact) -> FactView:
    verified = fact.method in (Method.REGISTRY, Method.CREDENTIAL)
    return FactView(fact.attribute, fact.value, fact.source, fact.as_of, verified, fact.method)


def waiting_cases(actor: Actor) -> list[LinkCase]:
    """Return the cases that wait for a decision in the actor's organisations, oldest first."""
    allowed = actor.organisations(Permission.REVIEW_BUSINESSES)
    rows = LinkCase.objects.filter(organisation__in=allowed, state=LinkCase.State.WAITING)
    return list(rows.select_related("organisation")[:MAX_CASES])


def businesses_by_id(ids: Sequence[str]) -> dict[str, BusinessView]:
    """Return businesses by their ids."""
    return {str(row.pk): view_of(row) for row in Business.objects.filter(pk__in=ids)}


latest_sequence = feed.latest_sequence

__all__ = [
    "Filters",
    "business_of_account",
    "businesses_by_id",
    "changes",
    "establishments",
    "facts_of",
    "get",
    "get_by_id",
    "history",
    "latest_sequence",
    "search",
    "waiting_cases",
]
