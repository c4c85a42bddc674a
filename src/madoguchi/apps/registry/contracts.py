"""What may cross the registry's door: frozen values about programmes, their conditions and changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Text:
    """One text in Japanese, English and やさしい日本語 (easy may be empty: Japanese is shown)."""

    ja: str
    en: str = ""
    easy: str = ""

    def in_language(self, language: str) -> str:
        """Return the text for `ja`, `en` or `ja-easy`, falling back to Japanese."""
        return {"en": self.en, "ja-easy": self.easy}.get(language, "") or self.ja


@dataclass(frozen=True, slots=True)
class Source:
    """Where a fact was read."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class ProgrammeView:
    """One published programme (制度) as a reader sees it. `content` is the whole record in the pack's form."""

    id: str
    version: int
    organisation_id: str
    organisation_name: Text
    kind: str
    name: Text
    kana: str
    summary: Text
    area: tuple[str, ...] | None
    """Municipality codes, or None for everywhere in the metropolis."""
    subject: str
    condition: str
    life_events: tuple[str, ...]
    documents: tuple[str, ...]
    benefit: Text
    window: Text
    how: Text
    office: Text
    online: bool | None
    law: str
    sources: tuple[Source, ...]
    unconfirmed: tuple[str, ...]
    checked_on: date
    review_on: date | None
    effective_from: date | None
    effective_to: date | None
    value_yen: int
    published_at: datetime
    content: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One search result."""

    programme: ProgrammeView
    score: float


@dataclass(frozen=True, slots=True)
class SearchPage:
    """Results of one search with what was done to the query."""

    hits: Sequence[SearchHit]
    total: int
    query: str
    truncated: bool
    """The query was longer than the limit and only its beginning was used."""


@dataclass(frozen=True, slots=True)
class Change:
    """One entry of the changes feed. `sequence` grows without gaps visible out of order."""

    sequence: int
    programme_id: str
    version: int
    kind: str
    """created | updated | withdrawn"""
    at: datetime


@dataclass(frozen=True, slots=True)
class ProgrammePublished:
    """Event: a programme version became public."""

    programme_id: str
    version: int
    organisation_id: str
    sequence: int


@dataclass(frozen=True, slots=True)
class Municipality:
    """One municipality by its six-digit code."""

    code: str
    ja: str
    en: str
    kana: str
