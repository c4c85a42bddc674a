"""What checks look at and what they say. Values only: no row, no clock, no text of a page."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from madoguchi.apps.upkeep.contracts import Check, Severity


@dataclass(frozen=True, slots=True)
class AgeSpan:
    """Ages in whole months of life for which something holds; `upper` None means without end."""

    lower: int
    upper: int | None


@dataclass(frozen=True, slots=True)
class Entry:
    """One record as the checks see it. `codes` are the municipalities of its area, empty for the whole metropolis."""

    id: str
    organisation_id: str
    owner_kind: str
    """Kind of the owner: nation, metropolis, bureau, municipality, body."""
    name: str
    summary: str
    benefit: str
    codes: frozenset[str]
    um: int | None
    content: Mapping[str, Any]
    texts: Mapping[str, str] = field(default_factory=dict)
    """Further texts by field, for days and years."""
    urls: tuple[str, ...] = ()
    said: tuple[AgeSpan, ...] = ()
    """What name and summary say of ages, one for each wording; `quote` holds the wordings."""
    structured: AgeSpan | None = None
    quote: str = ""
    field_conflicts: tuple[tuple[str, str, str], ...] = ()
    """For imported records: (wording, said, field) that cannot be one rule."""
    is_imported: bool = False

    @property
    def hash(self) -> str:
        """Return what changes when the record changes."""
        return hashlib.sha256(json.dumps(self.content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Found:
    """One finding: where, which sentence (texts.py) with which details, how much it matters.

    `about` tells findings of one check at one place apart; seen again with the same, it is the same finding.
    """

    check: Check
    organisation_id: str
    entry_id: str
    code: str
    severity: Severity
    detail: Mapping[str, Any] = field(default_factory=dict)
    about: str = ""
    record_hash: str = ""

    @property
    def key(self) -> str:
        """Return what stays the same from run to run."""
        parts = (self.check.value, self.organisation_id, self.entry_id, self.code, self.about)
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()


def of_entry(entry: Entry, check: Check, code: str, severity: Severity, *, about: str = "", **detail: Any) -> Found:
    """Return a finding about an entry."""
    return Found(check, entry.organisation_id, entry.id, code, severity, detail, about, entry.hash)


_SIGNS = re.compile(r"[\s・･,、。()「」『』\[\]{}<>【】〈〉《》!?#&/:;~\-ー―‐–—_]+")


def normal_name(name: str, municipalities: Collection[str] = ()) -> str:
    """Return a name without the municipality's, blanks and signs, so that one scheme has one name everywhere."""
    folded = unicodedata.normalize("NFKC", name)
    for place in sorted(municipalities, key=len, reverse=True):
        folded = folded.replace(f"{place}の", "").replace(place, "")
    return _SIGNS.sub("", folded).lower()


def overlaps(one: Entry, other: Entry) -> bool:
    """Tell whether two records are for people of one place; the whole metropolis overlaps with the whole one only."""
    return bool(one.codes & other.codes) if one.codes and other.codes else not one.codes and not other.codes
