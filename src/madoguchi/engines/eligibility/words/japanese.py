"""Says a condition in plain Japanese, as holding or as not holding: 65歳以上 or 65歳未満, 妊娠している or 妊娠していない.

A negation is said by the opposite phrase, never by ～ではない around a whole sentence. The words for attributes are the pack's.
"""

from collections.abc import Sequence
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
    Op.EQ: "{0}", Op.NE: "{0}ではない", Op.LT: "{0}未満", Op.LE: "{0}以下", Op.GT: "{0}を超えている", Op.GE: "{0}以上",
}  # fmt: skip
_DAY = {
    Op.GE: "{0}になっている", Op.GT: "{0}を過ぎている", Op.LE: "{0}を過ぎていない", Op.LT: "まだ{0}になっていない",
    Op.EQ: "{0}である", Op.NE: "{0}ではない",
}  # fmt: skip
_GROUP = {Group.CHILDREN: "子ども", Group.MEMBERS: "世帯の人"}
_UNIT = {Measure.YEARS: "歳", Measure.MONTHS: "か月", Measure.FISCAL: "歳"}
_ATTRIBUTIVE = ("る", "い", "た", "だ")
_TEN_THOUSAND = 10_000
_APPLIES = ("に当てはまる", "に当てはまらない")
_HAS = ("がある", "がない")


def says(node: Node, vocabulary: Vocabulary, *, holds: bool = True) -> str:
    """Return a tree in words, as holding or as not holding."""
    match node:
        case ast.Not(item):
            return says(item, vocabulary, holds=not holds)
        case ast.And(items) | ast.Or(items):
            parts = [Said(item, holds) for item in items]
            if isinstance(node, ast.And) is holds:
                return "、かつ".join(_bracketed(part, vocabulary, ast.Or) for part in together(parts))
            return "、または".join(_bracketed(part, vocabulary, ast.And) for part in alternatives(parts))
        case ast.Constant(value):
            return "すべての人" if value is holds else "だれも当てはまらない"
        case ast.Flag(attr) | ast.Compare(attr) | ast.OneOf(attr) | ast.Limit(attr):
            text = _attribute(node, vocabulary, holds=holds)
            of_applicant = attr.owner is Owner.APPLICANT and text.startswith(f"{_label(attr.name, vocabulary)}が")
            return f"申請する人の{text}" if of_applicant else whose(attr.owner, text)
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
    return f"申請する人が{text}" if owner is Owner.APPLICANT else text


def _bracketed(item: Statement, vocabulary: Vocabulary, other: type[Node]) -> str:
    """Set a part in brackets that is itself joined by the other word (`other` when it holds)."""
    text = statement(item, vocabulary)
    if not isinstance(item, Said) or not isinstance(item.node, ast.And | ast.Or):
        return text
    return f"「{text}」" if isinstance(item.node, other) is item.holds else text


def _attribute(node: Node, vocabulary: Vocabulary, *, holds: bool) -> str:
    match node:
        case ast.Flag(attr):
            return _phrase(attr.name, _APPLIES, vocabulary, holds=holds)
        case ast.Compare(attr, op, value):
            return _compare(attr, op if holds else OPPOSITE[op], value, vocabulary)
        case ast.OneOf(attr, values):
            return _one_of(attr, values, vocabulary, holds=holds)
        case ast.Limit(attr, op, table):
            limit = f"限度額（{table.replace('_', '・')}）"
            return f"{_label(attr.name, vocabulary)}が{_SIZE[op if holds else OPPOSITE[op]].format(limit)}"
        case _:
            raise TypeError(f"{type(node).__name__} is about no attribute. Teach `words.japanese` how to say it.")


def _phrase(name: str, endings: tuple[str, str], vocabulary: Vocabulary, *, holds: bool) -> str:
    phrase = wording(name, "ja", vocabulary).phrase
    if phrase is None:
        return name + endings[0 if holds else 1]
    return phrase.holds if holds else phrase.fails


def _label(name: str, vocabulary: Vocabulary) -> str:
    return wording(name, "ja", vocabulary).label or name


def _value(name: str, value: str, vocabulary: Vocabulary) -> str:
    return wording(name, "ja", vocabulary).values.get(value, value)


