"""What may cross the door of applications: who applies, drafts and receipts as values, and that somebody applied."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from madoguchi.apps.cases.contracts import Applicant

__all__ = [
    "Applicant",
    "Applied",
    "CaseLine",
    "DraftState",
    "DraftView",
    "Known",
    "ReceiptView",
    "Standing",
]


class DraftState(StrEnum):
    """Where a draft stands."""

    OPEN = "open"
    SUBMITTED = "submitted"
    DELETED = "deleted"


class Standing(StrEnum):
    """How sure an answer is that the person did not type."""

    VERIFIED = "verified"
    """Somebody other than the person answers for it: shown, never asked."""
    DECLARED = "declared"
    """The person told it before: offered as a filled input."""
    EARLIER = "earlier"
    """The person answered so in an earlier application: offered as a filled input."""


@dataclass(frozen=True, slots=True)
class Known:
    """One answer that is known already, with where it comes from. `value` is typed as the form's answers are."""

    value: Any
    source: str
    as_of: str
    """ISO date on which the source told it; empty when it is not known."""
    standing: Standing
    attribute: str = ""

    @property
    def verified(self) -> bool:
        """Tell whether it is shown and not asked."""
        return self.standing is Standing.VERIFIED


@dataclass(frozen=True, slots=True)
class DraftView:
    """A draft without its answers, as lists show it."""

    id: str
    bundle_id: str
    procedures: tuple[tuple[str, int], ...]
    state: DraftState
    created_at: datetime
    changed_at: datetime
    ends_on: date
    """First day on which it is forgotten."""
    acting_for: str


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case that an application opened."""

    case_id: str
    number: str
    procedure_id: str
    version: int
    organisation_id: str
    due_on: date | None
    predicted: tuple[date, ...]
    """Early, middle and late day on which it is likely to be finished; empty when too little is known."""


@dataclass(frozen=True, slots=True)
class ReceiptView:
    """What a person holds after applying. `savings` are counts: fields, documents, trips, minutes, yen."""

    id: str
    draft_id: str
    bundle_id: str
    at: datetime
    cases: tuple[CaseLine, ...]
    savings: Mapping[str, Any]
    acting_for: str


@dataclass(frozen=True, slots=True)
class Applied:
    """Event: a person or business sent one or several applications at once. Ids only; `at` is ISO 8601."""

    receipt_id: str
    subject_kind: str
    subject_id: str
    bundle_id: str
    case_ids: tuple[str, ...]
    procedure_ids: tuple[str, ...]
    at: str
