"""Joins the tests of a sentence and of a list with AND and OR, as the words between them say.

「で」 binds tighter than 「または」, which binds tighter than a comma. Knows only trees and the words between them.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import Node
from madoguchi.engines.eligibility.reading.hits import Family
from madoguchi.engines.eligibility.types import Op

_FLIP = {Op.LT: Op.GE, Op.GE: Op.LT, Op.LE: Op.GT, Op.GT: Op.LE, Op.EQ: Op.NE, Op.NE: Op.EQ}


def negated(node: Node) -> Node:
    """Return the opposite with NOT pushed to the single tests; comparisons turn their sign."""
    match node:
        case ast.Not(item):
            return item
        case ast.And(items):
            return ast.disjunction([negated(item) for item in items])
        case ast.Or(items):
            return ast.conjunction([negated(item) for item in items])
        case ast.Age(owner, measure, op, number):
            return ast.Age(owner, measure, _FLIP[op], number)
        case ast.Compare(attr, op, value):
            return ast.Compare(attr, _FLIP[op], value)
        case ast.Limit(attr, op, table, by):
            return ast.Limit(attr, _FLIP[op], table, by)
        case ast.Review():
            return node
        case _:
            return ast.Not(node)


def all_of(nodes: Sequence[Node]) -> Node | None:
    """Join with AND, each test once; None of nothing."""
    flat = [part for node in nodes for part in (node.items if isinstance(node, ast.And) else (node,))]
    return ast.conjunction(list(dict.fromkeys(flat))) if flat else None


def any_of(nodes: Sequence[Node]) -> Node | None:
    """Join with OR, each test once; None of nothing."""
    flat = [part for node in nodes for part in (node.items if isinstance(node, ast.Or) else (node,))]
    return ast.disjunction(list(dict.fromkeys(flat))) if flat else None


@dataclass(frozen=True, slots=True)
class Item:
    """One node of a sentence: where it stands, what it is, whether an exclusion has turned it round."""

    start: int
    end: int
    node: Node
    family: Family
    excluded: bool = False


class _Gap:
    """How two neighbours are joined, loosest first."""

    AND_LOOSE, OR, AND_TIGHT, OR_TIGHT = range(4)


_PARENTS = re.compile(r"[父母](?:又は|または|もしくは|若しくは|か)[父母]")
_OR_WORD = re.compile(
    r"または|又は|もしくは|若しくは|あるいは|または、|か、|(?:^|いる|る)か又は|^や|^か(?=[一-龥])|[)」]か$"
)
_AND_WORD = re.compile(r"かつ|(?:で|し|て|こと|おり|あり|り|く)[、,]|で$|であって|のうち|に(?:、)?$|の(?:、)?$")
_LIST = re.compile(
    r"^(?:[^、。]{0,14}?)(?:、|・|,|や|及び|および|並びに|と|\n|\s)[^、。]{0,8}$|^(?:、|・|,|や|及び|および|と|\n|\s|\))?$"
)
_LIKE = frozenset({Family.CERTIFICATE, Family.NEED, Family.MATERNITY, Family.CAUSE, Family.DUTY, Family.FAMILY})


def _gap(text: str, left: Item, right: Item) -> int:
    between = _PARENTS.sub("", text[left.end : right.start])
    like = left.family is right.family and left.family in _LIKE and left.excluded is right.excluded
    if text[right.start : right.start + 1] == "や" or text[left.end - 1 : left.end] == "や":
        return _Gap.OR
    if right.start < left.end or _OR_WORD.search(between):
        return (_Gap.OR_TIGHT if like else _Gap.OR) if right.start >= left.end else _Gap.AND_TIGHT
    if (
        left.excluded
        and right.excluded
        and re.search(r"、|・|や|及び|および", between)
        and not re.search("かつ|で、", between)
    ):
        return _Gap.OR
    if _two_groups_of_people(text, left, right):
        return _Gap.OR_TIGHT
    if like and _alternatives(left, right) and _LIST.match(between) and not _AND_WORD.search(between):
        return _Gap.OR_TIGHT
    if left.family is right.family is Family.AGE and re.fullmatch(r"(?:[、・,や\s]|及び|および|並びに)+", between):
        return _Gap.OR_TIGHT
    if (
        _mother_or_child(left, right)
        and re.search(r"[、・やと]|及び|および", between)
        and not _AND_WORD.search(between)
    ):
        return _Gap.OR
    placed = Family.PLACE in (left.family, right.family)
    return _Gap.AND_LOOSE if placed or re.search(r"[、。\n(]", between) else _Gap.AND_TIGHT


_WHOM = frozenset({Family.CERTIFICATE, Family.NEED, Family.HEALTH, Family.FAMILY, Family.MATERNITY, Family.CAUSE})
_ENDS_PEOPLE = re.compile(r"(?:方|者|世帯|家庭|妊婦|産婦)(?:、|・|や|と|及び|および|並びに)\s*$")
_ARE_PEOPLE = re.compile(r"[^、。\n]{0,10}(?:方|者|世帯|家庭|妊婦|産婦)")


def _mother_or_child(left: Item, right: Item) -> bool:
    """「未就学児とその保護者、妊婦の方」 names the mother-to-be beside the parents of a child."""
    families = {left.family, right.family}
    child = any(isinstance(item.node, ast.Exists) and item.family is Family.AGE for item in (left, right))
    return child and families == {Family.AGE, Family.MATERNITY}


def _two_groups_of_people(text: str, left: Item, right: Item) -> bool:
    """「手帳をお持ちの方、難病の方」 names two groups: either is enough."""
    whom = {left.family, right.family}
    if not whom <= _WHOM | {Family.REVIEW} or whom == {Family.REVIEW} or left.excluded is not right.excluded:
        return False
    named = _ENDS_PEOPLE.search(text[left.start : right.start])
    return bool(named and _ARE_PEOPLE.match(text, max(right.start, right.end - 2)))


def _alternatives(left: Item, right: Item) -> bool:
    """Tell whether two tests of one family can be alternatives: 監護 and 生計同一 are demanded together."""
    if left.family is not Family.FAMILY:
        return True
    names = {part.attr.name for item in (left, right) for part in ast.walk(item.node) if isinstance(part, ast.Flag)}
    return not names & {"監護", "生計同一", "婚姻中", "日本国籍"}


def sentence(items: Sequence[Item], text: str) -> Node | None:
    """Join the items of one sentence; excluded ones are joined first and then turned round."""
    ordered = sorted(items, key=lambda item: (item.start, item.end))
    if not ordered:
        return None
    groups: list[list[list[list[Item]]]] = [[[[ordered[0]]]]]
    for left, right in pairwise(ordered):
        gap = _gap(text, left, right)
        if gap == _Gap.AND_LOOSE or left.excluded is not right.excluded:
            groups.append([[[right]]])
        elif gap == _Gap.OR:
            groups[-1].append([[right]])
        elif gap == _Gap.AND_TIGHT:
            groups[-1][-1].append([right])
        else:
            groups[-1][-1][-1].append(right)
    return all_of([node for group in groups if (node := _group(group)) is not None])


def _group(alternatives: list[list[list[Item]]]) -> Node | None:
    """Join one stretch between loose commas: units of OR-tight items, ANDed, then alternatives, then turned round."""
    nodes = [node for units in alternatives if (node := all_of([_unit(unit) for unit in units])) is not None]
    joined = any_of(nodes)
    if joined is not None and alternatives[0][0][0].excluded:
        return negated(joined)
    return joined


def _unit(unit: list[Item]) -> Node:
    return ast.disjunction(list(dict.fromkeys(item.node for item in unit)))


def leaves(node: Node) -> Iterator[Node]:
    """Yield the single tests of a tree, NOT with its test, 要確認 left out."""
    if isinstance(node, ast.And | ast.Or):
        for item in node.items:
            yield from leaves(item)
    elif not isinstance(node, ast.Review):
        yield node


def is_upper(node: Node) -> bool:
    """Tell whether a test is an upper bound of an age."""
    return isinstance(node, ast.Age) and node.op.value in ("<", "<=")


def replaced(tree: Node, before: Node, after: Node) -> Node:
    """Return the tree with one part exchanged wherever it stands."""
    if tree == before:
        return after
    if isinstance(tree, ast.And):
        return ast.And(tuple(replaced(item, before, after) for item in tree.items))
    if isinstance(tree, ast.Or):
        return ast.disjunction([replaced(item, before, after) for item in tree.items])
    return tree
