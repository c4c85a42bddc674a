"""What a back end over whole populations is made for, and how the columns of its table of residents are named.

One row is one person. Columns carry attribute names; `申請者.` before the facts of a child's guardian, `世帯.` before those
of the household; `受給中の制度.X` (Boolean) and `接種記録.S` (whole number) hold one entry of a list. Knows no engine.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from datetime import date

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import AttrRef, Node
from madoguchi.engines.eligibility.explain import BIRTH
from madoguchi.engines.eligibility.facts import RECEIVED, VACCINATED
from madoguchi.engines.eligibility.rules import Rule
from madoguchi.engines.eligibility.scalar import MUNICIPALITY, Rulebook
from madoguchi.engines.eligibility.types import Owner, Subject

PERSON = "住民番号"
HOUSEHOLD = "世帯番号"
ROLE = "続柄"
CHILD = "子"
HEAD = "世帯主"
AREA = f"世帯.{MUNICIPALITY}"
KEYS = frozenset({PERSON, HOUSEHOLD, ROLE})
ROLE_OF = {Subject.CHILD: CHILD, Subject.HOUSEHOLD: HEAD}
"""The 続柄 of the rows that a subject is about; 本人 is about every row."""
UNKNOWN = ast.Review("", "その他")
"""A tree that is unknown for everybody."""
GroupNode = ast.Exists | ast.Every | ast.Count
_OUTSIDE = {Owner.SELF, Owner.APPLICANT, Owner.EITHER}


@dataclass(frozen=True, slots=True)
class Plan:
    """What an expression is made for: the day, the pack, the subject, one municipality, the columns that exist.

    `municipality` says that everybody lives there; None means that 世帯.自治体コード tells where.
    """

    today: date
    rulebook: Rulebook
    subject: Subject
    municipality: str | None
    columns: frozenset[str]

    def parts(self, name: str) -> dict[str, Node]:
        """Return municipality code → tree of a named sub-condition (自治体条件), sorted by code."""
        found = {code: part for (key, code), part in self.rulebook.subconditions.items() if key == name}
        return dict(sorted(found.items()))


def column_of(attr: AttrRef, subject: Subject) -> str:
    """Return the name of the column that holds an attribute where conditions are about a subject."""
    if attr.owner is Owner.HOUSEHOLD:
        return f"世帯.{attr.name}"
    if attr.owner is Owner.APPLICANT and subject is Subject.CHILD:
        return f"申請者.{attr.name}"
    return attr.name


def received(node: ast.Receives) -> list[AttrRef]:
    """Return the Boolean attributes of which one must be true: those of the child and of the applicant, or of one."""
    owners = (Owner.SELF, Owner.APPLICANT) if node.owner is Owner.EITHER else (node.owner,)
    return [AttrRef(owner, f"{RECEIVED}.{node.programme}") for owner in owners]


def doses(node: ast.Doses) -> AttrRef:
    """Return the whole-number attribute that holds the doses of one series."""
    return AttrRef(node.owner, f"{VACCINATED}.{node.series}")


def attributes_of(node: Node) -> Iterator[AttrRef]:
    """Yield the attributes that one atom reads, as a table of residents holds them."""
    match node:
        case ast.Age(owner) | ast.Reached(owner):
            yield AttrRef(owner, BIRTH)
        case ast.BirthOrder():
            yield AttrRef(Owner.SELF, BIRTH)
        case ast.InTokyo() | ast.SubCondition():
            yield AttrRef(Owner.HOUSEHOLD, MUNICIPALITY)
        case ast.Receives():
            yield from received(node)
        case ast.Doses():
            yield doses(node)
        case _:
            yield from (value for item in fields(node) if isinstance(value := getattr(node, item.name), AttrRef))


def columns_read(rules: Iterable[Rule], rulebook: Rulebook) -> frozenset[str]:
    """Return every column that conditions and their municipal parts can read, the keys of a resident included."""
    found = set(KEYS)
    for rule in rules:
        found |= set(_columns(rule.node, rule.subject, rulebook))
        if rule.area is not None:
            found.add(AREA)
    return frozenset(found)


def _columns(root: Node, subject: Subject, rulebook: Rulebook) -> Iterator[str]:
    for node in ast.walk(root):
        yield from (column_of(attr, subject) for attr in attributes_of(node))
        if isinstance(node, ast.SubCondition):
            for (name, _), part in rulebook.subconditions.items():
                if name == node.name:
                    yield from _columns(part, subject, rulebook)


def outside(group: GroupNode) -> Node | None:
    """Return an atom in a group's condition that is not about the member but about who is judged, None without one.

    A back end reads such an atom in another row than the members': it settles the atom first (`settled`).
    """
    for atom in ast.atoms(group.condition):
        owners = {attr.owner for attr in attributes_of(atom)}
        if isinstance(atom, ast.SubCondition | ast.Exists | ast.Every | ast.Count) or owners & _OUTSIDE:
            return atom
    return None


def mixed(atom: Node) -> bool:
    """Tell whether one comparison needs a fact of the member and one of who is judged: no column can answer it."""
    owners = {attr.owner for attr in attributes_of(atom)}
    return Owner.MEMBER in owners and bool(owners & _OUTSIDE)


def settled(group: GroupNode, atom: Node, answer: Node) -> GroupNode:
    """Return the group with an atom of its condition replaced by an answer. Kleene's logic allows it atom by atom."""
    return replace(group, condition=_replaced(group.condition, atom, answer))


def _replaced(node: Node, atom: Node, answer: Node) -> Node:
    match node:
        case ast.And(items):
            return ast.And(tuple(_replaced(item, atom, answer) for item in items))
        case ast.Or(items):
            return ast.Or(tuple(_replaced(item, atom, answer) for item in items))
        case ast.Not(item):
            return ast.Not(_replaced(item, atom, answer))
        case _:
            return answer if node == atom else node
