"""What conditions name beyond themselves: programmes that require each other, ages nobody reaches, quoted parts.

Takes trees and names; knows no pack.
"""

from collections.abc import Iterator, Mapping, Set

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import And, Measure, Node, Not
from madoguchi.engines.eligibility.check.limits import TooLarge
from madoguchi.engines.eligibility.check.problems import Problem, quoted, warning
from madoguchi.engines.eligibility.check.satisfiable import satisfy
from madoguchi.engines.eligibility.check.scope import Scope
from madoguchi.engines.eligibility.text import to_text

OLDEST_YEARS = 120
OLDEST_MONTHS = 12 * OLDEST_YEARS


def age_problems(node: Node) -> Iterator[Problem]:
    """Yield atoms about ages that nobody reaches: above 120 years, 1440 months."""
    for part in ast.walk(node):
        if isinstance(part, ast.Age):
            months = part.measure is Measure.MONTHS
            number, most = part.number, OLDEST_MONTHS if months else OLDEST_YEARS
        elif isinstance(part, ast.Reached):
            months, number, most = True, part.months, OLDEST_MONTHS
        else:
            continue
        if number > most:
            unit = "months" if months else "years"
            yield warning(f"{quoted(part)}: nobody is older than {most} {unit}.", "Correct the number or unit.", part)


def received(node: Node) -> Mapping[str, Node]:
    """Return the programmes that a tree names in 受給, each with the first atom that names it."""
    found: dict[str, Node] = {}
    for part in ast.walk(node):
        if isinstance(part, ast.Receives):
            found.setdefault(part.programme, part)
    return found


def required(node: Node, scope: Scope) -> frozenset[str]:
    """Return the programmes without which nobody can fulfil a tree."""
    names = {part.programme for part in ast.atoms(node) if isinstance(part, ast.Receives)}
    return frozenset(name for name in names if _is_required(node, name, scope))


def _is_required(node: Node, name: str, scope: Scope) -> bool:
    atoms = {part for part in ast.atoms(node) if isinstance(part, ast.Receives) and part.programme == name}
    try:
        return satisfy(And((node, *map(Not, atoms))), scope) is None
    except TooLarge:
        return False


def cycles(requires: Mapping[str, Set[str]]) -> list[tuple[str, ...]]:
    """Return every ring of programmes that require each other, each once, beginning with its smallest name."""
    rings: set[tuple[str, ...]] = set()
    done: set[str] = set()

    def follow(name: str, path: list[str]) -> None:
        if name in path:
            ring = path[path.index(name) :]
            first = ring.index(min(ring))
            rings.add((*ring[first:], *ring[:first]))
            return
        if name not in done:
            for other in sorted(requires.get(name, ())):
                follow(other, [*path, name])
            done.add(name)

    for name in sorted(requires):
        follow(name, [])
    return sorted(rings)


def stands_in(part: Node, node: Node) -> bool:
    """Tell whether a part stands in a tree: as a node of it, or as some of the items of one conjunction or choice."""
    wanted = to_text(part)
    for other in ast.walk(node):
        if to_text(other) == wanted:
            return True
        if type(other) is type(part) and isinstance(part, ast.And | ast.Or) and isinstance(other, ast.And | ast.Or):
            items = {to_text(item) for item in other.items}
            if {to_text(item) for item in part.items} <= items:
                return True
    return False
