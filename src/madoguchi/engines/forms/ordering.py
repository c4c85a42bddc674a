"""Puts procedures in the order in which the result of one is needed by the next."""

from collections.abc import Sequence
from dataclasses import dataclass

from madoguchi.engines.forms.graphs import circle_in


@dataclass(frozen=True, slots=True)
class Node:
    """One procedure: the results it needs first and the results it gives."""

    id: str
    needs: tuple[str, ...] = ()
    gives: tuple[str, ...] = ()


class OrderError(ValueError):
    """Procedures wait for each other in a circle; `circle` names them, each waiting for the next and the last for the first."""

    def __init__(self, circle: tuple[str, ...]) -> None:
        """Keep the circle."""
        super().__init__(f"These wait for each other: {' → '.join((*circle, circle[0]))}. Take one of the needs away.")
        self.circle = circle


def in_order(items: Sequence[Node]) -> tuple[str, ...]:
    """Return the ids so that whoever gives a result stands before whoever needs it; otherwise in the order of the list.

    A result that nobody in the list gives is taken as there already; a procedure that gives what it needs itself (a
    renewal) does not wait for itself. Raise OrderError for a circle and ValueError for an id that comes twice.
    """
    waits = _waits(items)
    if circle := circle_in(waits):
        raise OrderError(circle)
    done: dict[str, None] = {}
    while len(done) < len(items):
        done[next(item.id for item in items if item.id not in done and waits[item.id] <= done.keys())] = None
    return tuple(done)


def _waits(items: Sequence[Node]) -> dict[str, set[str]]:
    if len({item.id for item in items}) < len(items):
        raise ValueError("An id comes twice. List each procedure once.")
    givers: dict[str, set[str]] = {}
    for item in items:
        for result in item.gives:
            givers.setdefault(result, set()).add(item.id)
    return {item.id: set().union(*(givers.get(need, set()) for need in item.needs)) - {item.id} for item in items}
