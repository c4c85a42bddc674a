"""What goes into comparing a page with a record and what comes out: frozen values, nothing that acts.

Values are plain (text, whole number, true/false, None), dates as ISO text, so that they can be stored as JSON. A proposal
changes nothing: staff accept it piece by piece.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

Value = str | int | bool | None


class Field(StrEnum):
    """What of a record a page may say: a path of the pack's form, or a named part of it."""

    NAME = "name.ja"
    AGE = "age"
    AMOUNT = "amount"
    INCOME_LIMIT = "income_limit"
    OPENS = "window.opens"
    CLOSES = "window.closes"
    DAYS = "window.days"
    DOCUMENTS = "documents"
    ONLINE = "online"
    HOW = "how"
    OFFICE = "office"
    PHONE = "phone"
    EFFECTIVE_FROM = "effective_from"
    EFFECTIVE_TO = "effective_to"
    ENDED = "ended"
    RESIDENCE = "residence"
    PROGRAMME = "programme"
    """Only in doubts: whether the page is about this programme at all."""


class Kind(StrEnum):
    """How a change stands to what the record has."""

    REPLACES = "replaces"
    FILLS = "fills"
    ADDS = "adds"
    REMOVES = "removes"


@dataclass(frozen=True, slots=True)
class Page:
    """A page as plain text: headings and list items are lines, cells of a table are parted by tabs."""

    text: str
    title: str = ""
    read_on: date = date.min


@dataclass(frozen=True, slots=True)
class Change:
    """One proposed change; `quote` is `page.text[start:end]`. Confidence is a rank between 0 and 1, no probability."""

    field: Field
    old: Value
    new: Value
    quote: str
    start: int
    end: int
    confidence: float
    kind: Kind


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The page says what the record says."""

    field: Field
    value: Value
    quote: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Doubt:
    """要確認: the page says something about the field that no rule reads surely; `why` is a Japanese sentence."""

    field: Field
    quote: str
    start: int
    end: int
    why: str


@dataclass(frozen=True, slots=True)
class Proposal:
    """Everything read from one page. `about` says how sure it is that the page is about this programme (0 to 1)."""

    changes: tuple[Change, ...] = ()
    confirmed: tuple[Confirmed, ...] = ()
    doubts: tuple[Doubt, ...] = ()
    about: float = 0.0


@dataclass(frozen=True, slots=True)
class Refusal:
    """One suggestion of a language model that was not taken, and why (a Japanese sentence)."""

    item: str
    reason: str


class CannotApplyError(ValueError):
    """A change that has no single place in the record; the text says what to do by hand instead."""

    def __init__(self, change: Change, advice: str) -> None:
        """Keep the change, so that the page can show it beside the advice."""
        super().__init__(advice)
        self.change = change
