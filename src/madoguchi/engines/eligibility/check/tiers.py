"""Whether the cases of an amount fit together: none out of reach, nobody between two cases, no two that quarrel.

The first case that holds decides, so an overlap alone is no fault; it is one where neither case contains the other.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import And, Measure, Node, Not
from madoguchi.engines.eligibility.check.ground import BIRTH
from madoguchi.engines.eligibility.check.limits import TooLarge
from madoguchi.engines.eligibility.check.problems import Problem, error, quoted, warning
from madoguchi.engines.eligibility.check.satisfiable import Witness, satisfy
from madoguchi.engines.eligibility.check.scope import Scope
from madoguchi.engines.eligibility.dates import age_months, age_years, fiscal_age
from madoguchi.engines.eligibility.facts import Value
from madoguchi.engines.eligibility.scalar import Case, evaluate
from madoguchi.engines.eligibility.types import Truth

_COUNT = {Measure.YEARS: age_years, Measure.MONTHS: age_months, Measure.FISCAL: fiscal_age}


@dataclass(frozen=True, slots=True)
class Tier:
    """The condition of one case (None = otherwise). `bounds_only`: it pays a range, not a figure."""

    when: Node | None
    bounds_only: bool = False


def tier_problems(context: Node, tiers: Sequence[Tier], scope: Scope) -> Iterator[tuple[int, Problem]]:
    """Yield (index of the case, problem) for cases that are looked at only where `context` holds."""
    whens = [ast.Constant(True) if tier.when is None else tier.when for tier in tiers]
    try:
        if satisfy(context, scope) is None:
            return
        yield from _out_of_reach(context, whens, [tier.bounds_only for tier in tiers], scope)
        if tiers and all(tier.when is not None for tier in tiers):
            yield from _between(context, whens, scope)
        yield from _quarrels(context, whens, scope)
    except TooLarge:
        yield (
            0,
            warning("The cases are too large to compare with each other.", "Split the programme or use 自治体条件."),
        )


def _out_of_reach(
    context: Node, whens: list[Node], bounds_only: list[bool], scope: Scope
) -> Iterator[tuple[int, Problem]]:
    for index, when in enumerate(whens):
        earlier = whens[:index]
        if satisfy(And((context, *map(Not, earlier), when)), scope) is not None:
            continue
        number = index + 1
        if satisfy(when, scope) is None:
            yield index, error(f"Case {number} can never be true: {quoted(when)}.", "Correct its bounds.", when)
        elif satisfy(And((context, when)), scope) is None:
            message = f"Case {number} can never be true for those whom the programme is for: {quoted(when)}."
            yield index, warning(message, "Correct its bounds, or remove it.", when)
        elif not (bounds_only[index] and _catches_missing_facts(when, earlier, scope)):
            message = f"Case {number} is never reached: the cases before it take everybody."
            yield index, warning(message, "Put the narrower case first, or remove this one.", when)


def _catches_missing_facts(when: Node, earlier: list[Node], scope: Scope) -> bool:
    """Tell whether a range behind exact cases still serves those of whom only the facts of its own condition are known."""
    somebody = satisfy(when, scope)
    if somebody is None:
        return False
    case = Case(somebody.day, somebody.household, somebody.person, scope.rulebook)
    return all(evaluate(other, case) is not Truth.TRUE for other in earlier)


def _between(context: Node, whens: list[Node], scope: Scope) -> Iterator[tuple[int, Problem]]:
    somebody = satisfy(And((context, *map(Not, whens))), scope)
    if somebody is not None:
        yield (
            len(whens) - 1,
            warning(
                f"No case is left for somebody who is eligible: {described(somebody, whens)}.",
                "Close the gap between the cases, or add a last case without `when`.",
            ),
        )


def _quarrels(context: Node, whens: list[Node], scope: Scope) -> Iterator[tuple[int, Problem]]:
    """Yield cases about the same single fact that overlap, though neither contains the other."""
    for index, when in enumerate(whens):
        for other_index, other in enumerate(whens[:index]):
            if len(_facts(when)) != 1 or _facts(when) != _facts(other):
                continue
            pairs = ((when, other), (when, Not(other)), (Not(when), other))
            shown = [satisfy(And((context, *pair)), scope) for pair in pairs]
            if shown[0] is not None and all(shown):
                yield (
                    index,
                    warning(
                        f"Cases {other_index + 1} and {index + 1} overlap: {described(shown[0], [when, other])}.",
                        "Correct the bounds so that each person has one case.",
                        when,
                    ),
                )


def _facts(node: Node) -> set[str]:
    found = set()
    for part in ast.atoms(node):
        if isinstance(part, ast.Age | ast.Reached):
            found.add(f"{part.owner}.{BIRTH}")
        elif isinstance(part, ast.Flag | ast.Compare | ast.OneOf):
            found.add(f"{part.attr.owner}.{part.attr.name}")
        elif not isinstance(part, ast.Constant):
            found.add(repr(part))
    return found


def described(witness: Witness, nodes: Sequence[Node] = ()) -> str:
    """Return the facts of a witness in one line, with the ages that the trees name."""
    measures = {part.measure for node in nodes for part in ast.walk(node) if isinstance(part, ast.Age)}
    household = witness.household
    people = [("本人", witness.person)]
    if household.applicant is not witness.person:
        people.append(("申請者", household.applicant))
    people += [("子", child) for child in household.children if child is not witness.person]
    people += [("世帯員", other) for other in household.others]
    lines = [f"基準日 {witness.day}", *_told("世帯", household.facts)]
    for role, person in people:
        lines += _told(role, person.facts)
    birth = witness.person.facts.get(BIRTH)
    if isinstance(birth, date):
        lines += [f"{measure} {_COUNT[measure](birth, witness.day)}" for measure in sorted(measures)]
    return ", ".join([*lines, *(f"{name} {_value(holds)}" for name, holds in sorted(witness.assumed.items()))])


def _told(role: str, facts: Mapping[str, Value]) -> list[str]:
    return [f"{role}.{name} {_value(value)}" for name, value in facts.items()]


def _value(value: Value) -> str:
    if isinstance(value, bool):
        return "はい" if value else "いいえ"
    if isinstance(value, frozenset):
        return "・".join(sorted(value)) or "なし"
    if isinstance(value, Mapping):
        return "・".join(f"{name}={number}" for name, number in value.items())
    return f"{value:,}" if isinstance(value, int) else str(value)
