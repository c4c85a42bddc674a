"""Reads the `amount:` of a programme record (docs/conditions.md, Amounts) into an AmountRule.

Refuses what is not in that description, with the case and the remedy in the message; calculates nothing.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from typing import Any

from madoguchi.engines.eligibility.amounts.model import (
    Addition,
    AmountCase,
    AmountError,
    AmountRule,
    AmountVersion,
    Begins,
    Cap,
    Cases,
    Each,
    Fixed,
    Formula,
    LesserOf,
    Linear,
    Lookup,
    Months,
    Multiple,
    Per,
    Reference,
    Rounding,
    Share,
)
from madoguchi.engines.eligibility.ast import AttrRef, Node
from madoguchi.engines.eligibility.types import Kind, Owner, Subject, Vocabulary

_FORMS = ("yen", "range", "linear", "table", "share", "lesser_of")
_OWNERS = {"": Owner.SELF, "本人": Owner.SELF, "児童": Owner.SELF, "申請者": Owner.APPLICANT, "世帯": Owner.HOUSEHOLD}
_NUMBERS = (Kind.INT, Kind.YEN)


@dataclass(frozen=True, slots=True)
class _Reader:
    parse: Callable[[str], Node]
    vocabulary: Vocabulary
    subject: Subject


def parse_amount(
    data: Mapping[str, Any], *, parse: Callable[[str], Node], vocabulary: Vocabulary, subject: Subject
) -> AmountRule:
    """Read the `amount:` of a programme. `parse` reads a condition text. Raise AmountError or ConditionError."""
    reader = _Reader(parse, vocabulary, subject)
    per, each = _word(Per, data.get("per", Per.TIME), "per"), _word(Each, data.get("each", Each.PERSON), "each")
    versions = tuple(_version(item, reader) for item in data.get("versions") or [data])
    _in_order(versions)
    if each is not Each.HOUSEHOLD and any(version.additions for version in versions):
        raise AmountError("`additions` belong to an amount that is paid to a household. Write `each: 世帯`.")
    times = _multiple(data["times"], reader) if data.get("times") else None
    return AmountRule(versions, per, each, _months(data.get("months") or {}), times)


def _word(kind: type[Any], text: object, field: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        words = " ".join(item.value for item in kind)
        raise AmountError(f"{text!r} is no `{field}` of an amount. Use one of: {words}.") from None


def _day(value: object) -> date | None:
    if value is None or isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise AmountError(f"{value!r} is no day of an amount's version. Write YYYY-MM-DD.") from None


def _version(data: Mapping[str, Any], reader: _Reader) -> AmountVersion:
    condition, cap = data.get("condition"), data.get("cap")
    start, end = _day(data.get("from")), _day(data.get("to"))
    if start and end and end < start:
        raise AmountError(f"A version of the amount ends on {end}, before it begins. Correct `from` or `to`.")
    return AmountVersion(
        start=start,
        end=end,
        cases=_cases(data.get("cases") or [], reader),
        additions=tuple(_addition(item, reader) for item in data.get("additions") or ()),
        cap=Cap(_yen(cap["yen"], "cap"), _word(Each, cap["each"], "cap.each")) if cap else None,
        condition=reader.parse(condition) if condition else None,
    )


def _in_order(versions: Sequence[AmountVersion]) -> None:
    for earlier, later in pairwise(versions):
        if earlier.end is None or later.start is None or earlier.end >= later.start:
            raise AmountError(
                f"Versions of the amount overlap at {later.start}. Order them by `from`, end the earlier."
            )


def _addition(data: Mapping[str, Any], reader: _Reader) -> Addition:
    first, last = data["first"], data.get("last")
    if first < 2 or (last is not None and last < first):
        raise AmountError(f"An addition from person {first} to {last} is no addition. `first` is 2 or more.")
    return Addition(first, last, _cases(data.get("cases") or [], reader))


def _cases(items: Sequence[Mapping[str, Any]], reader: _Reader) -> Cases:
    if not items:
        raise AmountError("The amount has no cases. Give at least one with `yen`.")
    return Cases(tuple(_case(f"Case {number} of the amount", item, reader) for number, item in enumerate(items, 1)))


def _case(place: str, item: Mapping[str, Any], reader: _Reader) -> AmountCase:
    return AmountCase(reader.parse(item["when"]) if item.get("when") else None, _formula(place, item, reader))


def _formula(place: str, item: Mapping[str, Any], reader: _Reader) -> Formula:
    forms = [form for form in _FORMS if form in item]
    if len(forms) != 1:
        raise AmountError(f"{place} needs one of {', '.join(_FORMS)}; it has {forms}.")
    if "yen" in item:
        return Fixed(_yen(item["yen"], place), _yen(item["yen"], place))
    if "range" in item:
        return _range(place, item["range"])
    if "table" in item:
        return _lookup(item, reader)
    if "share" in item:
        return _share(item["share"], reader)
    if "lesser_of" in item:
        return _lesser(place, item["lesser_of"], reader)
    return _linear(item["linear"], reader)


def _yen(value: object, place: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise AmountError(f"{place}: {value!r} is no amount. Write whole yen, for example 10000.")
    return value


def _range(place: str, bounds: Mapping[str, Any]) -> Fixed:
    low, high = (None if bounds.get(end) is None else _yen(bounds[end], place) for end in ("min", "max"))
    if low is not None and high is not None and low > high:
        raise AmountError(f"{place}: min {low} is above max {high}. Swap them.")
    return Fixed(low, high)


def _lesser(place: str, items: Sequence[Mapping[str, Any]], reader: _Reader) -> LesserOf:
    if len(items) < 2:
        raise AmountError(
            f"{place}: lesser_of needs two or more, for example a share of the cost and a ceiling in yen."
        )
    if any("lesser_of" in item for item in items):
        raise AmountError(f"{place}: lesser_of stands inside another one. Write all of them in one list.")
    return LesserOf(tuple(_formula(place, item, reader) for item in items))


def _lookup(item: Mapping[str, Any], reader: _Reader) -> Lookup:
    if item["table"] not in reader.vocabulary.tables:
        raise AmountError(f"Unknown table {item['table']!r} in an amount. Add it to income_tables.yaml.")
    if not item.get("by"):
        raise AmountError(f"The amount's table {item['table']!r} needs `by`: the number it is looked up at.")
    return Lookup(item["table"], _reference(item["by"], reader))


def _share(data: Mapping[str, Any], reader: _Reader) -> Share:
    rounding = _word(Rounding, data.get("rounding", Rounding.DOWN), "share.rounding")
    return Share(_reference(data["of"], reader), _rate(data["rate"]), _step(data.get("round", 1)), rounding)


def _linear(data: Mapping[str, Any], reader: _Reader) -> Linear:
    if data["from"] not in reader.vocabulary.tables:
        raise AmountError(f"Unknown income table {data['from']!r} in a linear amount. Add it to income_tables.yaml.")
    start, floor = _yen(data["start"], "linear.start"), _yen(data["floor"], "linear.floor")
    if floor > start:
        raise AmountError(f"A linear amount falls from start {start} to floor {floor}. Swap them.")
    return Linear(
        of=_reference(data["of"], reader),
        table=data["from"],
        by=_reference(data["by"], reader),
        start_yen=start,
        floor_yen=floor,
        rate=_rate(data["rate"]),
        round_to=_step(data.get("round", 10)),
    )


def _rate(value: object) -> Fraction:
    """Return the rate as it is written: 0.0264029 is exactly that, not the nearest binary number."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise AmountError(f"{value!r} is no rate. Write a decimal such as 0.7.")
    try:
        rate = Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise AmountError(f"{value!r} is no rate. Write a decimal such as 0.7 or a fraction such as 1/480.") from None
    if rate <= 0:
        raise AmountError(f"The rate {value} is not above 0. Write a decimal such as 0.7.")
    return rate


