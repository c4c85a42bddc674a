"""What may cross the door of the business registry: frozen values about businesses, their facts and changes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Status(StrEnum):
    """Whether a business exists, as the corporate register says."""

    ACTIVE = "active"
    CLOSED = "closed"
    MERGED = "merged"
    DELETED = "deleted"
    """The number was withdrawn (処理区分 99)."""


class ChangeKind(StrEnum):
    """What happened to a business, in the order in which a reader should care."""

    CREATED = "created"
    UPDATED = "updated"
    CLOSED = "closed"
    MERGED = "merged"
    REVIVED = "revived"
    DELETED = "deleted"
    MOVED_IN = "moved_in"
    MOVED_OUT = "moved_out"


class Attribute(StrEnum):
    """Facts that may be asked for a business."""

    NUMBER = "法人番号"
    NAME = "商号"
    KANA = "商号フリガナ"
    NAME_EN = "英語名"
    ADDRESS = "本店所在地"
    POSTAL_CODE = "本店郵便番号"
    KIND = "法人種別"
    STATUS = "法人の状態"
    REPRESENTATIVE = "代表者名"
    CAPITAL_YEN = "資本金"
    EMPLOYEES = "従業員数"
    ESTABLISHED_ON = "設立年月日"
    SUMMARY = "事業概要"
    WEBSITE = "ウェブサイト"
    QUALIFICATION_GRADE = "入札参加資格等級"


class Method(StrEnum):
    """How a fact came here."""

    REGISTRY = "registry"
    SELF = "self"
    STAFF = "staff"
    CREDENTIAL = "credential"


class NotLinked(StrEnum):
    """Why an account that signed in for a business acts for none."""

    ENTRY_ACCOUNT = "entry_account"
    """Nobody has checked who it is (gBizIDエントリー)."""
    NO_NUMBER = "no_number"
    """A checked corporation came without a well-formed corporate number."""
    UNKNOWN_NUMBER = "unknown_number"
    """The register does not hold the number, or holds it as deleted."""


@dataclass(frozen=True, slots=True)
class AddressView:
    """An address as published and as understood. `town` is empty when it was not recognised."""

    prefecture: str
    city: str
    street: str
    postal_code: str
    city_code: str
    """Five-digit municipality code (JIS X 0402)."""
    town: str
    outside: str = ""
    """Address outside Japan."""

    def __str__(self) -> str:
        return f"{self.prefecture}{self.city}{self.street}" or self.outside


@dataclass(frozen=True, slots=True)
class BusinessView:
    """One business. `corporate_number` is None for sole proprietors, who have none."""

    id: str
    corporate_number: str | None
    name: str
    name_has_image: bool
    """The name holds a character that the register shows only as an image."""
    kana: str
    name_en: str
    kind: str
    status: Status
    closed_on: date | None
    close_cause: str
    successor_number: str
    address: AddressView
    withheld: bool
    """The register withholds it from search (検索対象除外)."""
    assigned_on: date | None
    changed_on: date | None
    source: str
    as_of: date | None
    """The day on which the source published this state."""
    is_latest: bool
    """The source says that this is its newest state; False when only older states are known."""
    sequence: int


@dataclass(frozen=True, slots=True)
class EstablishmentView:
    """A branch or other place of business."""

    id: int
    name: str
    address: str
    city_code: str
    town: str
    source: str
    as_of: date | None


@dataclass(frozen=True, slots=True)
class StatementView:
    """One state as the source published it (append-only history)."""

    published_on: date
    changed_on: date | None
    process: str
    correction: bool
    name: str
    address: str
    cause: str


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Results of one search. `more` says that the search stopped looking at its limit."""

    hits: Sequence[BusinessView]
    total: int
    more: bool
    query: str
    corrected: bool
    """Nothing was spelled like the query: the hits are near spellings."""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the changes feed. Sequences are given in the order of commits, without gaps."""

    sequence: int
    business_id: str
    corporate_number: str | None
    kind: ChangeKind
    at: datetime


@dataclass(frozen=True, slots=True)
class FactView:
    """One fact about a business with its origin."""

    attribute: str
    value: Any
    source: str
    as_of: date | None
    verified: bool
    method: str


@dataclass(frozen=True, slots=True)
class UnlinkedView:
    """Why an account acts for no business. `corporate_number` is the checked number that the register lacks, or empty."""

    reason: NotLinked
    corporate_number: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ErasedAccount:
    """What was erased for an account, and what stays with the reason."""

    removed: int
    kept: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BusinessChanged:
    """Event: the businesses of these entries of the changes feed changed (both ends included)."""

    first_sequence: int
    last_sequence: int
