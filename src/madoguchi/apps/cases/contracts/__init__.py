"""What may cross the door of cases: submissions, views of cases, entries of a timeline, refusals, events.

It knows ids, dates and names of states; answers and words of people leave only through the queries that record who looked.
"""

from madoguchi.apps.cases.contracts.happenings import (
    CaseDecided,
    CaseFinished,
    CaseMessage,
    CaseNotified,
    CaseOpened,
    CaseOverdue,
    CaseWithdrawn,
    CorrectionAsked,
    RenewalDue,
)
from madoguchi.apps.cases.contracts.lists import (
    BulkResult,
    CaseLabel,
    CaseSummary,
    GrantedCase,
    LetterProof,
    QueueFilter,
    QueuePage,
)
from madoguchi.apps.cases.contracts.refusals import (
    CaseError,
    CaseMissing,
    Invalid,
    KeyReused,
    NotAllowed,
    Refusal,
    Stale,
)
from madoguchi.apps.cases.contracts.states import (
    DOCUMENT_PREFIX,
    UNDECIDED,
    ActionKind,
    Channel,
    CheckResult,
    Party,
    State,
)
from madoguchi.apps.cases.contracts.submitting import (
    Applicant,
    CaseRef,
    Source,
    Submission,
)
from madoguchi.apps.cases.contracts.views import (
    AnswersView,
    CaseView,
    CheckView,
    ClockView,
    CorrectionView,
    DecisionView,
    Entry,
    LetterRef,
)

__all__ = [
    "DOCUMENT_PREFIX",
    "UNDECIDED",
    "ActionKind",
    "AnswersView",
    "Applicant",
    "BulkResult",
    "CaseDecided",
    "CaseError",
    "CaseFinished",
    "CaseLabel",
    "CaseMessage",
    "CaseMissing",
    "CaseNotified",
    "CaseOpened",
    "CaseOverdue",
    "CaseRef",
    "CaseSummary",
    "CaseView",
    "CaseWithdrawn",
    "Channel",
    "CheckResult",
    "CheckView",
    "ClockView",
    "CorrectionAsked",
    "CorrectionView",
    "DecisionView",
    "Entry",
    "GrantedCase",
    "Invalid",
    "KeyReused",
    "LetterProof",
    "LetterRef",
    "NotAllowed",
    "Party",
    "QueueFilter",
    "QueuePage",
    "Refusal",
    "RenewalDue",
    "Source",
    "Stale",
    "State",
    "Submission",
]
