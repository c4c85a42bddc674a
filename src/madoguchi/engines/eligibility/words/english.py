"""Says a condition in plain English, as holding or as not holding: "is 65 or older" or "is under 65".

Every text is a predicate, so that it can stand behind a person or a child. The words for attributes are the pack's.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import AttrRef, Counting, Group, Measure, Node
from madoguchi.engines.eligibility.scalar import MUNICIPALITY
from madoguchi.engines.eligibility.types import Op, Owner, Vocabulary
from madoguchi.engines.eligibility.words.phrases import NONE, is_money, means_having_any, wording
from madoguchi.engines.eligibility.words.statements import (
    OPPOSITE,
    Ages,
    Said,
    Span,
    Statement,
    alternatives,
    together,
)

_SIZE = {
    Op.EQ: "{0}", Op.NE: "not {0}", Op.LT: "below {0}", Op.LE: "at most {0}", Op.GT: "above {0}", Op.GE: "at least {0}",
}  # fmt: skip
_YEARS = {
    Op.EQ: "is {0}", Op.NE: "is not {0}", Op.LT: "is under {0}", Op.LE: "is {0} or younger", Op.GT: "is over {0}",
    Op.GE: "is {0} or older",
}  # fmt: skip
_DAY = {
    Op.GE: "has reached {0}", Op.GT: "is past {0}", Op.LE: "is not past {0}", Op.LT: "has not reached {0}",
    Op.EQ: "is at {0}", Op.NE: "is not at {0}",
}  # fmt: skip
_GROUP = {Group.CHILDREN: "child", Group.MEMBERS: "member of the household"}
_GROUPS = {Group.CHILDREN: "children", Group.MEMBERS: "members of the household"}
_GRADE = re.compile(r"^(\d)(級|度)$")


CATEGORIES: Mapping[str, str] = {
    "所得": "income",
    "世帯": "household",
    "就労": "work",
    "居住期間": "length of residence",
    "滞納": "unpaid taxes or fees",
    "他制度": "another programme",
    "医師判断": "a doctor's judgement",
    "その他": "other",
}
"""The classes of 要確認, which belong to the condition language."""


def says(node: Node, vocabulary: Vocabulary, *, holds: bool = True) -> str:
    """Return a tree in words, as holding or as not holding."""
    match node:
        case ast.Not(item):
            return says(item, vocabulary, holds=not holds)
        case ast.And(items) | ast.Or(items):
            parts = [Said(item, holds) for item in items]
            if isinstance(node, ast.And) is holds:
                return " and ".join(_bracketed(part, vocabulary, ast.Or) for part in together(parts))
            return " or ".join(_bracketed(part, vocabulary, ast.And) for part in alternatives(parts))
        case ast.Constant(value):
            return "everybody" if value is holds else "nobody"
        case ast.Flag(attr) | ast.Compare(attr) | ast.OneOf(attr) | ast.Limit(attr):
            return whose(attr.owner, _attribute(node, vocabulary, holds=holds))
        case ast.Age() | ast.Reached():
            return whose(node.owner, _time(node, holds=holds))
        case ast.Exists() | ast.Every() | ast.Count() | ast.BirthOrder():
            return _group(node, vocabulary, holds=holds)
        case _:
            return _other(node, holds=holds)


def statement(item: Statement, vocabulary: Vocabulary) -> str:
    """Return one statement in words."""
    match item:
        case Ages(owner, measure, numbers, holds):
            return whose(owner, _ages(measure, numbers, holds=holds))
        case Span(owner, measure, low, high):
            return whose(owner, _between(measure, low, high))
        case Said(node, holds):
            return says(node, vocabulary, holds=holds)


def whose(owner: Owner, text: str) -> str:
    """Return a predicate with the person it is about, where that is the applicant."""
    return f"the applicant {text}" if owner is Owner.APPLICANT else text


def _bracketed(item: Statement, vocabulary: Vocabulary, other: type[Node]) -> str:
    """Set a part in brackets that is itself joined by the other word (`other` when it holds)."""
    text = statement(item, vocabulary)
    if not isinstance(item, Said) or not isinstance(item.node, ast.And | ast.Or):
        return text
    return f"({text})" if isinstance(item.node, other) is item.holds else text


def _attribute(node: Node, vocabulary: Vocabulary, *, holds: bool) -> str:
    match node:
        case ast.Flag(attr):
            return _phrase(attr.name, vocabulary, holds=holds)
        case ast.Compare(attr, op, value):
            return _compare(attr, op if holds else OPPOSITE[op], value, vocabulary)
        case ast.OneOf(attr, values):
            return _one_of(attr, values, vocabulary, holds=holds)
        case ast.Limit(attr, op, table):
            size = _SIZE[op if holds else OPPOSITE[op]].format(f"the limit ({table.replace('_', ', ')})")
            return f"has {_label(attr.name, vocabulary)} {size}"
        case _:
            raise TypeError(f"{type(node).__name__} is about no attribute. Teach `words.english` how to say it.")


def _phrase(name: str, vocabulary: Vocabulary, *, holds: bool) -> str:
    phrase = wording(name, "en", vocabulary).phrase
    if phrase is not None:
        return phrase.holds if holds else phrase.fails
    label = _label(name, vocabulary)
    return f"has “{label}”" if holds else f"does not have “{label}”"


def _label(name: str, vocabulary: Vocabulary) -> str:
    attribute = vocabulary.attributes.get(name)
    return wording(name, "en", vocabulary).label or (attribute.label_en if attribute else "") or name


def _value(name: str, value: str, vocabulary: Vocabulary) -> str:
    known = wording(name, "en", vocabulary).values.get(value)
    grade = _GRADE.match(value)
    return known or (f"grade {grade[1]}" if grade else value)


def _compare(attr: AttrRef, op: Op, value: int | str | date, vocabulary: Vocabulary) -> str:
    if value == NONE and op in (Op.EQ, Op.NE):
        return _phrase(attr.name, vocabulary, holds=op is Op.NE)
    if attr.name == MUNICIPALITY:
        return "lives in this municipality" if op is Op.EQ else "does not live in this municipality"
    label = _label(attr.name, vocabulary)
    if isinstance(value, str):
        return f"has {label}: {_SIZE[op].format(_value(attr.name, value, vocabulary))}"
    if isinstance(value, date):
        return f"has {label}: {_SIZE[op].format(value)}"
    return f"has {label} {_SIZE[op].format(_number(attr.name, value, vocabulary))}"


def _number(name: str, value: int, vocabulary: Vocabulary) -> str:
    unit = "yen" if is_money(name, vocabulary) else wording(name, "en", vocabulary).unit
    return f"{value:,} {unit}".rstrip()


def _one_of(attr: AttrRef, values: tuple[str, ...], vocabulary: Vocabulary, *, holds: bool) -> str:
    if attr.name == MUNICIPALITY:
        return "lives in this municipality" if holds else "does not live in this municipality"
    if means_having_any(attr.name, values, vocabulary):
        return _phrase(attr.name, vocabulary, holds=holds)
    if NONE in values and len(values) > 1:
        rest = _one_of(attr, tuple(value for value in values if value != NONE), vocabulary, holds=holds)
        return f"{rest} {'or' if holds else 'and'} {_phrase(attr.name, vocabulary, holds=not holds)}"
    label = _label(attr.name, vocabulary)
    listed = ", ".join(_value(attr.name, value, vocabulary) for value in values)
    if len(values) == 1:
        return f"has {label}: {_SIZE[Op.EQ if holds else Op.NE].format(listed)}"
    return f"has {label}: {'one of' if holds else 'none of'} {listed}"


def _time(node: ast.Age | ast.Reached, *, holds: bool) -> str:
    op = node.op if holds else OPPOSITE[node.op]
    if isinstance(node, ast.Reached):
        kind = "the birthday" if node.counting is Counting.ANNIVERSARY else "the age"
        return _DAY[op].format(f"{kind} of {age(node.months)}")
    if node.measure is Measure.FISCAL:
        return _fiscal(node.op, node.number, holds=holds)
    return _aged(op, node.number, node.measure)


def _aged(op: Op, number: int, measure: Measure) -> str:
    if op is Op.GT:
        op, number = Op.GE, number + 1
    if number <= 0 and op in (Op.GE, Op.LT):
        return "is born" if op is Op.GE else "is not yet born"
    if measure is Measure.MONTHS and (number % 12 or op not in (Op.LT, Op.GE)):
        return _YEARS[op].format(f"{number} month{'s' * (number != 1)}" + " old" * (op in (Op.EQ, Op.NE, Op.LE)))
    return _YEARS[op].format(number // 12 if measure is Measure.MONTHS else number)


def _fiscal(op: Op, number: int, *, holds: bool) -> str:
    """Say an age at the end of the school year (31 March)."""
    if op in (Op.EQ, Op.NE):
        return (
            f"turns {number} in this school year"
            if (op is Op.EQ) is holds
            else f"does not turn {number} in this school year"
        )
    if op in (Op.LE, Op.LT):
        end = f"the end of the school year of age {number if op is Op.LE else number - 1}"
        return f"has not passed {end}" if holds else f"has passed {end}"
    first = number if op is Op.GE else number + 1
    if first <= 0:
        return "is born" if holds else "is not yet born"
    return f"turns {first} or more in this school year" if holds else f"does not yet turn {first} in this school year"


def _ages(measure: Measure, numbers: Sequence[int], *, holds: bool) -> str:
    """Say several ages that are asked for one beside the other."""
    listed = ", ".join(f"{number} months" if measure is Measure.MONTHS else str(number) for number in numbers)
    if measure is Measure.FISCAL:
        return f"turns {'one' if holds else 'none'} of {listed} in this school year"
    return f"is {'one' if holds else 'none'} of {listed}"


def _between(measure: Measure, low: int | None, high: int | None) -> str:
    """Say from which age and below which: "is 20 or older and under 60"."""
    if low is not None and high == low + 1 and measure is Measure.YEARS:
        return f"is {low}"
    lower = _aged(Op.GE, low, measure) if low is not None and (low > 0 or high is None) else ""
    upper = _aged(Op.LT, high, measure) if high is not None else ""
    return f"{lower} and {upper.removeprefix('is ')}" if lower and upper else lower + upper


def age(months: int) -> str:
    """Return an age: 2 years 6 months, 3 months."""
    years, rest = divmod(months, 12)
    parts = [f"{years} year{'s' * (years != 1)}"] if years else []
    return " ".join([*parts, f"{rest} month{'s' * (rest != 1)}"] if rest or not years else parts)


def _group(node: Node, vocabulary: Vocabulary, *, holds: bool) -> str:
    match node:
        case ast.Exists(group, condition):
            return f"has {'a' if holds else 'no'} {_GROUP[group]} who {says(condition, vocabulary)}"
        case ast.Every(group, condition):
            if holds:
                return f"has only {_GROUPS[group]} of whom each {says(condition, vocabulary)}"
            return f"has a {_GROUP[group]} who {says(condition, vocabulary, holds=False)}"
        case ast.Count(group, condition, op, number):
            size = _SIZE[op if holds else OPPOSITE[op]].format(number)
            return f"has {size} {_GROUPS[group]} of whom each {says(condition, vocabulary)}"
        case ast.BirthOrder(_, op, number):
            return (
                f"has a place among the siblings, eldest first, {_SIZE[op if holds else OPPOSITE[op]].format(number)}"
            )
        case _:
            raise TypeError(f"{type(node).__name__} is no group. Teach `words.english` how to say it.")


def _other(node: Node, *, holds: bool) -> str:
    match node:
        case ast.AsOf(op, since):
            return f"today {_DAY[op if holds else OPPOSITE[op]].format(since)}"
        case ast.InTokyo():
            return "lives in Tokyo" if holds else "does not live in Tokyo"
        case ast.Receives(owner, programme):
            return whose(owner, f"receives {programme}" if holds else f"does not receive {programme}")
        case ast.Doses(owner, series, op, number):
            return whose(owner, _doses(series, op if holds else OPPOSITE[op], number))
        case ast.SubCondition(name):
            return f"{'meets' if holds else 'does not meet'} the condition of the municipality ({name})"
        case ast.Review(_, category):
            return f"must be checked by the office ({CATEGORIES.get(category, category)})"
        case _:
            raise TypeError(f"{type(node).__name__} has no words. Teach `words.english` how to say it.")


def _doses(series: str, op: Op, number: int) -> str:
    if op is Op.LT and number == 1:
        return f"has not yet had the vaccination {series}"
    if op is Op.GE and number == 1:
        return f"has had the vaccination {series}"
    return f"has had {_SIZE[op].format(number)} dose{'s' * (number != 1)} of {series}"
