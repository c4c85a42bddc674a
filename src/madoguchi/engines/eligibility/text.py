"""Prints a tree as condition text; `language.parse` of the result gives the same tree back."""

from datetime import date

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import AttrRef, Node
from madoguchi.engines.eligibility.types import Owner

_PREFIX = {
    Owner.SELF: "",
    Owner.MEMBER: "",
    Owner.EITHER: "",
    Owner.APPLICANT: "申請者.",
    Owner.HOUSEHOLD: "世帯.",
}


def to_text(node: Node, *, in_group: bool = False) -> str:
    """Return the canonical text of a tree."""
    match node:
        case ast.And(items):
            return " AND ".join(_wrapped(item, in_group, ast.Or, ast.And) for item in items)
        case ast.Or(items):
            return " OR ".join(_wrapped(item, in_group, ast.Or) for item in items)
        case ast.Not(item):
            return "NOT " + _wrapped(item, in_group, ast.And, ast.Or)
        case _:
            return _atom(node, in_group)


def _wrapped(node: Node, in_group: bool, *kinds: type[Node]) -> str:
    text = to_text(node, in_group=in_group)
    return f"({text})" if isinstance(node, kinds) else text


def _name(attr: AttrRef, in_group: bool) -> str:
    return _owner(attr.owner, in_group) + attr.name


def _owner(owner: Owner, in_group: bool) -> str:
    return "本人." if in_group and owner is Owner.SELF else _PREFIX[owner]


def _value(value: int | str | date) -> str:
    return str(value) if isinstance(value, int) else f"'{value}'"


def _atom(node: Node, in_group: bool) -> str:
    match node:
        case ast.Constant(value):
            return "TRUE" if value else "FALSE"
        case ast.Flag(attr):
            return _name(attr, in_group)
        case ast.Compare(attr, op, value):
            return f"{_name(attr, in_group)} {op} {_value(value)}"
        case ast.OneOf(attr, values):
            return f"{_name(attr, in_group)} IN ({', '.join(map(_value, values))})"
        case ast.Age(owner, measure, op, number):
            return f"{_owner(owner, in_group)}{measure} {op} {number}"
        case ast.Reached(owner, counting, months, op):
            return f"基準日 {op} {_owner(owner, in_group)}{counting}({months}, '月')"
        case ast.AsOf(op, day):
            return f"基準日 {op} '{day}'"
        case ast.Limit(attr, op, table, by):
            return f"{_name(attr, in_group)} {op} 限度額表('{table}', {_name(by, in_group)})"
        case _:
            return _function(node, in_group)


def _function(node: Node, in_group: bool) -> str:
    match node:
        case ast.InTokyo():
            return "都内()"
        case ast.Exists(group, condition):
            return f"存在({group}, {to_text(condition, in_group=True)})"
        case ast.Every(group, condition):
            return f"全員({group}, {to_text(condition, in_group=True)})"
        case ast.Count(group, condition, op, number):
            return f"人数({group}, {to_text(condition, in_group=True)}) {op} {number}"
        case ast.BirthOrder(limit, op, number):
            return f"出生順位({limit}) {op} {number}"
        case ast.Receives(owner, programme):
            return f"{'本人.' if owner is Owner.SELF else _owner(owner, in_group)}受給('{programme}')"
        case ast.Doses(owner, series, op, number):
            return f"{_owner(owner, in_group)}接種済回数('{series}') {op} {number}"
        case ast.SubCondition(name):
            return f"自治体条件('{name}')"
        case ast.Review(identifier, category):
            return f"要確認('{identifier}', '{category}')"
        case _:
            raise TypeError(f"{type(node).__name__} is no atom. Teach `text` how to print it.")
