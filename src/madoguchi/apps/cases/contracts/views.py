"""What a page about one case shows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from madoguchi.apps.cases.contracts.refusals import Refusal
from madoguchi.apps.cases.contracts.states import ActionKind, CheckResult, Party, State
from madoguchi.apps.cases.contracts.submitting import Source


@dataclass(frozen=True, slots=True)
class CheckView:
    """One check of the procedure and where it stands. `words` quote field and value: for staff only."""

    id: str
    kind: str
    """rule, fact, duplicate, documents or person."""
    name: Mapping[str, str]
    how: Mapping[str, str]
    required: bool
    result: CheckResult
    words: str
    overridden: bool
    by: str


@dataclass(frozen=True, slots=True)
class CorrectionView:
    """A correction that is asked for: keys of fields (or `document:<id>`), and the office's message."""

    number: int
    fields: tuple[str, ...]
    message: str
    asked_on: date


@dataclass(frozen=True, slots=True)
class DecisionView:
    """A proposed or made decision. `values` are those of the letter (amount, from, until, …)."""

    outcome: str
    reasons: tuple[str, ...]
    """Ids of the procedure's refusal reasons."""
    words: str
    """A reason in free words; empty without one."""
    values: Mapping[str, Any]
    by: str
    """Account of who proposed or decided."""
    by_name: str
    on: date
    number: int


@dataclass(frozen=True, slots=True)
class ClockView:
    """The authority's clock (標準処理期間) as it reads today."""

    started: date
    due: date
    unit: str
    """`calendar` or `business`."""
    days: int
    used_days: int
    left_days: int
    """Negative: so many days late."""
    paused_days: int
    extended_days: int
    share_used: float
    running: bool
    paused: bool
    overdue: bool
    longest: date | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a timeline. `public`: the applicant sees it too; `words` hold its texts by name."""

    number: int
    kind: ActionKind
    at: datetime
    party: Party
    actor_id: str
    """Empty in what an applicant sees, like `actor_name`: to her the office acts."""
    actor_name: str
    public: bool
    data: Mapping[str, Any]
    words: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class LetterRef:
    """A letter of the case. `current`: no later letter took its place."""

    id: str
    kind: str
    """`decision` or `objection`."""
    made_at: datetime
    size: int
    current: bool


@dataclass(frozen=True, slots=True)
class CaseView:
    """Everything a page shows about one case, except the answers (`answers_for_staff`, `answers_for_applicant`)."""

    id: str
    number: str
    procedure_id: str
    version: int
    organisation_id: str
    subject_kind: str
    subject_id: str
    account_id: str
    acting_for: str
    bundle_id: str
    channel: str
    opened_at: datetime
    state: State
    last_number: int
    """Number of the newest action: send it back as `expected_number`."""
    assignee_id: str
    assignee_name: str
    priority: int
    due_on: date | None
    decided_on: date | None
    outcome: str
    valid_until: date | None
    clock: ClockView | None
    predicted: tuple[date, date, date] | None
    correction: CorrectionView | None
    checks: tuple[CheckView, ...]
    """Empty in what an applicant sees."""
    proposal: DecisionView | None
    decision: DecisionView | None
    timeline: tuple[Entry, ...]
    letters: tuple[LetterRef, ...]
    file_ids: tuple[str, ...]
    savings: Mapping[str, Any]
    may: Mapping[ActionKind, Refusal | None]
    """What the reader may do now; the refusal says why not."""
    erased: bool
    """The words were removed after the retention period; ids, dates and states are left."""


@dataclass(frozen=True, slots=True)
class AnswersView:
    """The answers as they stand after corrections, with sources and what the newest correction changed."""

    answers: Mapping[str, Any]
    sources: Mapping[str, Source]
    changed: Mapping[str, Any]
    """Path → value before the newest correction."""
    documents: Mapping[str, tuple[str, ...]]
    confirmed: tuple[str, ...]
