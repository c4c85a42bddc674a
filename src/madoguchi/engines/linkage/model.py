"""What linkage reads and answers: records, entries of the register, evidence in points, decisions."""

import re
from dataclasses import dataclass, field
from enum import StrEnum

from madoguchi.engines.linkage.names import LegalForm, core_name

_CHOME = re.compile(r"[一二三四五六七八九十]+丁目$")


class Outcome(StrEnum):
    """What becomes of a record."""

    MATCH = "match"
    REVIEW = "review"
    """A person must look: something fits, not enough."""
    NONE = "none"


class Reason(StrEnum):
    """What was compared. The words for people stand with the pages."""

    NUMBER_SAME = "number_same"
    NUMBER_NEAR = "number_near"
    NUMBER_UNLIKE = "number_unlike"
    """The record's number is mistyped, and no single error leads to this one."""
    NUMBER_OTHER = "number_other"
    NAME_SAME = "name_same"
    NAME_FORMER = "name_former"
    NAME_KANA = "name_kana"
    NAME_SLIP = "name_slip"
    """Two neighbours swapped, or one character twice: a slip of the hand, hardly another name."""
    NAME_NEAR_LONG = "name_near_long"
    """Nearly the same, and long enough that this is hardly chance."""
    NAME_NEAR = "name_near"
    NAME_BRANCH = "name_branch"
    """The name with a branch or office behind it."""
    NAME_CUT = "name_cut"
    """A long name that was cut off, as narrow fields of other systems do."""
    NAME_OTHER = "name_other"
    FORM_OTHER = "form_other"
    BLOCK_SAME = "block_same"
    TOWN_SAME = "town_same"
    TOWN_FORMER = "town_former"
    AREA_SAME = "area_same"
    """The same 町 but another or no 丁目, or no town and the same postal code, which stands for one 町."""
    CITY_SAME = "city_same"
    PLACE_OTHER = "place_other"
    POSTCODE_SAME = "postcode_same"
    REPRESENTATIVE_SAME = "representative_same"
    REPRESENTATIVE_OTHER = "representative_other"
    CLOSED = "closed"
    RIVAL = "rival"
    """Another entry fits nearly as well."""


@dataclass(frozen=True, slots=True)
class Name:
    """A name as written, its folded core and its legal form. `core` is empty when the name must not be compared."""

    written: str
    core: str
    form: LegalForm = LegalForm.OTHER

    @classmethod
    def of(cls, written: str, *, comparable: bool = True) -> "Name":
        """Fold a name; `comparable=False` for names that hold characters shown only as images."""
        core, form = core_name(written)
        return cls(written, core if comparable else "", form)


@dataclass(frozen=True, slots=True)
class Place:
    """Where: five-digit municipality code, official town (or 町 without its 丁目), block numbers, seven-digit postal code."""

    code: str = ""
    town: str = ""
    numbers: tuple[int, ...] = ()
    postal_code: str = ""

    @property
    def area(self) -> str:
        """The town without its 丁目."""
        return _CHOME.sub("", self.town)


@dataclass(frozen=True, slots=True)
class Record:
    """A record that came from somewhere. Empty text means: not given."""

    key: str
    name: Name
    place: Place
    number: str = ""
    """Digits as given; 13 of them when it is meant to be a 法人番号."""
    number_is_valid: bool = False
    """The check digit holds."""
    kana: str = ""
    representative: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """A business of the register with what it was called and where it was before."""

    key: str
    name: Name
    place: Place
    number: str = ""
    kana: str = ""
    representative: str = ""
    former_names: tuple[Name, ...] = ()
    former_places: tuple[Place, ...] = ()
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that was compared and its points (above 0 speaks for, below 0 against)."""

    reason: Reason
    points: int


@dataclass(frozen=True, slots=True)
class Scored:
    """One entry weighed for one record."""

    entry: Entry
    points: int
    evidence: tuple[Evidence, ...]

    def has(self, *reasons: Reason) -> bool:
        """Tell whether any of these reasons is among the evidence."""
        return any(item.reason in reasons for item in self.evidence)


@dataclass(frozen=True, slots=True)
class Decision:
    """What the engine says about a record: the outcome, the best entry, and all that a person should see."""

    outcome: Outcome
    best: Scored | None
    candidates: tuple[Scored, ...] = field(default=())
    """The best few, best first."""
