"""Lines of lists and what many cases need: queues, bulk decisions, proofs of letters, granted cases."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from madoguchi.apps.cases.contracts.states import State


@dataclass(frozen=True, slots=True)
class CaseSummary:
    """One line of a list."""

    id: str
    number: str
    procedure_id: str
    version: int
    organisation_id: str
    subject_kind: str
    state: State
    assignee_id: str
    assignee_name: str
    opened_at: datetime
    due_on: date | None
    at_risk_on: date | None
    decided_on: date | None
    outcome: str
    priority: int
    paused: bool
    overdue: bool
    at_risk: bool
    last_number: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class CaseLabel:
    """By what a case is named: its number, the version of its procedure, the office."""

    number: str
    procedure_id: str
    version: int
    organisation_id: str


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What a queue shows. `mine` and `unassigned` exclude each other; empty values mean everything."""

    states: tuple[State, ...] = ()
    mine: bool = False
    unassigned: bool = False
    overdue: bool = False
    at_risk: bool = False
    procedure_id: str = ""
    organisation_id: str = ""
    number: str = ""
    """Part of a number."""
    sort: str = "due"
    """due, opened, changed or number; with a leading `-` backwards."""
    page: int = 1


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of a queue."""

    rows: tuple[CaseSummary, ...]
    page: int
    more: bool
    """There is a next page."""


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What became of one case of a bulk decision; `error` says in words why it was not decided."""

    case_id: str
    number: str
    done: bool
    error: str


@dataclass(frozen=True, slots=True)
class LetterProof:
    """What anybody with a letter's code may see: that it is genuine, never whose it is."""

    number_masked: str
    organisation_id: str
    procedure_id: str
    version: int
    kind: str
    outcome: str
    decided_on: date
    standing: str
    """`valid`, `replaced` by a later letter, or `expired`."""
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class GrantedCase:
    """What a granted case says to rooms that pay or renew (by `granted_case`); read it in the handler of `CaseDecided`."""

    case_id: str
    number: str
    procedure_id: str
    version: int
    organisation_id: str
    subject_kind: str
    subject_id: str
    outcome: str
    decided_on: date
    answers: Mapping[str, Any]
    values: Mapping[str, Any]