def _compare(attr: AttrRef, op: Op, value: int | str | date, vocabulary: Vocabulary) -> str:
    if value == NONE and op in (Op.EQ, Op.NE):
        return _phrase(attr.name, _HAS, vocabulary, holds=op is Op.NE)
    if attr.name == MUNICIPALITY:
        return "この区市町村に住んでいる" if op is Op.EQ else "この区市町村に住んでいない"
    if isinstance(value, str):
        text = f"{_label(attr.name, vocabulary)}が{_value(attr.name, value, vocabulary)}"
        return text if op is Op.EQ else f"{text}ではない"
    if isinstance(value, date):
        return f"{_label(attr.name, vocabulary)}が{_SIZE[op].format(day(value))}"
    return f"{_label(attr.name, vocabulary)}が{_SIZE[op].format(_number(attr.name, value, vocabulary))}"


def _number(name: str, value: int, vocabulary: Vocabulary) -> str:
    return yen(value) if is_money(name, vocabulary) else f"{value:,}{wording(name, 'ja', vocabulary).unit}"


def yen(value: int) -> str:
    """Return a sum of money as Japanese pages write it: 350万円, 1,234円."""
    tens, rest = divmod(value, _TEN_THOUSAND)
    return f"{tens:,}万円" if tens and not rest else f"{value:,}円"


def day(value: date) -> str:
    """Return a day as 2026年4月1日."""
    return f"{value.year}年{value.month}月{value.day}日"


def _one_of(attr: AttrRef, values: tuple[str, ...], vocabulary: Vocabulary, *, holds: bool) -> str:
    if attr.name == MUNICIPALITY:
        return "この区市町村に住んでいる" if holds else "この区市町村に住んでいない"
    if means_having_any(attr.name, values, vocabulary):
        return _phrase(attr.name, _HAS, vocabulary, holds=holds)
    if NONE in values and len(values) > 1:
        rest = _one_of(attr, tuple(value for value in values if value != NONE), vocabulary, holds=holds)
        none = _phrase(attr.name, _HAS, vocabulary, holds=not holds)
        return f"{rest}、{'または' if holds else 'かつ'}{none}"
    label = _label(attr.name, vocabulary)
    listed = "・".join(_value(attr.name, value, vocabulary) for value in values)
    if len(values) == 1:
        return f"{label}が{listed}" + ("" if holds else "ではない")
    return f"{label}が{listed}のどれか" if holds else f"{label}が{listed}のどれでもない"


def _time(node: ast.Age | ast.Reached, *, holds: bool) -> str:
    op = node.op if holds else OPPOSITE[node.op]
    if isinstance(node, ast.Reached):
        text = young(node.months)
        anniversary = node.counting is Counting.ANNIVERSARY
        return _DAY[op].format(
            f"{text}の応当日" if anniversary else text if op in (Op.GE, Op.LT) else f"{text}になる日"
        )
    if node.measure is Measure.FISCAL:
        return _fiscal(node.op, node.number, holds=holds)
    return _aged(op, node.number, node.measure)


def _aged(op: Op, number: int, measure: Measure) -> str:
    """Say an age with 以上, 未満 or 以下: above 39 is 40歳以上, below 36 months is 3歳未満."""
    if op is Op.GT:
        op, number = Op.GE, number + 1
    if number <= 0 and op in (Op.GE, Op.LT):
        return "生まれている" if op is Op.GE else "まだ生まれていない"
    if measure is Measure.YEARS:
        return _SIZE[op].format(f"{number}歳")
    return _SIZE[op].format(young(number) if number % 12 or op in (Op.GE, Op.LT) else f"生後{number}か月")


def _fiscal(op: Op, number: int, *, holds: bool) -> str:
    """Say an age at the end of the school year; 年度年齢 <= 18 is said as the law says it."""
    if op in (Op.EQ, Op.NE):
        return f"この年度に{number}歳に" + ("なる" if (op is Op.EQ) is holds else "はならない")
    if op in (Op.LE, Op.LT):
        end = f"{number if op is Op.LE else number - 1}歳の年度末（3月31日）"
        return f"{end}まで" if holds else f"{end}を過ぎている"
    first = number if op is Op.GE else number + 1
    if first <= 0:
        return "生まれている" if holds else "まだ生まれていない"
    return f"この年度に{first}歳以上になる" if holds else f"この年度にはまだ{first}歳にならない"


