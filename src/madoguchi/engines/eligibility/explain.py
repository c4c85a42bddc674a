"""Why: the smallest set of atoms that decides a verdict, and what is still missing.

Gives trees and truths; putting them into words is the task of `words`.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import AttrRef, Group, Node
from madoguchi.engines.eligibility.facts import RECEIVED, UNKNOWN_PERSON, VACCINATED, Value
from madoguchi.engines.eligibility.rules import Role
from madoguchi.engines.eligibility.scalar import MUNICIPALITY, Case, Rulebook, compiled
from madoguchi.engines.eligibility.types import Owner, Truth

BIRTH = "生年月日"


@dataclass(frozen=True, slots=True)
class Finding:
    """One atom that decides, whether it stands under NOT, and its own truth (before NOT)."""

    atom: Node
    truth: Truth
    negated: bool


@dataclass(frozen=True, slots=True)
class Missing:
    """One fact that would help: whose (申請者, 子, 世帯員 or 世帯) and which attribute."""

    who: str
    attribute: str


@dataclass(frozen=True, slots=True)
class Branch:
    """One node of a condition as judged for a case: its own truth, what it looked at, and the nodes below."""

    node: Node
    truth: Truth
    decides: bool
    """It is one of the atoms of `explain`."""
    values: tuple[tuple[AttrRef, Value | None], ...]
    parts: tuple["Branch", ...]
    who: tuple[Role, int] | None = None
    """In a group, the member that was looked at (−1 = one who is not listed)."""


def branches(node: Node, case: Case) -> Branch:
    """Return the whole tree with the truth of every node, the insides of groups member by member."""
    return _branch(_resolved(node, case), case, frozenset(explain(node, case)), negated=False)


def _branch(node: Node, case: Case, deciding: frozenset[Finding], *, negated: bool) -> Branch:
    truth = Truth(compiled(node)(case))
    if isinstance(node, ast.And | ast.Or):
        parts = tuple(_branch(item, case, deciding, negated=negated) for item in node.items)
    elif isinstance(node, ast.Not):
        parts = (_branch(node.item, case, deciding, negated=not negated),)
    elif isinstance(node, ast.Exists | ast.Every | ast.Count):
        parts = tuple(_of_members(node, case))
    else:
        parts = ()
    values = tuple((attr, _value(attr, case)) for attr in attributes(node))
    return Branch(node, truth, Finding(node, truth, negated) in deciding, values, parts)


def _of_members(node: ast.Exists | ast.Every | ast.Count, case: Case) -> Iterator[Branch]:
    household, children = case.household, node.group is Group.CHILDREN
    people = [((Role.CHILD, index), child) for index, child in enumerate(household.children)]
    if not children:
        others = [((Role.OTHER, index), other) for index, other in enumerate(household.others)]
        people = [((Role.APPLICANT, 0), household.applicant), *people, *others]
    if not (household.children_complete if children else household.members_complete):
        people.append((((Role.CHILD if children else Role.OTHER), -1), UNKNOWN_PERSON if children else household.rest))
    for who, person in people:
        inner = replace(case, member=person)
        yield replace(_branch(node.condition, inner, frozenset(), negated=False), who=who)


def _value(attr: AttrRef, case: Case) -> Value | None:
    if attr.owner is Owner.EITHER:
        return case.person.facts.get(attr.name) or case.household.applicant.facts.get(attr.name)
    return case.of(attr.owner).get(attr.name)


def explain(node: Node, case: Case) -> tuple[Finding, ...]:
    """Return the smallest set of atoms that decides: all that hold, one that fails, or those still unknown."""
    return tuple(_decisive(_resolved(node, case), case, negated=False))


def _resolved(node: Node, case: Case) -> Node:
    return resolved(node, str(case.household.facts.get(MUNICIPALITY)), case.rulebook)


def resolved(node: Node, municipality: str, rulebook: Rulebook) -> Node:
    """Put a municipality's own parts in the place of 自治体条件 where they are known."""
    match node:
        case ast.And(items):
            return ast.And(tuple(resolved(item, municipality, rulebook) for item in items))
        case ast.Or(items):
            return ast.Or(tuple(resolved(item, municipality, rulebook) for item in items))
        case ast.Not(item):
            return ast.Not(resolved(item, municipality, rulebook))
        case ast.SubCondition(name):
            return rulebook.subconditions.get((name, municipality), node)
        case _:
            return node