def _step(value: object) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise AmountError(f"{value!r} is no rounding unit. Write whole yen, for example 10.")
    return value


def _multiple(data: Mapping[str, Any], reader: _Reader) -> Multiple:
    return Multiple(_reference(data["of"], reader), int(data.get("least", 0)))


def _months(data: Mapping[str, Any]) -> Months:
    paid = {int(month): int(pays) for pays, covered in (data.get("paid") or {}).items() for month in covered}
    if paid and (set(paid) != set(range(1, 13)) or not set(paid.values()) <= set(range(1, 13))):
        raise AmountError("`paid` must say for every month 1 to 12 in which month it is paid, each once.")
    return Months(
        begins=_word(Begins, data.get("begins", Begins.AS_IT_HOLDS), "months.begins"),
        reference=_word(Reference, data["as_of"], "months.as_of") if data.get("as_of") else None,
        grace_days=int(data.get("grace_days", 0)),
        paid=paid,
    )


def _reference(text: str, reader: _Reader) -> AttrRef:
    prefix, _, name = text.rpartition(".")
    attribute = reader.vocabulary.attributes.get(name)
    if attribute is None or prefix not in _OWNERS:
        raise AmountError(f"Unknown attribute {text!r} in an amount. Use a name of attributes.yaml.")
    if attribute.kind not in _NUMBERS:
        raise AmountError(f"{text!r} in an amount is no number. Use an attribute of type int or yen.")
    if attribute.household:
        return AttrRef(Owner.HOUSEHOLD, name)
    owner = _OWNERS[prefix]
    return AttrRef(owner if reader.subject is Subject.CHILD or owner is not Owner.APPLICANT else Owner.SELF, name)
