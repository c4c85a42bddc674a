"""Compares what stands in the tables with what the actions say: chains, numbers, words, derived columns, audit rows.

`audit.verify` runs it, and `madoguchi cases verify`. It changes nothing.
"""

import json
from collections.abc import Iterator
from itertools import groupby

from madoguchi.apps.cases import columns, words
from madoguchi.apps.cases.models import Action, ActionWords, Case, CaseCounter
from madoguchi.apps.cases.services.writing import hash_of
from madoguchi.core import vault
from madoguchi.core.models import AuditEntry

_LOST = frozenset({"case.read", "case.forget"})


def verify() -> list[str]:
    """Return every difference in words; empty when all is as the actions say."""
    vouched = _vouched()
    problems = []
    cases = {case.pk: case for case in Case.objects.all()}
    rows = Action.objects.select_related("words").order_by("case_id", "number")
    for case_id, actions in groupby(rows.iterator(), key=lambda row: row.case_id):
        known, case = list(actions), cases.pop(case_id)
        problems += [f"case {case.number}: {problem}" for problem in _problems(case, known)]
        problems += [
            f"case {case_id}: action {row.number} differs from its audit row"
            for row in known
            if vouched.pop((str(case_id), row.number), "") != row.hash
        ]
    problems += [f"case {case.number}: it has no actions" for case in cases.values()]
    problems += [f"case {case_id}: action {number} was removed" for case_id, number in vouched]
    return [*problems, *_gaps()]


def _vouched() -> dict[tuple[str, int], str]:
    rows = AuditEntry.objects.filter(object_kind="case", action__startswith="case.").exclude(action__in=_LOST)
    found = {}
    for row in rows.iterator():
        detail = json.loads(bytes(row.payload))["detail"]
        found[row.object_id, int(detail["number"])] = str(detail["hash"])
    return found


def _problems(case: Case, rows: list[Action]) -> Iterator[str]:
    previous = ""
    for number, row in enumerate(rows, start=1):
        if row.number != number:
            yield f"action {number} is missing"
            return
        if row.previous_hash != previous or row.hash != hash_of(row):
            yield f"action {number} was changed"
        yield from _words(row)
        previous = row.hash
    status = columns.status_of(rows)
    for name, value in columns.derived(status).items():
        if getattr(case, name) != value:
            hint = " (run `madoguchi cases clocks` after a change of closing days)" if name in columns.DAYS else ""
            yield f"column {name} is {getattr(case, name)!r}, its actions say {value!r}{hint}"


def _words(row: Action) -> Iterator[str]:
    """Yield what is wrong with the words of an action; that they were removed is no fault."""
    held: ActionWords | None = getattr(row, "words", None)
    if held is None:
        return
    try:
        if words.digest(words.raw_of(held)) != row.words_digest:
            yield f"the words of action {row.number} were changed"
    except vault.VaultError:
        yield f"the words of action {row.number} do not open"


def _gaps() -> Iterator[str]:
    """Yield the organisations whose running numbers have gaps: as many cases as the counter says must be there."""
    opened: dict[tuple[str, int], int] = {}
    first = Action.objects.filter(number=1).values_list("case__number", "data")
    for number, data in first.iterator():
        place = data["organisation"], int(number[:2])
        opened[place] = opened.get(place, 0) + 1
    for counter in CaseCounter.objects.all():
        found = opened.get((counter.organisation_id, counter.year % 100), 0)
        if found != counter.last:
            yield f"{counter.organisation_id} {counter.year}: {counter.last} numbers were given, {found} cases are there"
