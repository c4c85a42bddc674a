"""The small words of the condition language: truth, verdict, operators, attributes, income tables, errors."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum, StrEnum
from itertools import pairwise
from typing import Any


class Truth(IntEnum):
    """Kleene's three values; `and` is the minimum, `or` the maximum, `not` is 2 − value."""

    FALSE = 0
    UNKNOWN = 1
    TRUE = 2


class Verdict(StrEnum):
    """What a programme means for one household or person."""

    ELIGIBLE = "eligible"
    """対象"""
    POSSIBLE = "possible"
    """対象の可能性"""
    INELIGIBLE = "ineligible"
    """対象外"""


VERDICT_OF: Mapping[int, Verdict] = {
    Truth.TRUE: Verdict.ELIGIBLE,
    Truth.UNKNOWN: Verdict.POSSIBLE,
    Truth.FALSE: Verdict.INELIGIBLE,
}


class Subject(StrEnum):
    """Whom a condition judges (対象主体)."""

    PERSON = "本人"
    CHILD = "児童"
    HOUSEHOLD = "世帯"


class Owner(StrEnum):
    """Whose attribute an atom looks at."""

    SELF = "本人"
    APPLICANT = "申請者"
    HOUSEHOLD = "世帯"
    MEMBER = "員"
    EITHER = "児童か申請者"
    """The child or the applicant: what 受給 means for a child."""


class Op(StrEnum):
    """Comparison operators."""

    EQ = "="
    NE = "<>"
    LT = "<"
    LE = "<="
    GT = ">"
    GE = ">="


class Kind(StrEnum):
    """Type of an attribute."""

    BOOL = "bool"
    INT = "int"
    YEN = "yen"
    DATE = "date"
    ENUM = "enum"
    SET = "set"


@dataclass(frozen=True, slots=True)
class Band:
    """A number known only to lie between two bounds, both included; None is open."""

    low: int | None = None
    high: int | None = None


class ConditionError(ValueError):
    """A condition that cannot be read: what, where (0-based position in the text), what to do instead."""

    def __init__(self, message: str, *, position: int = 0, suggestion: str = "", text: str = "") -> None:
        super().__init__(f"{message} (position {position + 1})" + (f" {suggestion}" if suggestion else ""))
        self.message = message
        self.position = position
        self.suggestion = suggestion
        self.text = text


@dataclass(frozen=True, slots=True)
class Phrase:
    """A predicate about somebody and its opposite: 妊娠している / 妊娠していない, "is pregnant" / "is not pregnant"."""

    holds: str
    fails: str


@dataclass(frozen=True, slots=True)
class Wording:
    """How one language says an attribute; what is empty is said by the general rules of `words`."""

    phrase: Phrase | None = None
    label: str = ""
    """What it is called inside a sentence."""
    unit: str = ""
    """What stands behind a number."""
    values: Mapping[str, str] = field(default_factory=dict)
    """The words for values of an enum that are not said as they are."""


@dataclass(frozen=True, slots=True)
class Attribute:
    """One fact that conditions may name. `household` scope stands behind 世帯."""

    name: str
    kind: Kind
    household: bool
    values: tuple[str, ...] = ()
    sensitivity: int = 0
    label_en: str = ""
    wordings: Mapping[str, Wording] = field(default_factory=dict, hash=False)
    """By language, `ja` and `en`."""


@dataclass(frozen=True, slots=True)
class TableVersion:
    """Limits by number of dependants (0, 1, …) in yen and the step beyond the last, valid in [start, end]."""

    start: date
    end: date | None
    limits: tuple[int, ...]
    step: int

    def limit(self, dependants: int) -> int:
        """Return the limit in yen at a number of dependants."""
        last = len(self.limits) - 1
        return self.limits[min(dependants, last)] + self.step * max(0, dependants - last)


@dataclass(frozen=True, slots=True)
class IncomeTable:
    """A named income table (限度額表) with versions over time."""

    name: str
    versions: tuple[TableVersion, ...]

    def on(self, day: date) -> TableVersion | None:
        """Return the version valid on a day, or None where the table has a hole."""
        for version in self.versions:
            if version.start <= day and (version.end is None or day <= version.end):
                return version
        return None

    @classmethod
    def from_pack(cls, record: Mapping[str, Any]) -> "IncomeTable":
        """Build a table from a record of `income_tables.yaml`; raise ValueError on holes, overlaps or bad figures."""
        versions = sorted((_version(item, record["name"]) for item in record["versions"]), key=lambda v: v.start)
        for earlier, later in pairwise(versions):
            if earlier.end is None or earlier.end >= later.start:
                raise ValueError(f"Table {record['name']}: versions overlap at {later.start}. End the earlier.")
        return cls(name=record["name"], versions=tuple(versions))


def _version(item: Mapping[str, Any], name: str) -> TableVersion:
    limits = tuple(item["limits"])
    if not limits or any(not isinstance(limit, int) or limit < 0 for limit in limits):
        raise ValueError(f"Table {name}: limits must be yen amounts for 0, 1, … dependants without a hole.")
    return TableVersion(start=item["from"], end=item.get("to"), limits=limits, step=item.get("step") or 0)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The names that a pack lets conditions use."""

    attributes: Mapping[str, Attribute]
    municipalities: frozenset[str] = frozenset()
    tables: Mapping[str, IncomeTable] = field(default_factory=dict)

    @classmethod
    def from_pack(
        cls,
        *,
        attributes: Iterable[Mapping[str, Any]],
        municipalities: Iterable[str],
        tables: Iterable[Mapping[str, Any]],
    ) -> "Vocabulary":
        """Build the vocabulary from the lists of `attributes.yaml` and `income_tables.yaml` and municipality codes.

        Raise ValueError where words of an attribute cannot be used or an income table is not sound.
        """
        codes = frozenset(municipalities)
        built = [_attribute(record, codes) for record in attributes]
        return cls(
            attributes={attribute.name: attribute for attribute in built},
            municipalities=codes,
            tables={record["name"]: IncomeTable.from_pack(record) for record in tables},
        )


def _attribute(record: Mapping[str, Any], codes: frozenset[str]) -> Attribute:
    listed = record.get("values", ())
    values = tuple(sorted(codes)) if listed == "municipalities" else tuple(listed)
    return Attribute(
        name=record["name"],
        kind=Kind(record["type"]),
        household=record["scope"] == "household",
        values=values,
        sensitivity=record.get("sensitivity", 0),
        label_en=record.get("en", ""),
        wordings={language: _wording(record, language, values) for language in _LANGUAGES},
    )


_LANGUAGES = ("ja", "en")


def _wording(record: Mapping[str, Any], language: str, values: Sequence[str]) -> Wording:
    pair = record.get("says", {}).get(language)
    labels = record.get("value_labels", {}).get(language, {})
    if pair is not None and len(pair) != 2:
        problem = f"`says` in {language} has {len(pair)} texts. Give two: holds, does not hold."
        raise ValueError(f"Attribute {record['name']}: {problem}")
    if strange := sorted(labels.keys() - set(values)):
        problem = f"`value_labels` in {language} names {', '.join(strange)}, which `values` does not list."
        raise ValueError(f"Attribute {record['name']}: {problem} Correct the label or add the value.")
    return Wording(
        phrase=Phrase(*pair) if pair else None,
        label=record.get("label", {}).get(language, ""),
        unit=record.get("unit", {}).get(language, ""),
        values=labels,
    )


def suggest(word: str, known: Sequence[str]) -> str:
    """Return “Did you mean …?” for the nearest known word, or an empty text."""
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else ""
