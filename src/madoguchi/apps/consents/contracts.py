"""What may cross the door of consents: requests, disclosures, reasons, events.

It knows ids and names of attributes; it never carries a model, a token or a secret.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from madoguchi.apps.people import api as people
from madoguchi.core.permissions import Actor
from madoguchi.engines.eligibility import Household


class SubjectKind(StrEnum):
    """Whose facts: a person's or a business's."""

    PERSON = "person"
    BUSINESS = "business"


class Basis(StrEnum):
    """Why facts may be disclosed (根拠)."""

    CONSENT = "consent"
    LAW = "law"
    BREAK_GLASS = "break_glass"
    APPLICATION = "application"
    """The person sent them herself with an application; nobody can ask on this basis."""


class ConsentState(StrEnum):
    """Where a consent stands. Expiry is not a state: it follows from `valid_until` and the time."""

    GRANTED = "granted"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Standing(StrEnum):
    """What a fact source says about a subject. PROTECTED: 支援措置, whose whereabouts must not become known."""

    OPEN = "open"
    PROTECTED = "protected"


class Reason(StrEnum):
    """Why an attribute was withheld.

    Refused, withdrawn, expired, not ticked and protected all read `no_consent` outside: the reason must not tell what
    the person did, nor that somebody is protected. `PROTECTED` stands in the log only.
    """

    NO_AGREEMENT = "no_agreement"
    NOT_IN_AGREEMENT = "not_in_agreement"
    NO_CONSENT = "no_consent"
    NOT_AVAILABLE = "not_available"
    CASE_REQUIRED = "case_required"
    CHANGED = "changed_since_preview"
    NO_EMERGENCY = "no_emergency"
    PROTECTED = "protected"


MAX_ATTRIBUTES = 50


@dataclass(frozen=True, slots=True)
class Request:
    """Who asks for what about whom. Exactly one of `client_id` (a system) and `actor` (staff) is given.

    `reason` goes into the log, which is never changed, so no personal data belongs into it: it names the procedure. What
    looks like an individual number (マイナンバー) is cut out of it here. That of an emergency is dropped: it tells about the
    person, and stands sealed in the emergency.
    """

    organisation_id: str
    subject_id: str
    purpose_id: str
    attributes: tuple[str, ...]
    basis: Basis
    client_id: str = ""
    actor: Actor | None = None
    case_reference: str = ""
    reason: str = ""

    def __post_init__(self) -> None:
        if self.basis is Basis.APPLICATION:
            raise ValueError("Only the person herself hands facts over with an application. Ask on another basis.")
        if bool(self.client_id) == (self.actor is not None):
            raise ValueError("A request names a client or a member of staff, one of the two. Give exactly one.")
        if not 1 <= len(self.attributes) <= MAX_ATTRIBUTES:
            raise ValueError(f"A request names 1 to {MAX_ATTRIBUTES} attributes. List what is needed, or ask in parts.")
        if self.reason:
            sealed_elsewhere = self.basis is Basis.BREAK_GLASS
            kept = "" if sealed_elsewhere else people.without_individual_numbers(self.reason)
            object.__setattr__(self, "reason", kept)

    @property
    def who(self) -> str:
        """Return who asks, as it stands in the audit trail."""
        return self.actor.id if self.actor else f"client:{self.client_id}"


@dataclass(frozen=True, slots=True)
class DisclosedFact:
    """One value that left, with where it comes from and since when it is known."""

    attribute: str
    value: Any
    source: str
    as_of: date | datetime | None
    verified: bool


@dataclass(frozen=True, slots=True)
class Withheld:
    """One attribute that did not leave, and why."""

    attribute: str
    reason: Reason


@dataclass(frozen=True, slots=True)
class Disclosure:
    """The outcome of one request. `id` is that of the access log entry, which is already committed."""

    id: str
    values: tuple[DisclosedFact, ...]
    withheld: tuple[Withheld, ...]
    retention_days: int | None = None


@dataclass(frozen=True, slots=True)
class ConsentChanged:
    """Event: a person granted, refused or withdrew. Times are ISO 8601."""

    subject_kind: str
    subject_id: str
    organisation_id: str
    agreement_id: str
    state: str
    at: str


@dataclass(frozen=True, slots=True)
class BreakGlassUsed:
    """Event: staff opened somebody's facts in an emergency; supervisors and (unless law hides it) the person hear it."""

    break_glass_id: str
    organisation_id: str
    actor_id: str
    subject_kind: str
    subject_id: str
    hidden_until: str
    """ISO 8601, empty when nothing hides it from the person."""
    at: str


@dataclass(frozen=True, slots=True)
class AccessQuestionAnswered:
    """Event: an organisation answered a person's question about one access."""

    question_id: int
    organisation_id: str
    subject_kind: str
    subject_id: str
    at: str


@dataclass(frozen=True, slots=True)
class MatchingRequest:
    """Who looks at one person to find what she may use. `client_id` is the system that looks, at most 20 letters."""

    person_id: str
    organisation_id: str
    purpose_id: str
    client_id: str


@dataclass(frozen=True, slots=True)
class MatchedHousehold:
    """A person's household as far as her consent opens it: her ticked attributes and those of her minor children.

    Other members are there without facts. `children` are the ids of the first children of `household`, in their order;
    children after them are members of whom nothing is known here. `head_id` is empty when the household has no head.
    """

    person_id: str
    household: Household
    household_id: str
    head_id: str
    municipality: str
    children: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MatchingConsent:
    """How a person's consent to being told stands. `state`: none, granted, refused, withdrawn, expired, outdated."""

    agreement_id: str
    state: str
    attributes: tuple[str, ...]
    valid_until: datetime | None
