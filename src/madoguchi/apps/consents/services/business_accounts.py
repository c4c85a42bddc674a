"""What is kept about an account that acts for a business: handed out whole, and erased with the account.

It asks three rooms, since none of them knows the others: accounts, businesses, and this one. What the register publishes
about a corporation is no personal data and stays; what is kept of a sole proprietor is.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.businesses import api as businesses
from madoguchi.apps.consents import personal
from madoguchi.core import audit
from madoguchi.core.permissions import Actor


@dataclass(frozen=True, slots=True)
class Erased:
    """What stays after an erasure, each entry with its reason."""

    kept: tuple[str, ...]


def export(account_id: str) -> dict[str, Any]:
    """Return what is kept about the account, the business it acts for, and that business's consents and accesses."""
    business = businesses.business_of_account(account_id)
    found = {
        "account": accounts.account_data(account_id),
        "businesses": businesses.export_account(account_id),
        "consents": personal.export(business.id) if business else {},
    }
    return {room: part for room, part in found.items() if part}


@transaction.atomic
def erase(actor: Actor, account_id: str, *, now: datetime) -> Erased:
    """End the account; with a sole proprietor for whom nobody else acts, also the record, consents and written words.

    Repeating changes nothing. The audit row is in the same transaction.
    """
    business = businesses.business_of_account(account_id)
    kept = list(businesses.erase_account(account_id, now).kept)
    if business is not None and businesses.get_by_id(business.id) is None:
        kept += personal.erase(business.id, now).kept
    kept += accounts.erase_account(account_id, now=now)
    audit.record(
        actor=actor,
        organisation_id="",
        action="business-account.erase",
        object_kind="user",
        object_id=account_id,
        detail={"kept": len(kept)},
    )
    return Erased(tuple(kept))
