"""What may cross the door of the people room: references, facts with their provenance, households, events.

A value here never says that something was left out, nor that somebody is under protection (支援措置).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from madoguchi.engines.eligibility import Band

FactValue = date | int | str | bool | Band | frozenset[str] | Mapping[str, int]


class Method(StrEnum):
    """How a fact came here."""

    SELF = "self"
    """Declared by the person (申告)."""
    STAFF = "staff"
    """Entered by staff who saw the document."""
    REGISTRY = "registry"
    """Sent by a register."""
    CREDENTIAL = "credential"
    """Told by the identity provider at sign-in."""

    @property
    def verified(self) -> bool:
        """Tell whether somebody other than the person answers for it."""
        return self is not Method.SELF


class Assurance(IntEnum):
    """How sure the source was of whom it spoke; the levels of the accounts room."""

    NONE = 0
    EMAIL = 1
    PASSKEY = 2
    CARD = 3


class SubjectKind(StrEnum):
    """Whose fact it is."""

    PERSON = "person"
    HOUSEHOLD = "household"


class Role(StrEnum):
    """Place in a household, seen from its head (続柄)."""

    HEAD = "head"
    SPOUSE = "spouse"
    CHILD = "child"
    GRANDCHILD = "grandchild"
    PARENT = "parent"
    SIBLING = "sibling"
    OTHER = "other"


class EventKind(StrEnum):
    """What happened to a person on a day."""

    FORM = "form"
    """The household begins, or is told whole, with this person in it."""
    BIRTH = "birth"
    JOIN = "join"
    """Moves in (転入, 同居)."""
    LEAVE = "leave"
    """Moves out (転出)."""
    MARRIAGE = "marriage"
    DIVORCE = "divorce"
    DEATH = "death"


class Sight(StrEnum):
    """How much a reader sees. Only break-glass sees where a protected person lives and with whom."""

    ORDINARY = "ordinary"
    BREAK_GLASS = "break_glass"


@dataclass(frozen=True, slots=True)
class Subject:
    """A person or a household by id."""

    kind: SubjectKind
    id: str

    @classmethod
    def person(cls, person_id: str) -> "Subject":
        """Return a person as subject."""
        return cls(SubjectKind.PERSON, person_id)

    @classmethod
    def household(cls, household_id: str) -> "Subject":
        """Return a household as subject."""
        return cls(SubjectKind.HOUSEHOLD, household_id)


@dataclass(frozen=True, slots=True)
class PersonRef:
    """A person by id, with the account that she signs in with, if any."""

    id: str
    account_id: str | None = None


@dataclass(frozen=True, slots=True)
class FactView:
    """One fact as a reader gets it. `as_of` is the day on which the source told it (in Tokyo)."""

    attribute: str
    value: FactValue
    source: str
    as_of: date
    verified: bool
    method: Method


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where facts come from. The pair of source and record is told once: a second time changes nothing."""

    source: str
    record: str
    method: Method
    assurance: Assurance = Assurance.NONE


@dataclass(frozen=True, slots=True)
class Paper:
    """A document that staff saw: the register or office behind it, its name or number, the key of the form (32 hex digits).

    An empty `source` is the resident register.
    """

    source: str
    reference: str
    key: str

    @property
    def record(self) -> str:
        """Return the number under which its facts and events are kept, and by which an event is taken back."""
        return f"{' '.join(self.reference.split())} #{self.key}"


@dataclass(frozen=True, slots=True)
class Newborn:
    """A child as the birth is notified; `kana` may be empty."""

    name: str
    kana: str
    born: date
    role: Role = Role.CHILD


@dataclass(frozen=True, slots=True)
class MemberView:
    """One member of a household on a day."""

    person_id: str
    role: Role
    since: date


@dataclass(frozen=True, slots=True)
class HouseholdView:
    """A household on a day; `complete` when everybody who lives there is known and listed."""

    id: str
    on: date
    members: tuple[MemberView, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Happening:
    """One dated event of a person, as a source tells it. `other_id` is the spouse, or at a birth a parent."""

    kind: EventKind
    on: date
    person_id: str
    household_id: str | None = None
    role: Role | None = None
    other_id: str | None = None
    complete: bool = False
    """With FORM: everybody who lives in the household is told in this record."""


@dataclass(frozen=True, slots=True)
class ResidenceView:
    """When somebody lived in an area, as registers told it: times (first day, first day after), never where in it."""

    born: date
    times: tuple[tuple[date, date | None], ...]
    died: date | None


@dataclass(frozen=True, slots=True)
class PersonRegistered:
    """Event: a person is known here for the first time."""

    person_id: str


@dataclass(frozen=True, slots=True)
class FactsChanged:
    """Event: facts of a person or household changed. It names no attribute: names alone can tell too much."""

    subject_kind: str
    subject_id: str


@dataclass(frozen=True, slots=True)
class HouseholdChanged:
    """Event: who lives in a household changed, from a day (ISO) on."""

    household_id: str
    on: str


@dataclass(frozen=True, slots=True)
class PersonErased:
    """Event: a person asked to be erased and was. `account_id` is the account she had, or empty."""

    person_id: str
    account_id: str
