"""What a submission carries into the room, and what comes back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from madoguchi.apps.cases.contracts.states import Channel


@dataclass(frozen=True, slots=True)
class Source:
    """Where an answer comes from. `value` is what the source says; None when it is the answer itself."""

    source: str
    as_of: date | datetime | str | None
    verified: bool
    value: Any = None


@dataclass(frozen=True, slots=True)
class Submission:
    """One application of one procedure at one organisation, complete and valid.

    `key` makes it one: the same key and content always mean the same case. `sources` maps answer paths
    (`children[0].born_on`) to where the value comes from. `documents` maps ids of documents to the files that are sent for
    them; `confirmed` are documents that a verified fact makes needless. `acting_for` is the delegation that was used.
    """

    key: str
    procedure_id: str
    version: int
    organisation_id: str
    subject_kind: str
    """`person` or `business`."""
    subject_id: str
    applicant_account_id: str
    acting_for: str
    answers: Mapping[str, Any]
    sources: Mapping[str, Source] = field(default_factory=dict)
    file_ids: tuple[str, ...] = ()
    savings: Mapping[str, Any] = field(default_factory=dict)
    bundle_id: str = ""
    channel: str = Channel.ONLINE.value
    at: datetime | None = None
    """When it arrived; None = now."""
    documents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    confirmed: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class CaseRef:
    """A case that was opened. `due_on`: day by which the organisation means to decide (標準処理期間), None without one."""

    id: str
    number: str
    due_on: date | None
    predicted: tuple[date, date, date] | None
    """Earliest, most likely and latest finish by the office's own history (80 % interval); None while it is unknown."""


@dataclass(frozen=True, slots=True)
class Applicant:
    """Who acts in an own case: the account, and whose cases it may act in (itself, or the principal it acts for).

    `acting_for` is the principal's id or empty: a delegate reaches only cases of procedures that were given to her.
    """

    account_id: str
    subject_kind: str
    subject_id: str
    acting_for: str = ""
