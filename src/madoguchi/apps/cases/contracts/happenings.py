"""Events of the room: ids, dates and codes only."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CaseOpened:
    """Event: an application arrived."""

    case_id: str
    number: str
    procedure_id: str
    organisation_id: str
    subject_kind: str
    subject_id: str


@dataclass(frozen=True, slots=True)
class CorrectionAsked:
    """Event: the office asked the applicant to correct."""

    case_id: str
    procedure_id: str
    organisation_id: str
    subject_id: str
    number: int


@dataclass(frozen=True, slots=True)
class CaseDecided:
    """Event: a decision was made; also once more when an objection changed it. `decided_on` is an ISO date."""

    case_id: str
    procedure_id: str
    organisation_id: str
    subject_id: str
    outcome: str
    decided_on: str


@dataclass(frozen=True, slots=True)
class CaseNotified:
    """Event: the letter lies ready for the applicant."""

    case_id: str
    procedure_id: str
    organisation_id: str
    subject_id: str
    letter_id: str


@dataclass(frozen=True, slots=True)
class CaseMessage:
    """Event: a message was written. `to`: `applicant` or `office`."""

    case_id: str
    organisation_id: str
    subject_id: str
    to: str
    number: int


@dataclass(frozen=True, slots=True)
class CaseWithdrawn:
    """Event: the applicant took the application back."""

    case_id: str
    procedure_id: str
    organisation_id: str
    subject_id: str


@dataclass(frozen=True, slots=True)
class CaseFinished:
    """Event: the applicant knows the outcome: the moment to ask how it went."""

    case_id: str
    procedure_id: str
    organisation_id: str
    subject_id: str
    outcome: str


@dataclass(frozen=True, slots=True)
class RenewalDue:
    """Event: a permit runs out in so many days. `valid_until` is an ISO date."""

    case_id: str
    procedure_id: str
    organisation_id: str
    subject_id: str
    valid_until: str
    days_left: int


@dataclass(frozen=True, slots=True)
class CaseOverdue:
    """Event: the day by which the office meant to decide has passed. `due_on` is an ISO date."""

    case_id: str
    procedure_id: str
    organisation_id: str
    due_on: str
