"""The door of the consents room: other rooms get personal facts here, and nowhere else."""

from madoguchi.apps.consents import alerts
from madoguchi.apps.consents.contracts import (
    AccessQuestionAnswered,
    Basis,
    BreakGlassUsed,
    ConsentChanged,
    DisclosedFact,
    Disclosure,
    MatchedHousehold,
    MatchingConsent,
    MatchingRequest,
    Reason,
    Request,
    Standing,
    SubjectKind,
    Withheld,
)
from madoguchi.apps.consents.disclosing import disclose
from madoguchi.apps.consents.matching import (
    household_for_matching,
    matching_consent,
    matching_open,
    withdraw_matching,
)
from madoguchi.apps.consents.own import NotOwn, hand_over, own_facts
from madoguchi.apps.consents.personal import erase, export
from madoguchi.apps.consents.sources import FactSource, register

__all__ = [
    "AccessQuestionAnswered",
    "Basis",
    "BreakGlassUsed",
    "ConsentChanged",
    "DisclosedFact",
    "Disclosure",
    "FactSource",
    "MatchedHousehold",
    "MatchingConsent",
    "MatchingRequest",
    "NotOwn",
    "Reason",
    "Request",
    "Standing",
    "SubjectKind",
    "Withheld",
    "alerts",
    "disclose",
    "erase",
    "export",
    "hand_over",
    "household_for_matching",
    "matching_consent",
    "matching_open",
    "own_facts",
    "register",
    "withdraw_matching",
]