def _decisive(node: Node, case: Case, *, negated: bool) -> list[Finding]:
    truth = Truth(compiled(node)(case))
    if isinstance(node, ast.Not):
        return _decisive(node.item, case, negated=not negated)
    if not isinstance(node, ast.And | ast.Or):
        return [Finding(node, truth, negated)]
    parts = [_decisive(item, case, negated=negated) for item in node.items if compiled(item)(case) == truth]
    one_suffices = truth == (Truth.FALSE if isinstance(node, ast.And) else Truth.TRUE)
    if one_suffices:
        return min(parts, key=len)
    return [finding for part in parts for finding in part]


def missing(node: Node, case: Case, role: Role) -> frozenset[Missing]:
    """Return the facts that are missing in live branches: knowing nothing else can change the verdict."""
    return frozenset(_missing(_resolved(node, case), case, role))


def _missing(node: Node, case: Case, role: Role) -> Iterator[Missing]:
    if compiled(node)(case) != Truth.UNKNOWN:
        return
    if isinstance(node, ast.And | ast.Or):
        for item in node.items:
            yield from _missing(item, case, role)
    elif isinstance(node, ast.Not):
        yield from _missing(node.item, case, role)
    else:
        yield from missing_of_atom(node, case, role)


def missing_of_atom(atom: Node, case: Case, role: Role) -> Iterator[Missing]:
    """Yield the facts that an atom which is unknown still needs; a group yields those of its members."""
    if isinstance(atom, ast.Exists | ast.Every | ast.Count):
        yield from _missing_in_group(atom, case)
    elif isinstance(atom, ast.BirthOrder):
        yield Missing(Role.CHILD, BIRTH)
    else:
        for attr in attributes(atom):
            if _fact_is_open(attr, case):
                yield Missing(_who(attr.owner, role), attr.name)


def _missing_in_group(node: ast.Exists | ast.Every | ast.Count, case: Case) -> Iterator[Missing]:
    household = case.household
    children = node.group is Group.CHILDREN
    groups = [(Role.CHILD, household.children)]
    if not children:
        groups += [(Role.APPLICANT, (household.applicant,)), (Role.OTHER, household.others)]
    if children and not household.children_complete:
        yield Missing(Role.CHILD, BIRTH)
    if not children and not household.members_complete:
        groups.append((Role.OTHER, (household.rest,)))
    for role, people in groups:
        for person in people:
            inner = Case(case.today, household, case.person, case.rulebook, member=person)
            yield from _missing(node.condition, inner, role)


def _fact_is_open(attr: AttrRef, case: Case) -> bool:
    if attr.owner is Owner.EITHER:
        return attr.name not in case.person.facts or attr.name not in case.household.applicant.facts
    value = case.of(attr.owner).get(attr.name)
    return value is None or not isinstance(value, bool | str)


def _who(owner: Owner, role: Role) -> str:
    if owner is Owner.HOUSEHOLD:
        return "世帯"
    return Role.APPLICANT.value if owner in (Owner.APPLICANT, Owner.EITHER) else role.value


def attributes(atom: Node) -> tuple[AttrRef, ...]:
    """Return the attributes that an atom looks at (groups: none, look inside them)."""
    match atom:
        case ast.Flag(attr) | ast.Compare(attr) | ast.OneOf(attr):
            return (attr,)
        case ast.Age(owner) | ast.Reached(owner):
            return (AttrRef(owner, BIRTH),)
        case ast.Limit(attr, _, _, by):
            return (attr, by)
        case ast.Receives(owner):
            return (AttrRef(owner, RECEIVED),)
        case ast.Doses(owner):
            return (AttrRef(owner, VACCINATED),)
        case ast.InTokyo() | ast.SubCondition():
            return (AttrRef(Owner.HOUSEHOLD, MUNICIPALITY),)
        case _:
            return ()
