"""What goes into reading a record's free text and what comes out: frozen values, nothing that acts.

A proposal is never a rule: staff accept or reject each piece. It knows no database, no network and no pack.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from madoguchi.engines.eligibility.ast import Node
from madoguchi.engines.eligibility.types import Op, Subject


class TextField(StrEnum):
    """Where in a record a wording stands."""

    TITLE = "title"
    TARGET = "target_persons"
    CONDITIONS = "conditions"
    SUMMARY = "summary"
    STRUCTURED = "structured"
    """The age bounds of the registry form: values, no wording."""


class AgeSource(StrEnum):
    """Whether an age was given as a bound of the form or only said in words."""

    EXPLICIT = "explicit"
    INFERRED = "inferred"


class Origin(StrEnum):
    """Who proposes a piece."""

    RULE = "rule"
    MODEL = "model"


class Sense(StrEnum):
    """How a record stands to another scheme."""

    REQUIRES = "requires"
    EXCLUDES = "excludes"


class Reason(StrEnum):
    """Why a clause is no restriction of the person."""

    BENEFIT = "describes the benefit, not the person"
    PROCEDURE = "tells how, where or when to apply"
    NO_LIMIT = "says that there is no limit"
    NAME = "names the programme"
    PREFERENCE = "gives an order of preference or a higher amount"
    NEUTRAL = "names somebody without narrowing"


@dataclass(frozen=True, slots=True)
class AgeLimit:
    """One structured bound in years and months, which add up; None is not given."""

    years: int | None = None
    months: int | None = None


@dataclass(frozen=True, slots=True)
class Record:
    """The texts of a registry record and its structured ages by operator (<, <=, >=, >).

    `municipality` is the six-digit code of the record's area; one that the vocabulary does not list means 都内.
    """

    title: str = ""
    target_persons: str = ""
    conditions: str = ""
    summary: str = ""
    ages: Mapping[Op, AgeLimit] = field(default_factory=dict)
    municipality: str = ""

    def text(self, place: TextField) -> str:
        """Return the text of one field."""
        return "" if place is TextField.STRUCTURED else str(getattr(self, place.value))


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch [start, end) of one field of the record as it was written, and its wording."""

    place: TextField
    start: int
    end: int
    quote: str


@dataclass(frozen=True, slots=True)
class Piece:
    """One test of the proposal with the words behind it. `text` is the test in the condition language."""

    atom: Node
    text: str
    span: Span
    confidence: float
    rule: str
    age_source: AgeSource | None = None
    origin: Origin = Origin.RULE


@dataclass(frozen=True, slots=True)
class Check:
    """One restriction that no test expresses: 要確認 with its class, sentence and span."""

    id: str
    category: str
    sentence: str
    span: Span
    origin: Origin = Origin.RULE


@dataclass(frozen=True, slots=True)
class Ignored:
    """A clause that restricts nobody, and why it was taken so."""

    span: Span
    reason: Reason


@dataclass(frozen=True, slots=True)
class Relation:
    """Another scheme that the record demands or excludes; `now` is false for what was received once."""

    sense: Sense
    scheme: str
    now: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Contradiction:
    """The text's bound and the structured bound of one side that cannot be one rule."""

    said: str
    structured: str
    span: Span


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything read from one record. `condition` is None when nothing restricts."""

    subject: Subject
    condition: Node | None
    text: str
    pieces: tuple[Piece, ...]
    checks: tuple[Check, ...]
    ignored: tuple[Ignored, ...]
    relations: tuple[Relation, ...]
    contradictions: tuple[Contradiction, ...]
