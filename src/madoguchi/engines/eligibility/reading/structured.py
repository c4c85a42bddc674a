"""Holds the ages of the text against the bounds of the registry form: the form wins on its sides, differences are said.

Years and months of one bound add up. 以下 y歳 lasts until the day before the (y+1)th birthday.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from madoguchi.engines.eligibility.reading.hits import Bound, Scale, Side
from madoguchi.engines.eligibility.reading.proposal import AgeLimit
from madoguchi.engines.eligibility.types import Op

_LOWER = (Op.GE, Op.GT)


@dataclass(frozen=True, slots=True)
class Form:
    """The form's bounds by side; `open_lower` tells that it says 0 and so no lower bound is left open."""

    bounds: Mapping[Side, Bound]
    open_lower: bool = False

    def has(self, side: Side) -> bool:
        """Tell whether the form speaks about a side."""
        return side in self.bounds


def form_of(ages: Mapping[Op, AgeLimit]) -> Form:
    """Return the bounds of the form; of two on one side the narrower."""
    found: dict[Side, Bound] = {}
    zero = False
    for op, limit in ages.items():
        if limit.years is None and limit.months is None:
            continue
        bound = _bound(op, limit)
        if bound.side is Side.LOWER and bound.number == 0 and op is Op.GE:
            zero = True
            continue
        other = found.get(bound.side)
        if other is None or _narrower(bound, other):
            found[bound.side] = bound
    return Form(found, zero)


def _bound(op: Op, limit: AgeLimit) -> Bound:
    side = Side.LOWER if op in _LOWER else Side.UPPER
    if limit.months:
        return Bound(side, Scale.MONTHS, op, (limit.years or 0) * 12 + limit.months)
    return Bound(side, Scale.YEARS, op, limit.years or 0)


def _narrower(one: Bound, other: Bound) -> bool:
    return one.months() > other.months() if one.side is Side.LOWER else one.months() < other.months()


def sides(bounds: Iterable[Bound]) -> list[Bound]:
    """Return the bounds with `= n` taken apart into both sides."""
    flat: list[Bound] = []
    for bound in bounds:
        if bound.op is not Op.EQ:
            flat.append(bound)
            continue
        flat.append(Bound(Side.LOWER, bound.scale, Op.GE, bound.number, bound.loose))
        flat.append(Bound(Side.UPPER, bound.scale, Op.LE, bound.number, bound.loose))
    return flat


def tests_of(bounds: tuple[Bound, ...], form: Form) -> list[str]:
    """Return the tests of an age in words: the form's on its sides, the words' own on the sides it leaves open."""
    if not any(form.has(bound.side) for bound in sides(bounds)) and not form.open_lower:
        return [bound.test() for bound in bounds]
    tests = []
    for bound in sides(bounds):
        if bound.side is Side.LOWER and form.open_lower and not form.has(Side.LOWER):
            continue
        tests.append(form.bounds.get(bound.side, bound).test())
    return list(dict.fromkeys(tests))


def clash(bounds: tuple[Bound, ...], form: Form) -> tuple[Bound, Bound] | None:
    """Return the bound of the words and of the form on one side that cannot be one rule, or None."""
    for bound in sides(bounds):
        other = form.bounds.get(bound.side)
        if other is None:
            continue
        allowed = 12 if bound.scale is Scale.FISCAL else 0
        if bound.loose and bound.scale is not Scale.FISCAL:
            allowed = 1 if bound.scale is Scale.MONTHS else 12
        if abs(bound.months() - other.months()) > allowed:
            return bound, other
    return None
