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
    Newborn,
    Paper,
    PersonRef,
    Provenance,
    ResidenceView,
    Role,
    Sight,
    Subject,
    SubjectKind,
)
from madoguchi.apps.people.eligibility import eligibility_household
from madoguchi.apps.people.errors import Refusal, Refused
from madoguchi.apps.people.forms import Asked, asked, attribute_groups, posted_value
from madoguchi.apps.people.individual_number import without_individual_numbers
from madoguchi.apps.people.queries import accounts_of, facts_of, household_of, name_of, person, person_of_account
from madoguchi.apps.people.relations import children_of, guardians_of
from madoguchi.apps.people.residence import birth_of, residence_of
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
from madoguchi.apps.people.services.counter import (
    cancel_record,
    record_birth,
    record_death,
    record_document,
    record_move_in,
    record_move_out,
)
from madoguchi.apps.people.services.households import move_household
from madoguchi.apps.people.services.locks import may_edit
from madoguchi.apps.people.services.sign_in import on_resident_signed_in
from madoguchi.apps.people.vocabulary import document_sources
from madoguchi.apps.people.words import attribute_names, value_in_words
from madoguchi.apps.people.words import role as role_in_words

__all__ = [
    "Asked",
    "Assurance",
    "EventKind",
    "FactView",
    "Happening",
    "HouseholdView",
    "MemberView",
    "Method",
    "Newborn",
    "Paper",
    "PersonRef",
    "Provenance",
    "Refusal",
    "Refused",
    "ResidenceView",
    "Role",
    "Sight",
    "Subject",
    "SubjectKind",
    "accounts_of",
    "asked",
    "attribute_groups",
    "attribute_names",
    "birth_of",
    "cancel_event",
    "cancel_record",
    "children_of",
    "create_person",
    "declare",
    "document_sources",
    "eligibility_household",
    "facts_of",
    "find",
    "form_household",
    "guardians_of",
    "household_of",
    "may_edit",
    "move_household",
    "name_of",
    "on_resident_signed_in",
    "person",
    "person_of_account",
    "posted_value",
    "protect",
    "record_birth",
    "record_death",
    "record_document",
    "record_event",
    "record_move_in",
    "record_move_out",
    "record_verified",
    "residence_of",
    "role_in_words",
    "unprotect",
    "value_in_words",
    "without_individual_numbers",
]
