"""The door of the business registry for other rooms.

`facts_of` is for the consents room, which checks the grant and writes the access log before it answers anybody.
"""

from madoguchi.apps.businesses.contracts import (
    Attribute,
    BusinessChanged,
    BusinessView,
    Change,
    ErasedAccount,
    FactView,
    SearchPage,
    Status,
)
from madoguchi.apps.businesses.queries import (
    Filters,
    accounts_of,
    business_of_account,
    changes,
    facts_of,
    get,
    get_by_id,
    latest_sequence,
    search,
)
from madoguchi.apps.businesses.services import erase_account, export_account, on_business_signed_in

__all__ = [
    "Attribute",
    "BusinessChanged",
    "BusinessView",
    "Change",
    "ErasedAccount",
    "FactView",
    "Filters",
    "SearchPage",
    "Status",
    "accounts_of",
    "business_of_account",
    "changes",
    "erase_account",
    "export_account",
    "facts_of",
    "get",
    "get_by_id",
    "latest_sequence",
    "on_business_signed_in",
    "search",
]
