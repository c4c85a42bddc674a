"""Reads of the business registry: one business, its history, places, facts, the changes feed, cases to review."""

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence

from madoguchi.apps.businesses import feed
from madoguchi.apps.businesses.contracts import (
    Attribute,
    BusinessView,
    Change,
    EstablishmentView,
    FactView,
    Method,
    NotLinked,
    StatementView,
    UnlinkedView,
)
from madoguchi.apps.businesses.models import (
    AccountLink,
    Business,
    ChangeEntry,
    Establishment,
    Fact,
    LinkCase,
    Statement,
    UnlinkedAccount,
)
from madoguchi.apps.businesses.searching import Filters, search
from madoguchi.apps.businesses.views_of import (
    change_of,
    establishment_view_of,
    fact_view_of,
    statement_view_of,
    view_of,
)
from madoguchi.core.permissions import Actor, Permission
from madoguchi.engines.identifiers import IdentifierError, corporate_number

MAX_CHANGES = 1_000
MAX_CASES = 200
_VALUE_OF: Mapping[Attribute, Callable[[BusinessView], object]] = {
    Attribute.NUMBER: lambda view: view.corporate_number,
    Attribute.NAME: lambda view: view.name,
    Attribute.KANA: lambda view: view.kana,
    Attribute.NAME_EN: lambda view: view.name_en,
    Attribute.ADDRESS: lambda view: view.address,
    Attribute.POSTAL_CODE: lambda view: view.address.postal_code,
    Attribute.KIND: lambda view: view.kind,
    Attribute.STATUS: lambda view: view.status.value,
}
"""Facts that the record of the business itself tells."""


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
    link = AccountLink.objects.select_related("business__proprietor").filter(pk=account_id).first()
    return view_of(link.business) if link else None


def accounts_of(business_id: str) -> tuple[str, ...]:
    """Return the accounts that act for a business."""
    try:
        found = AccountLink.objects.filter(business_id=uuid.UUID(business_id)).order_by("linked_at", "account_id")
    except ValueError:
        return ()
    return tuple(found.values_list("account_id", flat=True))


def unlinked(account_id: str) -> UnlinkedView | None:
    """Return why an account acts for no business, None when it acts for one or never signed in for one."""
    row = UnlinkedAccount.objects.filter(pk=account_id).first()
    return UnlinkedView(NotLinked(row.reason), row.corporate_number, row.at) if row else None


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
    view = view_of(row)
    found = [fact for attribute in wanted for fact in _own_facts(view, attribute)]
    return (*found, *_stored_facts(row.pk, wanted))


def added_facts(business_id: str) -> tuple[FactView, ...]:
    """Return the facts that sources besides the register told; for the business's own page only."""
    return _stored_facts(uuid.UUID(business_id), list(Attribute))


def _stored_facts(business_id: uuid.UUID, wanted: Sequence[Attribute]) -> tuple[FactView, ...]:
    rows = Fact.objects.filter(business_id=business_id, attribute__in=wanted, superseded_at=None)
    return tuple(fact_view_of(row) for row in rows.order_by("attribute", "source"))


def _own_facts(view: BusinessView, attribute: Attribute) -> Iterable[FactView]:
    value = str(_VALUE_OF[attribute](view) or "") if attribute in _VALUE_OF else ""
    if value:
        method = Method.REGISTRY if view.corporate_number is not None else Method.CREDENTIAL
        yield FactView(attribute.value, value, view.source, view.as_of, True, method.value)


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
    "added_facts",
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
    "unlinked",
    "waiting_cases",
]
