"""Puts an atom into words a resident can read, in Japanese and English. Knows labels, never a programme."""

from collections.abc import Callable, Mapping
from datetime import date

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import AttrRef, Counting, Group, Measure, Node
from madoguchi.engines.eligibility.explain import Finding
from madoguchi.engines.eligibility.types import Op, Owner, Vocabulary

_OWNER_JA = {Owner.APPLICANT: "申請する人の", Owner.HOUSEHOLD: "世帯の"}
_OWNER_EN = {Owner.APPLICANT: "the applicant's ", Owner.HOUSEHOLD: "the household's "}
_OP_JA = {
    Op.EQ: "が{0}",
    Op.NE: "が{0}ではない",
    Op.LT: "が{0}未満",
    Op.LE: "が{0}以下",
    Op.GT: "が{0}を超える",
    Op.GE: "が{0}以上",
}
_OP_EN = {
    Op.EQ: "is {0}",
    Op.NE: "is not {0}",
    Op.LT: "is below {0}",
    Op.LE: "is at most {0}",
    Op.GT: "is above {0}",
    Op.GE: "is at least {0}",
}
_DAY_JA = {Op.GE: "{0}から", Op.GT: "{0}の次の日から", Op.LE: "{0}まで", Op.LT: "{0}の前の日まで"}
_DAY_EN = {Op.GE: "from {0}", Op.GT: "after {0}", Op.LE: "until {0}", Op.LT: "before {0}"}
_GROUP_JA = {Group.CHILDREN: "子ども", Group.MEMBERS: "世帯の人"}
_GROUP_EN = {Group.CHILDREN: "child", Group.MEMBERS: "member of the household"}
_MEASURE_JA = {
    Measure.YEARS: ("年齢", "{0}歳"),
    Measure.MONTHS: ("月齢", "{0}か月"),
    Measure.FISCAL: ("年度末の年齢", "{0}歳"),
}
_MEASURE_EN = {
    Measure.YEARS: ("age", "{0}"),
    Measure.MONTHS: ("age in months", "{0}"),
    Measure.FISCAL: ("age at the end of the school year", "{0}"),
}


def describe(finding: Finding, *, language: str, vocabulary: Vocabulary) -> str:
    """Return one atom in words (`ja` or `en`), with 'not' where it stands under NOT."""
    text = atom_text(finding.atom, language=language, vocabulary=vocabulary)
    if not finding.negated:
        return text
    return f"not: {text}" if language == "en" else f"「{text}」ではない"


def parts_in_words(node: Node, *, language: str, vocabulary: Vocabulary) -> list[str]:
    """Return a condition in words, one text for each part that must hold."""
    parts = node.items if isinstance(node, ast.And) else (node,)
    return [atom_text(part, language=language, vocabulary=vocabulary) for part in parts]


def atom_text(node: Node, *, language: str, vocabulary: Vocabulary) -> str:
    """Return a tree in words; AND, OR and NOT inside groups included."""
    if language == "en":
        return _english(node, vocabulary)
    return _japanese(node)


def _japanese(node: Node) -> str:
    match node:
        case ast.And(items):
            return "、かつ".join(_japanese(item) for item in items)
        case ast.Or(items):
            return "、または".join(_japanese(item) for item in items)
        case ast.Not(item):
            return f"「{_japanese(item)}」ではない"
        case ast.Constant(value):
            return "すべての人" if value else "だれも対象ではない"
        case ast.Flag(attr):
            return _ja_name(attr)
        case ast.Compare(attr, op, value):
            return _ja_name(attr) + _OP_JA[op].format(_number(value, "円" if "所得" in attr.name else ""))
        case ast.OneOf(attr, values):
            return f"{_ja_name(attr)}が{'・'.join(values)}のどれか"
        case ast.Age(owner, measure, op, number):
            name, unit = _MEASURE_JA[measure]
            return _OWNER_JA.get(owner, "") + name + _OP_JA[op].format(unit.format(number))
        case ast.Limit(attr, op, table, _):
            return _ja_name(attr) + _OP_JA[op].format(f"限度額（{table}）")
        case _:
            return _japanese_other(node)


