"""Precision, recall and F1 of proposed changes: one counts when the field and the new value are right.

A figure also needs the old figure that it replaces; a paper needs whether it is added or no longer asked for.
"""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from madoguchi.engines.revising import Change, Kind, Page, Proposal, propose
from tests.engines.revising.corpus.facts import READ_ON, TODAY, Case


def said(change: Change) -> tuple[str, Any]:
    """Return a change in the form of an expected one."""
    if change.field.value == "documents":
        return "documents", f"-{change.old}" if change.kind is Kind.REMOVES else f"+{change.new}"
    if change.field.value == "amount":
        return "amount", (str(change.new), str(change.old))
    return change.field.value, change.new


@cache
def _read(text: str, title: str, record: str) -> Proposal:
    return propose(Page(text, title, READ_ON), json.loads(record), today=TODAY)


def proposal_of(case: Case) -> Proposal:
    """Read one page of the corpus; a page read before is not read again."""
    return _read(case.text, case.title, json.dumps(case.record))


def read_again(case: Case) -> Proposal:
    """Read one page of the corpus anew."""
    return propose(Page(case.text, case.title, READ_ON), case.record, today=TODAY)


@dataclass
class Score:
    """Counts per field, and the places of the mistakes."""

    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    missed: Counter[str] = field(default_factory=Counter)
    mistakes: list[str] = field(default_factory=list)

    def rates(self, name: str = "") -> tuple[float, float, float]:
        """Return precision, recall and F1 of a field, or of all fields."""
        right, wrong, missed = (
            (counter[name] if name else counter.total()) for counter in (self.right, self.wrong, self.missed)
        )
        precision = right / (right + wrong) if right + wrong else 1.0
        recall = right / (right + missed) if right + missed else 1.0
        return precision, recall, 2 * precision * recall / (precision + recall) if precision + recall else 0.0


def score(cases: Iterable[Case]) -> Score:
    """Compare what is proposed for each case with what is expected."""
    total = Score()
    for case in cases:
        given = {said(change) for change in proposal_of(case).changes}
        wanted = set(case.expected)
        for item in given & wanted:
            total.right[item[0]] += 1
        for item in given - wanted:
            total.wrong[item[0]] += 1
            total.mistakes.append(f"{case.id}: wrong {item}")
        for item in wanted - given:
            total.missed[item[0]] += 1
            total.mistakes.append(f"{case.id}: missed {item}")
    return total
