"""What is wrong with conditions that can be read: never or always true, parts that add nothing, gaps, dates, names.

`check` looks at one condition; `tiers` at the cases of an amount, `tables` at income tables, `references` at names
between programmes. Knows no pack and no language of the reader.
"""

from collections.abc import Iterable, Mapping

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import Node
from madoguchi.engines.eligibility.check.limits import TooLarge
from madoguchi.engines.eligibility.check.places import Located, Place, locate
from madoguchi.engines.eligibility.check.problems import Problem, Severity
from madoguchi.engines.eligibility.check.references import age_problems, cycles, received, required, stands_in
from madoguchi.engines.eligibility.check.satisfiable import Witness, satisfy
from madoguchi.engines.eligibility.check.scope import Scope
from madoguchi.engines.eligibility.check.structure import always_true, impossible, irrelevant_facts, parts
from madoguchi.engines.eligibility.check.tables import Period, figure_problems, overlapping, period_problems, uncovered
from madoguchi.engines.eligibility.check.tiers import Tier, described, tier_problems

__all__ = [
    "Located",
    "Period",
    "Place",
    "Problem",
    "Scope",
    "Severity",
    "Tier",
    "TooLarge",
    "Witness",
    "check",
    "cycles",
    "described",
    "figure_problems",
    "impossible",
    "labels",
    "locate",
    "machine_decidable",
    "overlapping",
    "period_problems",
    "received",
    "refusals",
    "required",
    "satisfy",
    "stands_in",
    "tier_problems",
    "uncovered",
]


def check(node: Node, *, reviews: Iterable[str] = (), scope: Scope | None = None) -> list[Problem]:
    """Return the problems of a tree. `reviews` are the ids of 要確認 clauses whose text is given.

    Without a scope nothing is known of tables, municipalities and the values of attributes, and less is found.
    """
    scope = scope or Scope()
    found = refusals(node, reviews=reviews, scope=scope)
    if not any(problem.severity is Severity.ERROR for problem in found):
        # one cause is told once: a condition that always holds has parts that add nothing, and those idle facts
        found += age_problems(node)
        found += list(always_true(node, scope)) or list(parts(node, scope)) or list(irrelevant_facts(node, scope))
    return [*found, *_unused(node, set(reviews))]


def refusals(node: Node, *, reviews: Iterable[str] = (), scope: Scope | None = None) -> list[Problem]:
    """Return only what forbids publishing: nobody can fulfil the tree or one of its branches, a clause has no text."""
    return [*impossible(node, scope or Scope()), *_unexplained(node, set(reviews))]


def _unexplained(node: Node, reviews: set[str]) -> list[Problem]:
    used = {part.id: part for part in ast.walk(node) if isinstance(part, ast.Review)}
    remedy = "Add it under `checks:` in Japanese and English."
    return [
        Problem(Severity.ERROR, f"要確認 {name!r} has no text.", remedy, used[name])
        for name in sorted(used.keys() - reviews)
    ]


def _unused(node: Node, reviews: set[str]) -> list[Problem]:
    used = {part.id for part in ast.walk(node) if isinstance(part, ast.Review)}
    return [
        Problem(Severity.WARNING, f"The check {name!r} is not used in the condition.", "Remove it or use 要確認.")
        for name in sorted(reviews - used)
    ]


def machine_decidable(node: Node) -> bool:
    """Tell whether no clause is left for a person to judge."""
    return not any(isinstance(part, ast.Review) for part in ast.walk(node))


def labels(checks: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return id → Japanese text of the `checks:` of a programme."""
    return {item["id"]: item.get("ja", "") for item in checks}