def _japanese_other(node: Node) -> str:
    match node:
        case ast.Reached(_, counting, months, op):
            day = f"{_age_ja(months)}になる日" if counting is Counting.ATTAINED else f"{_age_ja(months)}の誕生日"
            return _DAY_JA.get(op, "{0}").format(day)
        case ast.AsOf(op, day):
            return _DAY_JA.get(op, "{0}").format(f"{day.year}年{day.month}月{day.day}日")
        case ast.InTokyo():
            return "東京都内に住んでいる"
        case ast.Exists(group, condition):
            return f"「{_japanese(condition)}」に当てはまる{_GROUP_JA[group]}がいる"
        case ast.Every(group, condition):
            return f"{_GROUP_JA[group]}全員が「{_japanese(condition)}」に当てはまる"
        case ast.Count(group, condition, op, number):
            return f"「{_japanese(condition)}」に当てはまる{_GROUP_JA[group]}の人数" + _OP_JA[op].format(f"{number}人")
        case ast.BirthOrder(_, op, number):
            return "きょうだいの中での順番" + _OP_JA[op].format(f"{number}番目")
        case ast.Receives(_, programme):
            return f"{programme}を受けている"
        case ast.Doses(_, series, op, number):
            return f"{series}の予防接種を受けた回数" + _OP_JA[op].format(f"{number}回")
        case ast.SubCondition(name):
            return f"お住まいの区市町村の条件（{name}）"
        case ast.Review(_, category):
            return f"窓口での確認が必要（{category}）"
        case _:
            raise TypeError(f"{type(node).__name__} has no words. Teach `words` how to say it.")


def _english(node: Node, vocabulary: Vocabulary) -> str:
    def inner(item: Node) -> str:
        return _english(item, vocabulary)

    def name(attr: AttrRef) -> str:
        return _en_name(attr, vocabulary)

    match node:
        case ast.And(items):
            return " and ".join(inner(item) for item in items)
        case ast.Or(items):
            return " or ".join(inner(item) for item in items)
        case ast.Not(item):
            return f"not: {inner(item)}"
        case ast.Constant(value):
            return "everybody" if value else "nobody"
        case ast.Flag(attr):
            return name(attr)
        case ast.Compare(attr, op, value):
            return f"{name(attr)} {_OP_EN[op].format(_number(value, ' yen' if '所得' in attr.name else ''))}"
        case ast.OneOf(attr, values):
            return f"{name(attr)} is one of {', '.join(values)}"
        case ast.Age(owner, measure, op, number):
            label, unit = _MEASURE_EN[measure]
            return f"{_OWNER_EN.get(owner, '')}{label} {_OP_EN[op].format(unit.format(number))}"
        case ast.Limit(attr, op, table, _):
            return f"{name(attr)} {_OP_EN[op].format(f'the limit ({table})')}"
        case _:
            return _english_other(node, inner)


def _english_other(node: Node, inner: Callable[[Node], str]) -> str:
    match node:
        case ast.Reached(_, counting, months, op):
            day = f"the {'day' if counting is Counting.ATTAINED else 'birthday'} of {_age_en(months)}"
            return _DAY_EN.get(op, "{0}").format(day)
        case ast.AsOf(op, day):
            return _DAY_EN.get(op, "{0}").format(day)
        case ast.InTokyo():
            return "lives in Tokyo"
        case ast.Exists(group, condition):
            return f"there is a {_GROUP_EN[group]} for whom: {inner(condition)}"
        case ast.Every(group, condition):
            return f"for every {_GROUP_EN[group]}: {inner(condition)}"
        case ast.Count(group, condition, op, number):
            return f"the number of each {_GROUP_EN[group]} for whom ({inner(condition)}) {_OP_EN[op].format(number)}"
        case ast.BirthOrder(_, op, number):
            return f"position among the siblings {_OP_EN[op].format(number)}"
        case ast.Receives(_, programme):
            return f"receives {programme}"
        case ast.Doses(_, series, op, number):
            return f"doses of {series} {_OP_EN[op].format(number)}"
        case ast.SubCondition(name):
            return f"condition of the municipality ({name})"
        case ast.Review(_, category):
            return f"the office must check ({category})"
        case _:
            raise TypeError(f"{type(node).__name__} has no words. Teach `words` how to say it.")


def _ja_name(attr: AttrRef) -> str:
    return _OWNER_JA.get(attr.owner, "") + attr.name


def _en_name(attr: AttrRef, vocabulary: Vocabulary) -> str:
    known: Mapping[str, object] = vocabulary.attributes
    label = vocabulary.attributes[attr.name].label_en if attr.name in known else ""
    return _OWNER_EN.get(attr.owner, "") + (label or attr.name)


def _number(value: int | str | date, unit: str) -> str:
    return f"{value:,}{unit}" if isinstance(value, int) else str(value)


def _age_ja(months: int) -> str:
    years, rest = divmod(months, 12)
    return (f"{years}歳" if years else "") + (f"{rest}か月" if rest or not years else "")


def _age_en(months: int) -> str:
    years, rest = divmod(months, 12)
    parts = [f"{years} years"] if years else []
    return " ".join([*parts, f"{rest} months"] if rest or not years else parts)
