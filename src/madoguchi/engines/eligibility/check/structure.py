"""What is wrong inside one condition: parts that exclude each other, branches nobody reaches, parts that add nothing.

Each answer comes from the exact search of `satisfiable`; where that gives up, it is said instead of guessed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import And, Node, Not, Or, conjunction
from madoguchi.engines.eligibility.check.ground import BIRTH
from madoguchi.engines.eligibility.check.limits import TooLarge
from madoguchi.engines.eligibility.check.problems import Problem, error, quoted, warning
from madoguchi.engines.eligibility.check.satisfiable import satisfy, satisfy_both
from madoguchi.engines.eligibility.check.scope import Scope
from madoguchi.engines.eligibility.types import Op, Owner

_MOST_PARTS = 120
_REMOVE_BRANCH = "Correct one of the bounds, or remove the branch."
Wrap = Callable[[Node], Node]


def impossible(node: Node, scope: Scope) -> Iterator[Problem]:
    """Yield an error when nobody can ever fulfil the tree, with the smallest parts that exclude each other.

    A tree that somebody can fulfil may still have branches that contradict themselves: an error each.
    """
    if node == ast.Constant(False):
        yield error("Nobody can ever be eligible.", "Write for whom the programme is.")
        return
    try:
        if satisfy(node, scope) is None:
            yield _excluded(node, scope)
        else:
            yield from _contradictory_branches(node, lambda inner: inner, scope)
    except TooLarge:
        yield warning(
            "The condition is too large to decide whether somebody can fulfil it.",
            "Split the programme or use 自治体条件.",
        )


def _excluded(node: Node, scope: Scope) -> Problem:
    core = _core(node, scope)
    remedy = "Correct one of the bounds, or join the alternatives with OR."
    if len(core) == 1:
        return error(f"This can never be true: {quoted(core[0])}.", remedy, core[0])
    names = " / ".join(quoted(part) for part in core)
    return error(f"This can never be true: {names} exclude each other.", remedy, core[-1])


def _contradictory_branches(node: Node, wrap: Wrap, scope: Scope, *, in_group: bool = False) -> Iterator[Problem]:
    if isinstance(node, Or):
        for item in node.items:
            if satisfy(wrap(item), scope) is None:
                text = quoted(item, in_group=in_group)
                yield error(f"The branch {text} can never be true.", _REMOVE_BRANCH, item)
    if isinstance(node, And | Or | Not):
        for item in (node.item,) if isinstance(node, Not) else node.items:
            yield from _contradictory_branches(item, wrap, scope, in_group=in_group)
    elif isinstance(node, ast.Exists | ast.Every | ast.Count):
        group = node.group
        yield from _contradictory_branches(node.condition, lambda inner: ast.Exists(group, inner), scope, in_group=True)


def _core(node: Node, scope: Scope) -> list[Node]:
    """Return parts of a conjunction that exclude each other, none of which can be left out."""
    parts = list(node.items) if isinstance(node, And) else [node]
    for part in list(parts):
        rest = [other for other in parts if other is not part]
        if rest and satisfy(conjunction(rest), scope) is None:
            parts = rest
    return parts


def always_true(node: Node, scope: Scope) -> Iterator[Problem]:
    """Yield a warning when the tree holds for everybody; one that is not plainly TRUE stays unknown all the same."""
    if node == ast.Constant(True):
        yield warning("Everybody is eligible.", "Make sure that there is no condition at all.")
    elif _holds_always(node, _anywhere(scope)):
        yield warning(
            f"{quoted(node)} always holds, yet it stays unknown while the facts are missing.",
            "Write TRUE if everybody is meant, or correct the bounds.",
            node,
        )


def _anywhere(scope: Scope) -> Scope:
    return replace(scope, area=None)


def _holds_always(node: Node, scope: Scope) -> bool:
    try:
        return satisfy(Not(node), scope) is None
    except TooLarge:
        return False


@dataclass(frozen=True, slots=True)
class _Visit:
    """A part on the way down: what stands beside it, and the group inside which it stands."""

    context: tuple[Node, ...]
    wrap: Wrap
    in_group: bool

    def possible(self, parts: Sequence[Node], scope: Scope) -> bool:
        return satisfy(And((*self.context, self.wrap(conjunction(list(parts))))), scope) is not None

    def beside(self, others: Sequence[Node]) -> "_Visit":
        if not self.in_group:
            return _Visit((*self.context, *others), self.wrap, False)
        wrap = self.wrap
        return _Visit(self.context, lambda node: wrap(conjunction([*others, node])), True)

    def within(self, group: ast.Group) -> "_Visit":
        return _Visit(self.context, lambda node: ast.Exists(group, node), True)


def parts(node: Node, scope: Scope) -> Iterator[Problem]:
    """Yield what is wrong with the parts of a tree that somebody can fulfil."""
    if sum(1 for _ in ast.walk(node)) > _MOST_PARTS:
        yield warning(
            f"The condition has more than {_MOST_PARTS} parts: they are not compared with each other.",
            "Split the programme or use 自治体条件.",
        )
        return
    try:
        yield from _visit(node, _Visit((), lambda inner: inner, False), scope)
    except TooLarge:
        yield warning(
            "The condition is too large to compare all of its parts with each other.",
            "Split the programme or use 自治体条件.",
        )


def _visit(node: Node, visit: _Visit, scope: Scope) -> Iterator[Problem]:
    match node:
        case And(items):
            yield from _conjunction(items, visit, scope)
        case Or(items):
            yield from _disjunction(items, visit, scope)
        case Not(item):
            yield from _visit(item, visit, scope)
        case ast.Exists(group, condition) | ast.Every(group, condition) | ast.Count(group, condition):
            yield from _visit(condition, visit.within(group), scope)


def _conjunction(items: tuple[Node, ...], visit: _Visit, scope: Scope) -> Iterator[Problem]:
    found = list(_doubled(items, "AND", visit))
    twins = {id(problem.part) for problem in found}
    kept = [item for item in items if id(item) not in twins]
    if not visit.possible(kept, scope):
        yield from found
        return
    # that a part follows from the programme's area alone is no fault: it says the area once more
    anywhere = _anywhere(scope)
    for item in list(kept):
        others = [other for other in kept if other is not item]
        if not _is_plain_floor(item) and others and not visit.possible([*others, Not(item)], anywhere):
            found.append(_adds_nothing(item, others, visit, anywhere))
            kept = others
    yield from found
    for item in kept:
        yield from _visit(item, visit.beside([other for other in kept if other is not item]), scope)


def _adds_nothing(item: Node, others: list[Node], visit: _Visit, scope: Scope) -> Problem:
    text = quoted(item, in_group=visit.in_group)
    if not visit.possible([Not(item)], scope):
        return warning(f"{text} always holds here.", "Remove it, or correct the bounds.", item)
    reason = next((other for other in others if not visit.possible([other, Not(item)], scope)), None)
    because = quoted(reason, in_group=visit.in_group) if reason else "the other parts"
    return warning(f"{text} adds nothing: it follows from {because}.", "Remove it, or correct the bounds.", item)


def _is_plain_floor(item: Node) -> bool:
    """Tell whether a part only says that somebody is born, as `年度年齢 BETWEEN 0 AND 6` does."""
    return isinstance(item, ast.Age | ast.Compare | ast.Doses) and (
        item.op is Op.GE and (item.value if isinstance(item, ast.Compare) else item.number) == 0
    )


def _disjunction(items: tuple[Node, ...], visit: _Visit, scope: Scope) -> Iterator[Problem]:
    doubled = list(_doubled(items, "OR", visit))
    yield from doubled
    twins = {id(problem.part) for problem in doubled}
    kept = [item for item in items if id(item) not in twins]
    for item in list(kept):
        if not visit.possible([item], scope):
            kept = [other for other in kept if other is not item]
            yield _dead(item, visit)
    anywhere = _anywhere(scope)
    yield from _blind(items, visit, anywhere)
    for item in list(kept):
        others = [other for other in kept if other is not item]
        if others and not visit.possible([item, *map(Not, others)], anywhere):
            kept = others
            yield _covered(item, others, visit, anywhere)
    for item in kept:
        yield from _visit(item, visit, scope)


def _dead(item: Node, visit: _Visit) -> Problem:
    text = quoted(item, in_group=visit.in_group)
    return warning(f"The branch {text} can never be true beside the other parts.", _REMOVE_BRANCH, item)


def _covered(item: Node, others: list[Node], visit: _Visit, scope: Scope) -> Problem:
    reason = next((other for other in others if not visit.possible([item, Not(other)], scope)), None)
    because = quoted(reason, in_group=visit.in_group) if reason else "the other branches"
    text = quoted(item, in_group=visit.in_group)
    return warning(
        f"The branch {text} adds nobody: all of them fulfil {because}.", "Remove it, or correct the bounds.", item
    )


def _blind(items: tuple[Node, ...], visit: _Visit, scope: Scope) -> Iterator[Problem]:
    """Yield a warning for alternatives that leave nobody out: together they hold, yet each stays unknown."""
    node = Or(items)
    inner = visit.context or visit.in_group  # the whole is looked at by `always_true`
    if inner and not visit.possible([Not(node)], scope):
        yield warning(
            f"{quoted(node, in_group=visit.in_group)} always holds here, yet it stays unknown while facts are missing.",
            "Remove it, or correct the bounds.",
            items[0],
        )


def _doubled(items: tuple[Node, ...], word: str, visit: _Visit) -> Iterator[Problem]:
    seen: set[Node] = set()
    for item in items:
        if item in seen:
            text = quoted(item, in_group=visit.in_group)
            yield warning(f"{text} stands twice beside {word}.", "Remove one of the two.", item)
        seen.add(item)


def irrelevant_facts(node: Node, scope: Scope) -> Iterator[Problem]:
    """Yield facts that the tree names although they can never change its answer: it stays unknown for nothing."""
    anywhere = _anywhere(scope)
    for owner, name in sorted(_facts(node)):
        try:
            if satisfy_both(node, node, frozenset({(owner, name)}), anywhere) is None:
                yield warning(
                    f"{name} never changes the answer, yet the answer stays unknown while it is missing.",
                    "Join the parts that name it, or correct their bounds.",
                    _first(node, owner, name),
                )
        except TooLarge:
            continue


def _facts(node: Node) -> set[tuple[Owner, str]]:
    return {fact for part in ast.atoms(node) for fact in _named_by(part)}


def _named_by(part: Node) -> Iterator[tuple[Owner, str]]:
    if isinstance(part, ast.Age | ast.Reached):
        yield part.owner, BIRTH
    elif isinstance(part, ast.Flag | ast.Compare | ast.OneOf | ast.Limit):
        yield part.attr.owner, part.attr.name


def _first(node: Node, owner: Owner, name: str) -> Node | None:
    return next((part for part in ast.atoms(node) if (owner, name) in set(_named_by(part))), None)
