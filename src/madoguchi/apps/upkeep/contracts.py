"""What may cross the upkeep room's door: kinds of findings, states of proposals, figures of an organisation."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Check(StrEnum):
    """What was looked at."""

    AGES = "ages"
    """Ages in name or summary against the condition."""
    DATES = "dates"
    """Days and fiscal years that have passed."""
    AMOUNTS = "amounts"
    """Sums of money in words against the record's own amount or the higher rule of the same name."""
    LINKS = "links"
    DUPLICATES = "duplicates"
    GAPS = "gaps"
    """Programmes that other municipalities have and this one has not, or has not registered."""


CONTRADICTIONS = (Check.AGES, Check.DATES, Check.AMOUNTS)


class Severity(StrEnum):
    """How much a finding matters to a resident."""

    HIGH = "high"
    """Somebody may be told something wrong."""
    MEDIUM = "medium"
    LOW = "low"
    """Worth a look when there is time."""


class PageKind(StrEnum):
    """How a page came in."""

    FETCHED = "fetched"
    UPLOADED = "uploaded"
    PASTED = "pasted"


class ChangeState(StrEnum):
    """What became of a proposed change."""

    OPEN = "open"
    ACCEPTED = "accepted"
    """It stands in the registry's draft; publishing is the registry's own step."""
    REJECTED = "rejected"
    OUTDATED = "outdated"
    """The record has the value by now, or the page no longer says it."""


class Origin(StrEnum):
    """Who proposes a change."""

    RULE = "rule"
    MODEL = "model"


class LinkOutcome(StrEnum):
    """What came of following a link."""

    FINE = "fine"
    MOVED = "moved"
    """It leads to another address on another host or path."""
    MISSING = "missing"
    """The server says that the page is not there (404, 410)."""
    BROKEN = "broken"
    """The server answers with an error of its own (5xx), the name is unknown, or nobody answers, while others did."""
    UNKNOWN = "unknown"
    """Nothing can be said: the server refuses programs, or this machine reached nobody at all."""


@dataclass(frozen=True, slots=True)
class Figures:
    """How fresh and whole the records of one organisation are. `programmes` is the denominator."""

    organisation_id: str
    name_ja: str
    name_en: str
    kind: str
    programmes: int
    overdue: int
    unconfirmed: int
    """Programmes with at least one field that was never confirmed."""
    unconfirmed_fields: int
    contradictions: int
    dead_links: int
    duplicates: int
    gaps: int
    oldest_check: date | None
