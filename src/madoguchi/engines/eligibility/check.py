"""What is wrong with a condition that can be read: it can never hold, always holds, or leaves clauses unexplained."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import Measure, Node
from madoguchi.engines.eligibility.types import Op, Owner


class Severity(StrEnum):
    """How bad a finding is: an error stops publishing."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding with its remedy."""

    severity: Severity
    message: str
    remedy: str


@dataclass(slots=True)
class _Range:
    low: float = float("-inf")
    high: float = float("inf")

    def narrow(self, op: Op, number: int) -> bool:
        """Intersect with `x op number`; return False when nothing is left."""
        if op in (Op.GE, Op.GT, Op.EQ):
            self.low = max(self.low, number + (op is Op.GT))
        if op in (Op.LE, Op.LT, Op.EQ):
            self.high = min(self.high, number - (op is Op.LT))
        return self.low <= self.high


def check(node: Node, *, reviews: Iterable[str] = ()) -> list[Problem]:
    """Return the problems of a tree. `reviews` are the ids of 要確認 clauses whose text is given."""
    return [*_contradictions(node), *_constants(node), *_unexplained(node, set(reviews))]


def _contradictions(node: Node) -> list[Problem]:
    found = []
    for part in ast.walk(node):
        if isinstance(part, ast.And) and (clash := _clash(part.items)):
            found.append(
                Problem(
                    Severity.ERROR,
                    f"This can never be true: the bounds on {clash} exclude each other.",
                    "Correct one of the bounds, or join the alternatives with OR.",
                )
            )
    return found


def _clash(items: tuple[Node, ...]) -> str:
    """Return the name of an attribute whose bounds in one conjunction exclude each other, or an empty text."""
    ranges: dict[tuple[Owner, str], _Range] = {}
    texts: dict[tuple[Owner, str], set[str]] = {}
    flags: set[tuple[Owner, str, bool]] = set()
    for item in items:
        match item:
            case ast.Age(owner, measure, op, number) if not _narrow(ranges, (owner, measure.value), op, number):
                return measure.value
            case ast.Compare(attr, op, int() as number) if not _narrow(ranges, (attr.owner, attr.name), op, number):
                return attr.name
            case ast.Compare(attr, Op.EQ, str() as value):
                allowed = texts.setdefault((attr.owner, attr.name), {value})
                allowed &= {value}
                if not allowed:
                    return attr.name
            case ast.Flag(attr):
                flags.add((attr.owner, attr.name, True))
            case ast.Not(ast.Flag(attr)):
                flags.add((attr.owner, attr.name, False))
            case _:
                continue
    return next((name for owner, name, value in sorted(flags) if value and (owner, name, False) in flags), "")


def _narrow(ranges: dict[tuple[Owner, str], _Range], key: tuple[Owner, str], op: Op, number: int) -> bool:
    bounds = ranges.setdefault(key, _Range(low=0) if key[1] in (Measure.YEARS, Measure.MONTHS) else _Range())
    return bounds.narrow(op, number)


def _constants(node: Node) -> list[Problem]:
    if node == ast.Constant(False):
        return [Problem(Severity.ERROR, "Nobody can ever be eligible.", "Write for whom the programme is.")]
    if node == ast.Constant(True):
        return [Problem(Severity.WARNING, "Everybody is eligible.", "Make sure that there is no condition at all.")]
    return []


def _unexplained(node: Node, reviews: set[str]) -> list[Problem]:
    used = {part.id for part in ast.walk(node) if isinstance(part, ast.Review)}
    missing = [
        Problem(Severity.ERROR, f"要確認 {name!r} has no text.", "Add it under `checks:` in Japanese and English.")
        for name in sorted(used - reviews)
    ]
    unused = [
        Problem(Severity.WARNING, f"The check {name!r} is not used in the condition.", "Remove it or use 要確認.")
        for name in sorted(reviews - used)
    ]
    return missing + unused


def machine_decidable(node: Node) -> bool:
    """Tell whether no clause is left for a person to judge."""
    return not any(isinstance(part, ast.Review) for part in ast.walk(node))


def labels(checks: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return id → Japanese text of the `checks:` of a programme."""
    return {item["id"]: item.get("ja", "") for item in checks}
