"""Writes of the people room. Each one checks, locks the person or household, changes, records and publishes.

Every write runs in one transaction and gives the same result when it is sent again.
"""

from madoguchi.apps.people.services.facts import declare, record_verified
from madoguchi.apps.people.services.households import cancel_event, form_household, record_event
from madoguchi.apps.people.services.persons import (
    create_person,
    find,
    protect,
    unprotect,
)
from madoguchi.apps.people.services.sign_in import on_resident_signed_in

__all__ = [
    "cancel_event",
    "create_person",
    "declare",
    "find",
    "form_household",
    "on_resident_signed_in",
    "protect",
    "record_event",
    "record_verified",
    "unprotect",
]
