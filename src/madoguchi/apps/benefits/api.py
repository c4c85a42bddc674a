"""The door of the benefits room. Grants, applications and residence come in here from the wiring; no account goes out."""

from madoguchi.apps.benefits.contracts import (
    Account,
    BenefitScheme,
    Enrolment,
    Grant,
    GrantedChild,
    InvitationsMade,
    PaymentFailed,
    RecipientEnrolled,
    Residence,
    RunSettled,
)
from madoguchi.apps.benefits.errors import Refusal, Refused
from madoguchi.apps.benefits.queries import benefits_of, next_payment
from madoguchi.apps.benefits.services import (
    correct_account,
    end,
    enrol,
    find_fault,
    invite,
    list_eligible,
    note_application,
    record_residence,
    stop,
)

__all__ = [
    "Account",
    "BenefitScheme",
    "Enrolment",
    "Grant",
    "GrantedChild",
    "InvitationsMade",
    "PaymentFailed",
    "RecipientEnrolled",
    "Refusal",
    "Refused",
    "Residence",
    "RunSettled",
    "benefits_of",
    "correct_account",
    "end",
    "enrol",
    "find_fault",
    "invite",
    "list_eligible",
    "next_payment",
    "note_application",
    "record_residence",
    "stop",
]
