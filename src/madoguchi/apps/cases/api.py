"""The door of the cases room.

Every write is one transaction and returns the newest action number. It raises `CaseError` (`CaseMissing` → 404, `Stale`,
`NotAllowed`, `Invalid`, `KeyReused`), whose text is in the reader's language, or `NotPermitted` (→ 404). `expected_number`
is `CaseView.last_number` of the page that was shown; None does not compare.
"""

from datetime import date

from madoguchi.apps.cases import alerts, letters, texts
from madoguchi.apps.cases.checks.aid import Finding
from madoguchi.apps.cases.contracts import LetterProof
from madoguchi.apps.cases.downloads import letter_for_applicant, letter_for_staff
from madoguchi.apps.cases.queries.lists import case_id_of, cases_of, queue
from madoguchi.apps.cases.queries.received import Received, received
from madoguchi.apps.cases.queries.reviews import ReviewFigures, reviews
from madoguchi.apps.cases.queries.single import (
    answers_for_applicant,
    answers_for_staff,
    case_for_applicant,
    case_for_staff,
    findings,
    granted_case,
    label_of,
)
from madoguchi.apps.cases.queries.statistics import Figures, statistics
from madoguchi.apps.cases.reach import delegated_name
from madoguchi.apps.cases.services.checking import do_check, on_file_refused, run_checks
from madoguchi.apps.cases.services.closing import close
from madoguchi.apps.cases.services.deciding import (
    decide,
    decide_many,
    decide_objection,
    notify,
    propose,
    return_proposal,
)
from madoguchi.apps.cases.services.examining import (
    accept,
    ask_correction,
    assign,
    extend,
    forward,
    message_out,
    note,
    release,
    resume,
    suspend,
    take,
)
from madoguchi.apps.cases.services.opening import lock_counters, open_case
from madoguchi.apps.cases.services.own import correct, message_in, object_to, withdraw
from madoguchi.apps.cases.services.reviewing import review
from madoguchi.apps.cases.who import actor_of, applicant_of, find_applicant


def verify_code(code: str, *, today: date) -> LetterProof | None:
    """Return what anybody may know who holds a letter with this code; None for a code that no letter bears."""
    return letters.proof_of(code, today=today)


__all__ = [
    "Figures",
    "Finding",
    "Received",
    "ReviewFigures",
    "accept",
    "actor_of",
    "alerts",
    "answers_for_applicant",
    "answers_for_staff",
    "applicant_of",
    "ask_correction",
    "assign",
    "case_for_applicant",
    "case_for_staff",
    "case_id_of",
    "cases_of",
    "close",
    "correct",
    "decide",
    "decide_many",
    "decide_objection",
    "delegated_name",
    "do_check",
    "extend",
    "find_applicant",
    "findings",
    "forward",
    "granted_case",
    "label_of",
    "letter_for_applicant",
    "letter_for_staff",
    "lock_counters",
    "message_in",
    "message_out",
    "note",
    "notify",
    "object_to",
    "on_file_refused",
    "open_case",
    "propose",
    "queue",
    "received",
    "release",
    "resume",
    "return_proposal",
    "review",
    "reviews",
    "run_checks",
    "statistics",
    "suspend",
    "take",
    "texts",
    "verify_code",
    "withdraw",
]
