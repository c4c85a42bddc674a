"""Ages in name and summary against the ages of the condition. Only sides that the words state are compared."""

from collections.abc import Iterator, Sequence

from madoguchi.apps.upkeep.checks.model import Entry, Found, of_entry
from madoguchi.apps.upkeep.contracts import Check, Severity

TOLERANCE_MONTHS = 1
"""An age is reached the day before the birthday, and probes stand a month apart."""


_SCHOOL_YEAR_MONTHS = 12
"""A smaller difference comes from counting by birthday or by school year: worth a look, seldom wrong."""
_OPEN_END = ("など", "等")
"""Words that say that others are meant too: such a text states no limit."""


def check(entry: Entry) -> Iterator[Found]:
    """Yield where words and condition, or words and age fields, mean different ages.

    A side counts as stated when every wording states it; it agrees when one wording does (18歳年度末、障害は20歳未満).
    """
    for quote, said, field in entry.field_conflicts:
        yield of_entry(entry, Check.AGES, "age_field", Severity.HIGH, about=quote, quote=quote, said=said, field=field)
    if entry.structured is None or not entry.said or any(word in entry.quote for word in _OPEN_END):
        return
    uppers = [span.upper for span in entry.said]
    lowers = [span.lower for span in entry.said]
    if all(upper is not None for upper in uppers):
        yield from _compared(
            entry, "age_upper", [upper for upper in uppers if upper is not None], entry.structured.upper
        )
    if all(lowers):
        yield from _compared(entry, "age_lower", lowers, entry.structured.lower)


def _compared(entry: Entry, code: str, said: Sequence[int], structured: int | None) -> Iterator[Found]:
    nearest = min(said, key=lambda months: abs(months - (structured or 0)))
    apart = None if structured is None else abs(nearest - structured)
    if apart is not None and apart <= TOLERANCE_MONTHS:
        return
    severity = Severity.LOW if apart is not None and apart < _SCHOOL_YEAR_MONTHS else Severity.HIGH
    detail = {"quote": entry.quote, "said_months": nearest, "structured_months": structured}
    yield of_entry(entry, Check.AGES, code, severity, about=entry.quote, **detail)
