"""The door of the people room for other rooms.

`facts_of` and `eligibility_household` may only be called by this room and by consents, which records who looked and why.
"""

from madoguchi.apps.people.contracts import (
    Assurance,
    EventKind,
    FactView,
    Happening,
    HouseholdView,
    MemberView,
    Method,
    PersonRef,
    Provenance,
    Role,
    Sight,
    Subject,
    SubjectKind,
)
from madoguchi.apps.people.eligibility import eligibility_household
from madoguchi.apps.people.errors import Refusal, Refused
from madoguchi.apps.people.queries import facts_of, household_of, name_of, person, person_of_account
from madoguchi.apps.people.relations import children_of
from madoguchi.apps.people.services import (
    cancel_event,
    create_person,
    declare,
    find,
    form_household,
    protect,
    record_event,
    record_verified,
    unprotect,
)
from madoguchi.apps.people.services.households import move_household
from madoguchi.apps.people.services.sign_in import on_resident_signed_in
from madoguchi.apps.people.words import attribute_names

__all__ = [
    "Assurance",
    "EventKind",
    "FactView",
    "Happening",
    "HouseholdView",
    "MemberView",
    "Method",
    "PersonRef",
    "Provenance",
    "Refusal",
    "Refused",
    "Role",
    "Sight",
    "Subject",
    "SubjectKind",
    "attribute_names",
    "cancel_event",
    "children_of",
    "create_person",
    "declare",
    "eligibility_household",
    "facts_of",
    "find",
    "form_household",
    "household_of",
    "move_household",
    "name_of",
    "on_resident_signed_in",
    "person",
    "person_of_account",
    "protect",
    "record_event",
    "record_verified",
    "unprotect",
]
