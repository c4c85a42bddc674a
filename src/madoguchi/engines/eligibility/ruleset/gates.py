"""Rules as gates over shared atoms: each distinct atom and each distinct part of a condition stands once.

A gate's value is the number of `scene`: one truth per column. Gates stand after their inputs, so one pass judges all
rules. Knows trees and truths, neither programmes nor words.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import IntEnum

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import Node
from madoguchi.engines.eligibility.explain import Finding
from madoguchi.engines.eligibility.ruleset.atoms import (
    Judge,
    as_person,
    judge_of,
    names,
    own_attribute,
    owners,
    turns_with_time,
)
from madoguchi.engines.eligibility.ruleset.scene import Scene
from madoguchi.engines.eligibility.scalar import compare_bands
from madoguchi.engines.eligibility.types import Band, Owner, Truth


class Kind(IntEnum):
    """What a gate does."""

    ATOM = 0
    AND = 1
    OR = 2
    NOT = 3
    GROUP = 4


_ATOM, _AND, _OR, _NOT, _GROUP = Kind  # as names of the module they are found faster where every gate is judged


@dataclass(slots=True, eq=False)
class Gate:
    """One distinct part of the conditions."""

    index: int
    kind: Kind
    node: Node
    inputs: tuple["Gate", ...]
    indices: tuple[int, ...]
    """The places of the inputs."""
    judge: Judge | None
    names: frozenset[str] | None
    """Attributes that decide it; None = possibly any."""
    own: str
    """The one attribute of the person that alone decides an atom; empty where it is not so simple."""
    timed: tuple["Gate", ...]
    """The atoms among its inputs, at any depth, that the calendar alone can change."""
    findings: tuple[tuple[Finding, ...], ...]
    """What it says as a reason, alone, by truth and, three places on, under NOT."""


class Gates:
    """All gates of a set of rules. `plan` is run in order."""

    def __init__(self) -> None:
        self.plan: list[Gate] = []
        self._known: dict[tuple[object, ...], Gate] = {}

    def add(self, node: Node, *, in_group: bool = False) -> Gate:
        """Return the gate of a tree, shared with every equal tree."""
        match node:
            case ast.And(items) | ast.Or(items):
                kind = Kind.AND if isinstance(node, ast.And) else Kind.OR
                return self._gate(kind, node, tuple(self.add(item, in_group=in_group) for item in items))
            case ast.Not(item):
                return self._gate(Kind.NOT, node, (self.add(item, in_group=in_group),))
            case ast.Exists(_, part) | ast.Every(_, part) | ast.Count(_, part) if not _looks_back(part):
                return self._gate(Kind.GROUP, node, (self.add(part, in_group=True),))
            case _:
                return self._gate(Kind.ATOM, as_person(node) if in_group else node, ())

    def _gate(self, kind: Kind, node: Node, inputs: tuple[Gate, ...]) -> Gate:
        own = node if kind in (Kind.ATOM, Kind.GROUP) else None
        key = (kind, own, *(gate.index for gate in inputs))
        gate = self._known.get(key)
        if gate is None:
            gate = self._known[key] = self._new(kind, node, inputs)
            self.plan.append(gate)
        return gate

    def _new(self, kind: Kind, node: Node, inputs: tuple[Gate, ...]) -> Gate:
        atom = kind is Kind.ATOM
        timed = tuple(dict.fromkeys(part for gate in inputs for part in gate.timed))
        gate = Gate(
            index=len(self.plan),
            kind=kind,
            node=node,
            inputs=inputs,
            indices=tuple(item.index for item in inputs),
            judge=judge_of(node) if atom else None,
            names=names(node) if atom else _joined(inputs),
            own=own_attribute(node) if atom else "",
            timed=timed,
            findings=tuple((Finding(node, truth, negated),) for negated in (False, True) for truth in Truth),
        )
        if atom and turns_with_time(node):
            gate.timed = (gate,)
        return gate


def _looks_back(condition: Node) -> bool:
    """Tell whether the inside of a group also looks at the person for whom the group is judged."""
    return bool({Owner.SELF, Owner.EITHER} & owners(condition))


def _joined(inputs: Sequence[Gate]) -> frozenset[str] | None:
    found: set[str] = set()
    for gate in inputs:
        if gate.names is None:
            return None
        found |= gate.names
    return frozenset(found)


def run(plan: Iterable[Gate], values: list[int], scene: Scene) -> None:
    """Judge the gates of a plan in order; `values` holds a number per gate and is changed."""
    for gate in plan:
        values[gate.index] = gate.judge(scene) if gate.judge else combined(gate, values, scene)


def combined(gate: Gate, values: Sequence[int], scene: Scene) -> int:
    """Return the value of a gate from those of its inputs."""
    kind = gate.kind
    if kind is _AND:
        value = scene.shape.both
        for index in gate.indices:
            value &= values[index]
        return value
    if kind is _OR:
        value = 0
        for index in gate.indices:
            value |= values[index]
        return value
    inner = values[gate.indices[0]]
    if kind is _NOT:
        value = inner ^ scene.shape.both
        return value >> scene.shape.width | (value & scene.shape.all) << scene.shape.width
    return scene.shape.same(_group(gate.node, inner, scene))


def _group(node: Node, inner: int, scene: Scene) -> int:
    """Return the truth of a group from what holds for each column (same rules as in the scalar back end)."""
    assert isinstance(node, ast.Exists | ast.Every | ast.Count)
    shape = scene.shape
    members, extra = shape.members[node.group], shape.maybe[node.group]
    sure, possible = inner & shape.all, inner >> shape.width
    if isinstance(node, ast.Exists):
        return Truth.TRUE if sure & members else Truth.UNKNOWN if possible & (members | extra) else Truth.FALSE
    if isinstance(node, ast.Every):
        everybody = members | extra
        return Truth.FALSE if members & ~possible else Truth.TRUE if sure & everybody == everybody else Truth.UNKNOWN
    low = (sure & members).bit_count()
    high = None if possible & extra else (possible & members).bit_count()
    return compare_bands(Band(low, high), node.op, Band(node.number, node.number))


def decisive(gate: Gate, values: Sequence[int], bits: int, *, negated: bool = False) -> tuple[Finding, ...]:
    """Return the smallest set of atoms that decides a gate for one column, as `explain` does for a tree.

    `bits` are the two bits of the column. What a gate says is `values[gate.index] & bits`; atoms that say the same
    as the gate are those that decide it.
    """
    said = values[gate.index] & bits
    kind = gate.kind
    if kind is _ATOM or kind is _GROUP:
        return gate.findings[(0 if said == 0 else 2 if said == bits else 1) + 3 * negated]
    if kind is _NOT:
        return decisive(gate.inputs[0], values, bits, negated=not negated)
    agreeing = [item for item in gate.inputs if values[item.index] & bits == said]
    if said == (0 if kind is _AND else bits):
        return _shortest(agreeing, values, bits, negated=negated)
    found: list[Finding] = []
    for item in agreeing:
        found += decisive(item, values, bits, negated=negated)
    return tuple(found)


def _shortest(gates: Sequence[Gate], values: Sequence[int], bits: int, *, negated: bool) -> tuple[Finding, ...]:
    best: tuple[Finding, ...] = ()
    for gate in gates:
        found = decisive(gate, values, bits, negated=negated)
        if len(found) == 1:
            return found
        if not best or len(found) < len(best):
            best = found
    return best
