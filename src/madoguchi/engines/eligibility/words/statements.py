"""Puts statements together before they are said: 65歳未満 and 60歳未満 is 60歳未満; 20歳以上 and 60歳未満 is one span.

Knows ages and truth, no language.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import Measure, Node
from madoguchi.engines.eligibility.types import Op, Owner

OPPOSITE = {Op.EQ: Op.NE, Op.NE: Op.EQ, Op.LT: Op.GE, Op.GE: Op.LT, Op.LE: Op.GT, Op.GT: Op.LE}


@dataclass(frozen=True, slots=True)
class Said:
    """One statement: a tree that holds or does not hold."""

    node: Node
    holds: bool


@dataclass(frozen=True, slots=True)
class Ages:
    """Several exact ages: one of them is reached, or none."""

    owner: Owner
    measure: Measure
    numbers: tuple[int, ...]
    holds: bool


@dataclass(frozen=True, slots=True)
class Span:
    """An age from `low` on and below `high`; None is open."""

    owner: Owner
    measure: Measure
    low: int | None
    high: int | None


Statement = Said | Ages | Span


def together(items: Iterable[Said]) -> list[Statement]:
    """Return statements that all are the case, those about one age made one."""
    return _spans(_exact(_plain(items), holds=False))


def alternatives(items: Iterable[Said]) -> list[Statement]:
    """Return statements of which one is the case, several exact ages made one."""
    return list(_exact(_plain(items), holds=True))


def _plain(items: Iterable[Said]) -> list[Said]:
    """Take every NOT into `holds`."""
    found = []
    for item in items:
        while isinstance(item.node, ast.Not):
            item = Said(item.node.item, not item.holds)
        found.append(item)
    return list(dict.fromkeys(found))


def _is_exact(item: Statement, holds: bool) -> bool:
    return isinstance(item, Said) and item.holds is holds and isinstance(item.node, ast.Age) and item.node.op is Op.EQ


def _exact(items: Sequence[Said], *, holds: bool) -> list[Statement]:
    exact = [item.node for item in items if _is_exact(item, holds) and isinstance(item.node, ast.Age)]
    if len(exact) < 2 or len({(age.owner, age.measure) for age in exact}) > 1:
        return list(items)
    ages = Ages(exact[0].owner, exact[0].measure, tuple(age.number for age in exact), holds)
    found: list[Statement] = []
    for item in items:
        one = ages if _is_exact(item, holds) else item
        if one not in found:
            found.append(one)
    return found


def _spans(items: Sequence[Statement]) -> list[Statement]:
    """Put the bounds of one person's age together, in the place of the first."""
    found: list[Statement] = []
    places: dict[tuple[Owner, Measure], int] = {}
    for item in sorted(items, key=_excludes):
        span = _span(item)
        key = (span.owner, span.measure) if span else None
        if span is None or key is None or key not in places:
            if key is not None:
                places[key] = len(found)
            found.append(item)
            continue
        joined = _joined(_span(found[places[key]]), item)
        if joined is None:
            found.append(item)
        else:
            found[places[key]] = joined
    return found


def _span(item: Statement) -> Span | None:
    if isinstance(item, Span):
        return item
    if not isinstance(item, Said) or not isinstance(item.node, ast.Age) or item.node.measure is Measure.FISCAL:
        return None
    age = item.node
    low, high = _BOUNDS[age.op if item.holds else OPPOSITE[age.op]]
    return Span(
        age.owner,
        age.measure,
        None if low is None else age.number + low,
        None if high is None else age.number + high,
    )


_BOUNDS: dict[Op, tuple[int | None, int | None]] = {
    Op.GE: (0, None), Op.GT: (1, None), Op.LT: (None, 0), Op.LE: (None, 1), Op.EQ: (0, 1), Op.NE: (None, None),
}  # fmt: skip


def _joined(span: Span | None, item: Statement) -> Span | None:
    """Return the age that both statements leave; None where they are better said apart."""
    other = _span(item)
    if span is None or other is None:
        return None
    if _excludes(item):
        return _without(span, item)
    lows = [bound for bound in (span.low, other.low) if bound is not None]
    highs = [bound for bound in (span.high, other.high) if bound is not None]
    low, high = max(lows, default=None), min(highs, default=None)
    return Span(span.owner, span.measure, low, high) if low is None or high is None or low < high else None


def _excludes(item: Statement) -> bool:
    span = _span(item)
    return span is not None and span.low is None and span.high is None


def _without(span: Span, item: Statement) -> Span | None:
    """Leave out one age at the edge of a span: not 65, and 65 or older, is 66 or older."""
    assert isinstance(item, Said)
    assert isinstance(item.node, ast.Age)
    number = item.node.number
    if (span.low is not None and number < span.low) or (span.high is not None and number >= span.high):
        return span
    if span.low == number:
        return replace(span, low=number + 1)
    return replace(span, high=number) if span.high == number + 1 else None
