"""How much a programme pays: cases over the condition language, income tables, straight-line reductions.

All amounts are whole yen. An unknown condition gives a range over the cases that are still possible, never a guess.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madoguchi.engines.eligibility.ast import AttrRef, Node
from madoguchi.engines.eligibility.scalar import Case, compiled
from madoguchi.engines.eligibility.types import Band, Owner, Subject, Truth, Vocabulary

_MOST_ENTRIES = 100


class AmountError(ValueError):
    """An amount that cannot be read: which case, what, what to do."""


@dataclass(frozen=True, slots=True)
class Amount:
    """A yen amount: exact when `low_yen == high_yen`; None where a bound is not known."""

    low_yen: int | None
    high_yen: int | None

    @property
    def exact(self) -> bool:
        """Tell whether the amount is known to the yen."""
        return self.low_yen is not None and self.low_yen == self.high_yen


@dataclass(frozen=True, slots=True)
class Linear:
    """start − (of − limit) × rate, rounded to `round_to` yen, between floor and start."""

    of: AttrRef
    table: str
    by: AttrRef
    start_yen: int
    floor_yen: int
    rate: float
    round_to: int


@dataclass(frozen=True, slots=True)
class Lookup:
    """The entry of a table of yen at a number (of dependants, of children)."""

    table: str
    by: AttrRef


@dataclass(frozen=True, slots=True)
class AmountCase:
    """One case: a condition (None = otherwise) and what it pays."""

    when: Node | None
    low_yen: int | None = None
    high_yen: int | None = None
    formula: Linear | Lookup | None = None


@dataclass(frozen=True, slots=True)
class AmountRule:
    """The amount of a programme, per 月/年/回/日 and for each 児童/本人/世帯/胎児."""

    cases: tuple[AmountCase, ...]
    per: str
    each: str


def parse_amount(
    data: Mapping[str, Any], *, parse: Callable[[str], Node], vocabulary: Vocabulary, subject: Subject
) -> AmountRule:
    """Read the `amount:` of a programme. `parse` reads a condition text. Raise AmountError or ConditionError."""
    cases = [_case(number, item, parse, vocabulary, subject) for number, item in enumerate(data.get("cases", []), 1)]
    if not cases:
        raise AmountError("The amount has no cases. Give at least one with `yen`.")
    return AmountRule(tuple(cases), str(data.get("per", "")), str(data.get("each", "")))


def _case(
    number: int, item: Mapping[str, Any], parse: Callable[[str], Node], vocabulary: Vocabulary, subject: Subject
) -> AmountCase:
    when = parse(item["when"]) if item.get("when") else None
    forms = [form for form in ("yen", "range", "linear", "table") if form in item]
    if len(forms) != 1:
        raise AmountError(f"Case {number} of the amount needs one of yen, range, linear, table; it has {forms}.")
    if "yen" in item:
        return AmountCase(when, _yen(item["yen"], number), _yen(item["yen"], number))
    if "range" in item:
        bounds = item["range"]
        low, high = bounds.get("min"), bounds.get("max")
        if low is not None and high is not None and low > high:
            raise AmountError(f"Case {number} of the amount: min {low} is above max {high}. Swap them.")
        return AmountCase(when, low, high)
    if "table" in item:
        return AmountCase(when, formula=_lookup(item, vocabulary, subject))
    return AmountCase(when, formula=_linear(item["linear"], vocabulary, subject))


def _yen(value: object, number: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise AmountError(f"Case {number} of the amount: {value!r} is no amount. Write whole yen, for example 10000.")
    return value


def _lookup(item: Mapping[str, Any], vocabulary: Vocabulary, subject: Subject) -> Lookup:
    if item["table"] not in vocabulary.tables:
        raise AmountError(f"Unknown table {item['table']!r} in an amount. Add it to income_tables.yaml.")
    if not item.get("by"):
        raise AmountError(f"The amount's table {item['table']!r} needs `by`: the number it is looked up at.")
    return Lookup(item["table"], _reference(item["by"], subject))


def _linear(data: Mapping[str, Any], vocabulary: Vocabulary, subject: Subject) -> Linear:
    if data["from"] not in vocabulary.tables:
        raise AmountError(f"Unknown income table {data['from']!r} in a linear amount. Add it to income_tables.yaml.")
    return Linear(
        of=_reference(data["of"], subject),
        table=data["from"],
        by=_reference(data["by"], subject),
        start_yen=data["start"],
        floor_yen=data["floor"],
        rate=data["rate"],
        round_to=data.get("round", 10),
    )


def _reference(text: str, subject: Subject) -> AttrRef:
    prefix, _, name = text.rpartition(".")
    owner = Owner.APPLICANT if prefix == "申請者" and subject is Subject.CHILD else Owner.SELF
    return AttrRef(owner, name)


def amount_for(rule: AmountRule, case: Case) -> Amount:
    """Return what the rule pays for the person of a case: the first case that holds, or the span of those possible."""
    possible: list[Amount] = []
    for item in rule.cases:
        truth = Truth.TRUE if item.when is None else compiled(item.when)(case)
        if truth == Truth.FALSE:
            continue
        possible.append(_pay(item, case))
        if truth == Truth.TRUE:
            return _span(possible)
    return _span([*possible, Amount(0, 0)])


def _span(amounts: Sequence[Amount]) -> Amount:
    lows = [amount.low_yen for amount in amounts if amount.low_yen is not None]
    highs = [amount.high_yen for amount in amounts if amount.high_yen is not None]
    complete = len(lows) == len(highs) == len(amounts)
    return Amount(min(lows) if complete else None, max(highs) if complete else None)


def _pay(item: AmountCase, case: Case) -> Amount:
    if isinstance(item.formula, Linear):
        return _along_line(item.formula, case)
    if isinstance(item.formula, Lookup):
        return _looked_up(item.formula, case)
    return Amount(item.low_yen, item.high_yen)


def _looked_up(lookup: Lookup, case: Case) -> Amount:
    table = case.rulebook.tables.get(lookup.table)
    version = table.on(case.today) if table else None
    count = case.of(lookup.by.owner).get(lookup.by.name)
    if version is None or not isinstance(count, int | Band):
        return Amount(None, None)
    band = count if isinstance(count, Band) else Band(count, count)
    if band.low is None or band.high is None or band.high - band.low > _MOST_ENTRIES:
        return Amount(None, None)
    entries = [version.limit(number) for number in range(band.low, band.high + 1)]
    return Amount(min(entries), max(entries))


def _along_line(line: Linear, case: Case) -> Amount:
    value = case.of(line.of.owner).get(line.of.name)
    count = case.of(line.by.owner).get(line.by.name)
    table = case.rulebook.tables.get(line.table)
    version = table.on(case.today) if table else None
    if version is None or not isinstance(count, int) or not isinstance(value, int | Band):
        return Amount(line.floor_yen, line.start_yen)
    band = value if isinstance(value, Band) else Band(value, value)
    limit = version.limit(count)
    return Amount(_on_line(line, band.high, limit, line.floor_yen), _on_line(line, band.low, limit, line.start_yen))


def _on_line(line: Linear, income: int | None, limit: int, otherwise: int) -> int:
    if income is None:
        return otherwise
    raw = line.start_yen - (income - limit) * line.rate
    rounded = int((raw + line.round_to / 2) // line.round_to) * line.round_to
    return max(line.floor_yen, min(line.start_yen, rounded))
