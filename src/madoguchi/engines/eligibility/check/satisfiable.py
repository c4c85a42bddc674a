"""Decides exactly whether somebody can fulfil a condition, and shows such a household; or says that it was too much.

A search over the alternatives of the plain formula: facts are narrowed literal by literal, a branch ends as soon as
nothing is possible for one fact. Unknown facts are no excuse here: the question is about households known in full.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from itertools import count

import numpy as np

from madoguchi.engines.eligibility.ast import And, Node
from madoguchi.engines.eligibility.check.births import Calendar, calendar_of
from madoguchi.engines.eligibility.check.formula import All, Any, Formula
from madoguchi.engines.eligibility.check.ground import (
    BIRTH,
    DAY,
    DOSES,
    IN_TOKYO,
    LIMIT,
    PART,
    RECEIVES,
    REVIEW,
    Grounding,
    mentioned,
    written_out,
)
from madoguchi.engines.eligibility.check.limits import TooLarge
from madoguchi.engines.eligibility.check.scope import (
    APPLICANT,
    HOUSEHOLD,
    MOST_MEMBERS,
    People,
    Scope,
    needed_members,
    people_for,
)
from madoguchi.engines.eligibility.check.state import Fit, State
from madoguchi.engines.eligibility.facts import RECEIVED, VACCINATED, Household, Person, Value
from madoguchi.engines.eligibility.types import Owner

MOST_STEPS = 20_000
"""Literals that one search may look at; about a second of work."""


@dataclass(frozen=True, slots=True)
class Witness:
    """A household for whose person a condition holds on a day; only the facts that matter are given.

    `assumed` tells how each clause that a person judges (要確認), and each municipal part or table that is not given,
    must come out.
    """

    day: date
    household: Household
    person: Person
    assumed: Mapping[str, bool]


def satisfy(node: Node, scope: Scope) -> Witness | None:
    """Return somebody for whom the tree holds, None when there can be nobody. Raise TooLarge."""
    return satisfy_both(node, None, frozenset(), scope)


def satisfy_both(node: Node, opposite: Node | None, twin: frozenset[tuple[Owner, str]], scope: Scope) -> Witness | None:
    """As `satisfy`, and a second tree must not hold for the same person, whose facts of `twin` may differ there."""
    trees = [written_out(tree, scope.rulebook, scope.area) for tree in (node, opposite) if tree is not None]
    words = mentioned(trees)
    whole = And(tuple(trees))
    households = list(people_for(whole, scope.subject))
    steps = count()
    # most conditions can be fulfilled on the first day already; only the others need the whole year
    for days in ((scope.first_day,), scope.days(whole)):
        calendar = calendar_of(days)
        for people in households:
            formulas = [Grounding(scope, people, words).formula(trees[0], True)]
            if opposite is not None:
                formulas.append(Grounding(scope, people, words, twin).formula(trees[1], False))
            fit = _Search(scope, people, calendar, steps).run(formulas)
            if fit is not None:
                return _witness(fit, people)
    if needed_members(whole) > MOST_MEMBERS:
        raise TooLarge
    return None


class _Search:
    """The search for one household; the steps of all households that are tried count together."""

    def __init__(self, scope: Scope, people: People, calendar: Calendar, steps: Iterator[int]) -> None:
        self.steps = steps
        alive = np.ones(len(calendar.days), dtype=bool)
        self.start = State(calendar, dict(scope.rulebook.tables), people.judged, alive)

    def run(self, formulas: Iterable[Formula]) -> Fit | None:
        return self.solve(list(formulas), [], self.start)

    def narrowed(self, state: State, literal: Formula) -> State | None:
        if next(self.steps) >= MOST_STEPS:
            raise TooLarge
        return state.narrowed(literal)

    def solve(self, goals: list[Formula], open_choices: list[Any], state: State) -> Fit | None:
        """Fulfil all goals and one alternative of each open choice, beginning with the choice that leaves least."""
        while goals:
            settled = self.settled(goals, open_choices, state)
            if settled is None:
                return None
            state, waiting = settled
            left = [self.living(choice, state) for choice in waiting]
            goals = [choice.items[0] for choice in left if len(choice.items) == 1]
            open_choices = [choice for choice in left if len(choice.items) != 1]
        if not open_choices:
            return state.fit()
        chosen = min(open_choices, key=lambda choice: len(choice.items))
        rest = [choice for choice in open_choices if choice is not chosen]
        fits = (self.solve([item], rest, state) for item in chosen.items)
        return next((fit for fit in fits if fit is not None), None)

    def settled(self, goals: list[Formula], open_choices: list[Any], state: State) -> tuple[State, list[Any]] | None:
        """Take in every goal that leaves no choice; return the state and the choices, None when nothing is left."""
        waiting, stack = list(open_choices), list(goals)
        while stack:
            goal = stack.pop()
            if isinstance(goal, All):
                stack.extend(goal.items)
            elif isinstance(goal, Any):
                waiting.append(goal)
            else:
                narrowed = self.narrowed(state, goal)
                if narrowed is None:
                    return None
                state = narrowed
        return state, waiting

    def living(self, choice: Any, state: State) -> Any:
        """Return the alternatives that are not plainly impossible."""
        return Any(tuple(item for item in choice.items if self.is_possible(item, state)))

    def is_possible(self, item: Formula, state: State) -> bool:
        if isinstance(item, All):
            return all(self.is_possible(part, state) for part in item.items)
        if isinstance(item, Any):
            return any(self.is_possible(part, state) for part in item.items)
        return self.narrowed(state, item) is not None


def _witness(fit: Fit, people: People) -> Witness:
    facts: dict[str, dict[str, Value]] = {}
    for slot, birth in fit.births.items():
        facts.setdefault(slot, {})[BIRTH] = birth
    for (slot, name), number in fit.numbers.items():
        own = facts.setdefault(slot, {})
        if name.startswith(DOSES):
            doses = own.get(VACCINATED)
            own[VACCINATED] = {**(doses if isinstance(doses, Mapping) else {}), name.removeprefix(DOSES): number}
        elif name.startswith(DAY):
            own[name.removeprefix(DAY)] = date.fromordinal(max(1, number))
        else:
            own[name] = number
    assumed = {}
    for (slot, name), value in fit.choices.items():
        if name.startswith((REVIEW, PART, LIMIT, IN_TOKYO)):
            assumed[name.partition(":")[2] or name.removesuffix(":")] = value is True
        elif name.startswith(RECEIVES):
            _receive(facts.setdefault(slot, {}), name.removeprefix(RECEIVES), value is True)
        else:
            facts.setdefault(slot, {})[name] = value
    return _assembled(fit, people, facts, assumed)


def _receive(own: dict[str, Value], programme: str, receives: bool) -> None:
    received = own.get(RECEIVED)
    known = received if isinstance(received, frozenset) else frozenset()
    own[RECEIVED] = known | {programme} if receives else known


def _assembled(fit: Fit, people: People, facts: dict[str, dict[str, Value]], assumed: dict[str, bool]) -> Witness:
    persons = {slot: Person(facts.get(slot, {})) for slot in people.members}
    older = [slot for slot in people.children if slot not in fit.younger and slot != people.judged]
    own = [slot for slot in people.children if slot == people.judged]
    children = (*older, *own, *(slot for slot in people.children if slot in fit.younger))
    household = Household(
        facts=facts.get(HOUSEHOLD, {}),
        applicant=persons[APPLICANT],
        children=tuple(persons[slot] for slot in children),
        others=tuple(persons[slot] for slot in people.others),
        children_complete=True,
        members_complete=True,
    )
    return Witness(fit.day, household, persons[people.judged], assumed)