def _ages(measure: Measure, numbers: Sequence[int], *, holds: bool) -> str:
    """Say several ages that are asked for one beside the other: この年度に65歳・70歳のどれかになる."""
    listed = "・".join(f"{number}{_UNIT[measure]}" for number in numbers)
    if measure is Measure.FISCAL:
        return f"この年度に{listed}の" + ("どれかになる" if holds else "どれにもならない")
    return f"{listed}の" + ("どれか" if holds else "どれでもない")


def _between(measure: Measure, low: int | None, high: int | None) -> str:
    """Say from which age and below which: 20歳以上60歳未満; a single year is 65歳."""
    if low is not None and high == low + 1 and measure is Measure.YEARS:
        return f"{low}歳"
    lower = _aged(Op.GE, low, measure) if low is not None and (low > 0 or high is None) else ""
    return lower + (_aged(Op.LT, high, measure) if high is not None else "")


def young(months: int) -> str:
    """Return an age with 生後 below a year: 生後3か月, 2歳6か月."""
    return age(months) if months >= 12 else f"生後{age(months)}"


def age(months: int) -> str:
    """Return an age: 2歳6か月, 3か月."""
    years, rest = divmod(months, 12)
    return (f"{years}歳" if years else "") + (f"{rest}か月" if rest or not years else "")


def _of(text: str, noun: str) -> str:
    """Put a predicate before a noun: 20歳未満の子ども, 学生である子ども."""
    return text + ("" if text.endswith(_ATTRIBUTIVE) else "の") + noun


def _group(node: Node, vocabulary: Vocabulary, *, holds: bool) -> str:
    match node:
        case ast.Exists(group, condition):
            return _of(says(condition, vocabulary), _GROUP[group]) + ("がいる" if holds else "がいない")
        case ast.Every(group, condition):
            if holds:
                return f"{_GROUP[group]}の全員が、{says(condition, vocabulary)}"
            return _of(says(condition, vocabulary, holds=False), _GROUP[group]) + "がいる"
        case ast.Count(group, condition, op, number):
            size = _SIZE[op if holds else OPPOSITE[op]].format(f"{number}人")
            return _of(says(condition, vocabulary), _GROUP[group]) + f"の数が{size}"
        case ast.BirthOrder(_, op, number):
            return _order(op if holds else OPPOSITE[op], number)
        case _:
            raise TypeError(f"{type(node).__name__} is no group. Teach `words.japanese` how to say it.")


def _order(op: Op, number: int) -> str:
    first, last = (number + 1, number) if op in (Op.GT, Op.LE) else (number, number - 1)
    if op in (Op.GE, Op.GT):
        return f"きょうだいの上から{first}人目以降"
    if op in (Op.LE, Op.LT):
        return f"きょうだいの上から{last}人目まで"
    return f"きょうだいの上から{number}人目" + ("" if op is Op.EQ else "ではない")


def _other(node: Node, *, holds: bool) -> str:
    match node:
        case ast.AsOf(op, since):
            return _DAY[op if holds else OPPOSITE[op]].format(day(since))
        case ast.InTokyo():
            return "東京都内に住んでいる" if holds else "東京都内に住んでいない"
        case ast.Receives(owner, programme):
            return whose(owner, f"{programme}を受けて" + ("いる" if holds else "いない"))
        case ast.Doses(owner, series, op, number):
            return whose(owner, _doses(series, op if holds else OPPOSITE[op], number))
        case ast.SubCondition(name):
            return f"お住まいの区市町村の条件（{name}）に合って" + ("いる" if holds else "いない")
        case ast.Review(_, category):
            return f"窓口での確認が必要（{category}）"
        case _:
            raise TypeError(f"{type(node).__name__} has no words. Teach `words.japanese` how to say it.")


def _doses(series: str, op: Op, number: int) -> str:
    shot = f"{series}の予防接種"
    if op in (Op.LT, Op.GE):
        once = (f"{shot}をまだ受けていない", f"{shot}をもう受けた")
        more = (f"{shot}がまだ{number}回済んでいない", f"{shot}が{number}回済んでいる")
        return (once if number == 1 else more)[op is Op.GE]
    return f"{shot}を受けた回数が{_SIZE[op].format(f'{number}回')}"
