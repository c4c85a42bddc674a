"""The typed tree of a condition (条件式). Every node is frozen, hashable, prints itself and travels as JSON.

The tree is the canonical form: text, JSON and every back end come from it. It knows no household and no pack.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from madoguchi.engines.eligibility.types import Op, Owner


class Group(StrEnum):
    """A collection of household members."""

    CHILDREN = "子"
    MEMBERS = "世帯員"


class Measure(StrEnum):
    """How an age is counted."""

    YEARS = "年齢"
    MONTHS = "月齢"
    FISCAL = "年度年齢"


class Counting(StrEnum):
    """Which day of an age is meant."""

    ATTAINED = "到達日"
    ANNIVERSARY = "応当日"


@dataclass(frozen=True, slots=True)
class AttrRef:
    """One attribute of one owner."""

    owner: Owner
    name: str


@dataclass(frozen=True, slots=True)
class Node:
    """Base of all nodes."""


@dataclass(frozen=True, slots=True)
class Constant(Node):
    """TRUE or FALSE."""

    value: bool


@dataclass(frozen=True, slots=True)
class Flag(Node):
    """A boolean attribute."""

    attr: AttrRef


@dataclass(frozen=True, slots=True)
class Compare(Node):
    """An attribute against a literal."""

    attr: AttrRef
    op: Op
    value: int | str | date


@dataclass(frozen=True, slots=True)
class OneOf(Node):
    """An enum attribute is one of several values."""

    attr: AttrRef
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Age(Node):
    """An age against a whole number."""

    owner: Owner
    measure: Measure
    op: Op
    number: int


@dataclass(frozen=True, slots=True)
class Reached(Node):
    """The as-of date (基準日) against the day on which an age of so many months is reached."""

    owner: Owner
    counting: Counting
    months: int
    op: Op


@dataclass(frozen=True, slots=True)
class AsOf(Node):
    """The as-of date against a fixed date."""

    op: Op
    day: date


@dataclass(frozen=True, slots=True)
class InTokyo(Node):
    """The household's municipality is one of the pack's (都内)."""


@dataclass(frozen=True, slots=True)
class Exists(Node):
    """Some member fulfils the condition (存在)."""

    group: Group
    condition: Node


@dataclass(frozen=True, slots=True)
class Every(Node):
    """Every member fulfils the condition (全員)."""

    group: Group
    condition: Node


@dataclass(frozen=True, slots=True)
class Count(Node):
    """How many members fulfil the condition, against a number (人数)."""

    group: Group
    condition: Node
    op: Op
    number: int


@dataclass(frozen=True, slots=True)
class BirthOrder(Node):
    """Position of this child among the children up to a fiscal age, eldest = 1 (出生順位)."""

    fiscal_age_limit: int
    op: Op
    number: int


@dataclass(frozen=True, slots=True)
class Limit(Node):
    """An amount against an income table at a number of dependants (限度額表)."""

    attr: AttrRef
    op: Op
    table: str
    by: AttrRef


@dataclass(frozen=True, slots=True)
class Receives(Node):
    """The programme is received now (受給); for a child, by the child or the applicant."""

    owner: Owner
    programme: str


@dataclass(frozen=True, slots=True)
class Doses(Node):
    """Doses recorded of one vaccine series against a number (接種済回数)."""

    owner: Owner
    series: str
    op: Op
    number: int


@dataclass(frozen=True, slots=True)
class SubCondition(Node):
    """A named part that each municipality fills (自治体条件)."""

    name: str


@dataclass(frozen=True, slots=True)
class Review(Node):
    """A clause that only a person can judge (要確認): always unknown."""

    id: str
    category: str


@dataclass(frozen=True, slots=True)
class And(Node):
    """All hold."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or(Node):
    """At least one holds."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not(Node):
    """The opposite."""

    item: Node


NODES: dict[str, type[Node]] = {cls.__name__: cls for cls in Node.__subclasses__()}


def atoms(node: Node) -> Iterator[Node]:
    """Yield the atoms of a tree from left to right; a group counts as one atom."""
    if isinstance(node, And | Or):
        for item in node.items:
            yield from atoms(item)
    elif isinstance(node, Not):
        yield from atoms(node.item)
    else:
        yield node


def walk(node: Node) -> Iterator[Node]:
    """Yield every node, the insides of groups included."""
    yield node
    if isinstance(node, And | Or):
        for item in node.items:
            yield from walk(item)
    elif isinstance(node, Not):
        yield from walk(node.item)
    elif isinstance(node, Exists | Every | Count):
        yield from walk(node.condition)


def conjunction(items: list[Node]) -> Node:
    """Return the items joined by AND; one item stays itself, nested ANDs are flattened."""
    flat = [part for item in items for part in (item.items if isinstance(item, And) else (item,))]
    return flat[0] if len(flat) == 1 else And(tuple(flat))


def disjunction(items: list[Node]) -> Node:
    """Return the items joined by OR; one item stays itself, nested ORs are flattened."""
    flat = [part for item in items for part in (item.items if isinstance(item, Or) else (item,))]
    return flat[0] if len(flat) == 1 else Or(tuple(flat))


def to_json(node: Node) -> dict[str, Any]:
    """Return the tree as plain JSON values; `from_json` gives the same tree back."""
    result: dict[str, Any] = {"node": type(node).__name__}
    for item in fields(node):
        result[item.name] = _encode(getattr(node, item.name))
    return result


def _encode(value: Any) -> Any:
    if isinstance(value, Node):
        return to_json(value)
    if isinstance(value, AttrRef):
        return {"owner": value.owner.value, "name": value.name}
    if isinstance(value, tuple):
        return [_encode(item) for item in value]
    if isinstance(value, date):
        return {"date": value.isoformat()}
    return value.value if isinstance(value, StrEnum) else value


_ENUMS: dict[str, type[StrEnum]] = {
    "op": Op,
    "owner": Owner,
    "group": Group,
    "measure": Measure,
    "counting": Counting,
}


def from_json(data: dict[str, Any]) -> Node:
    """Build a tree from `to_json`'s form; raise ValueError on an unknown node."""
    kind = NODES.get(data.get("node", ""))
    if kind is None:
        raise ValueError(f"Unknown node {data.get('node')!r}. Known are {', '.join(sorted(NODES))}.")
    return kind(**{item.name: _decode(item.name, data[item.name]) for item in fields(kind)})


def _decode(name: str, value: Any) -> Any:
    if isinstance(value, dict):
        if "node" in value:
            return from_json(value)
        if "date" in value:
            return date.fromisoformat(value["date"])
        return AttrRef(Owner(value["owner"]), value["name"])
    if isinstance(value, list):
        return tuple(_decode("", item) for item in value)
    return _ENUMS[name](value) if name in _ENUMS else value
