"""Finds amounts and numbers of dependants that fit several limits of income tables at once.

Beyond its last entry a table is a straight line, so only the entries and the crossings of such lines need to be tried.
"""

from collections.abc import Mapping, Sequence
from itertools import product

from madoguchi.engines.eligibility.check.formula import Bound, Variable
from madoguchi.engines.eligibility.types import TableVersion

MOST_COMBINATIONS = 20_000
Span = tuple[int, int]
_OPEN: Span = (0, 10**15)


class TooLarge(Exception):
    """More would have to be tried than the limit on the work allows: nothing is decided."""


def fitting_numbers(
    spans: Mapping[Variable, Span], bounds: Sequence[Bound], versions: Mapping[str, TableVersion]
) -> dict[Variable, int] | None:
    """Return a value for every number, or None when no values fit. Raise TooLarge."""
    found = {variable: low for variable, (low, _) in spans.items()}
    for part in _components(bounds):
        values = _fit(spans, part, versions)
        if values is None:
            return None
        found |= values
    return found


def _components(bounds: Sequence[Bound]) -> list[list[Bound]]:
    """Return the limits in groups that share no number."""
    groups: list[tuple[set[Variable], list[Bound]]] = []
    for bound in dict.fromkeys(bounds):
        names, members = {bound.amount, bound.by}, [bound]
        rest = []
        for other_names, other in groups:
            if names & other_names:
                names, members = names | other_names, other + members
            else:
                rest.append((other_names, other))
        groups = [*rest, (names, members)]
    return [members for _, members in groups]


def _fit(
    spans: Mapping[Variable, Span], bounds: Sequence[Bound], versions: Mapping[str, TableVersion]
) -> dict[Variable, int] | None:
    counts = sorted({bound.by for bound in bounds})
    candidates = [_candidates(count, spans, bounds, versions) for count in counts]
    size = 1
    for numbers in candidates:
        size *= len(numbers)
    if size > MOST_COMBINATIONS:
        raise TooLarge
    for combination in product(*candidates):
        values = dict(zip(counts, combination, strict=True))
        amounts = _amounts(values, spans, bounds, versions)
        if amounts is not None:
            return amounts
    return None


def _amounts(
    counts: dict[Variable, int],
    spans: Mapping[Variable, Span],
    bounds: Sequence[Bound],
    versions: Mapping[str, TableVersion],
) -> dict[Variable, int] | None:
    left = {**spans, **{count: (number, number) for count, number in counts.items()}}
    for bound in bounds:
        low, high = left.get(bound.amount, _OPEN)
        limit = versions[bound.table].limit(counts[bound.by]) + bound.shift
        low, high = (low, min(high, limit)) if bound.below else (max(low, limit), high)
        if low > high:
            return None
        left[bound.amount] = low, high
    return {**counts, **{bound.amount: left[bound.amount][0] for bound in bounds}}


def _candidates(
    count: Variable, spans: Mapping[Variable, Span], bounds: Sequence[Bound], versions: Mapping[str, TableVersion]
) -> list[int]:
    own = [bound for bound in bounds if bound.by == count]
    low, high = spans.get(count, _OPEN)
    last = max(len(versions[bound.table].limits) for bound in own)
    lines = [_line(bound, versions) for bound in own]
    lines += [(edge, 0) for bound in bounds for edge in spans.get(bound.amount, _OPEN)]
    numbers = {*range(last + 1), low, high}
    for (start, step), (other_start, other_step) in product(lines, lines):
        if step != other_step:
            crossing = (other_start - start) // (step - other_step)
            numbers |= {crossing, crossing + 1}
    return sorted(number for number in numbers if low <= number <= high)


def _line(bound: Bound, versions: Mapping[str, TableVersion]) -> tuple[int, int]:
    """Return the limit beyond the last entry as (value at 0, step)."""
    version = versions[bound.table]
    return version.limits[-1] + bound.shift - version.step * (len(version.limits) - 1), version.step
