"""Writes chunks of statements: new numbers straight in, known numbers by comparing with what is stored.

The caller holds the transaction and the lock of the feed, so nobody else writes statements meanwhile.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from madoguchi.apps.businesses import searchindex
from madoguchi.apps.businesses.contracts import ChangeKind
from madoguchi.apps.businesses.keys import id_of_number
from madoguchi.apps.businesses.models import Business, ChangeEntry, FeedCounter, FormerState, Statement
from madoguchi.apps.businesses.register import bulk
from madoguchi.apps.businesses.register.rows import Row, restore
from madoguchi.apps.businesses.register.states import FIELDS, State, change_kind, is_listed, search_tokens, state_of
from madoguchi.engines.addresses import TownBook

_BUSINESS = Business._meta.db_table
_STATEMENT = Statement._meta.db_table
_CHANGE = ChangeEntry._meta.db_table
_FORMER = FormerState._meta.db_table
_STATEMENT_COLUMNS = ("corporate_number", "digest", "published_on", "latest", "changed_on", "content")
_CHANGE_COLUMNS = ("sequence", "business_id", "corporate_number", "kind", "at")
_FORMER_COLUMNS = ("corporate_number", "name", "core", "city_code", "town", "blocks")
_IN = 500
_DATES = ("closed_on", "assigned_on", "changed_on", "as_of")


class Writer:
    """Writes chunks of one file. `empty` says that the register held nothing when the file began."""

    def __init__(self, counter: FeedCounter, towns: TownBook, home: str, now: datetime, *, empty: bool) -> None:
        self.empty = empty
        self.changes: Counter[ChangeKind] = Counter()
        self._counter = counter
        self._towns = towns
        self._home = home
        self._now = now
        self._seen: set[str] = set()

    def write(self, rows: Sequence[Row]) -> int:
        """Write the rows of a chunk; return how many statements were new."""
        groups: dict[str, dict[str, Row]] = {}
        for row in rows:
            groups.setdefault(row.number, {})[row.digest] = row
        known = self._known(groups)
        fresh = {number: list(group.values()) for number, group in groups.items() if number not in known}
        old = {number: group for number, group in groups.items() if number in known}
        self._seen.update(fresh)
        new = sum(map(len, fresh.values()))
        self._insert(fresh)
        return new + self._compare(old)

    def _known(self, groups: Mapping[str, Any]) -> set[str]:
        if self.empty:
            return self._seen & groups.keys()
        numbers = list(groups)
        known: set[str] = set()
        for start in range(0, len(numbers), _IN):
            part = Business.objects.filter(corporate_number__in=numbers[start : start + _IN])
            known.update(number for number in part.values_list("corporate_number", flat=True) if number)
        return known

    def _insert(self, fresh: Mapping[str, Sequence[Row]]) -> None:
        """Insert numbers that the register does not have."""
        states = [state_of(max(group, key=Row.rank), self._towns) for group in fresh.values()]
        first = self._counter.value + 1
        for sequence, state in enumerate(states, start=first):
            state["sequence"] = sequence
        self._counter.value += len(states)
        bulk.insert(_BUSINESS, (*FIELDS, "sequence"), (tuple(state.values()) for state in states))
        self._statements(row for group in fresh.values() for row in group)
        created = ChangeKind.CREATED
        self._feed((state["sequence"], state["id"], state["corporate_number"], created) for state in states)
        searchindex.add((state["corporate_number"], search_tokens(state)) for state in states if is_listed(state))
        self._formers({number: group for number, group in fresh.items() if len(group) > 1})

    def _statements(self, rows: Iterable[Row]) -> None:
        cells = ((r.number, r.digest, r.published_on, r.latest, r.changed_on or None, r.content) for r in rows)
        bulk.insert(_STATEMENT, _STATEMENT_COLUMNS, cells)

    def _feed(self, entries: Iterable[tuple[int, str, str, ChangeKind]]) -> None:
        at = self._now if bulk.is_postgres() else self._now.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        rows = []
        for sequence, business_id, number, kind in entries:
            rows.append((sequence, business_id, number, kind.value, at))
            self.changes[kind] += 1
        bulk.insert(_CHANGE, _CHANGE_COLUMNS, rows)

    def _compare(self, old: Mapping[str, Mapping[str, Row]]) -> int:
        """Add statements to numbers that the register has; return how many were new."""
        added: dict[str, list[Row]] = {}
        stored = _digests(old)
        for number, group in old.items():
            new = [row for digest, row in group.items() if digest not in stored.get(number, ())]
            if new:
                added[number] = new
        self._statements(row for group in added.values() for row in group)
        numbers = sorted(added)
        for start in range(0, len(numbers), _IN):
            self._derive(numbers[start : start + _IN])
        return sum(map(len, added.values()))

    def _derive(self, numbers: Sequence[str]) -> None:
        """Derive the businesses of these numbers from all their statements and write what differs."""
        groups: dict[str, list[Row]] = {}
        for number, content in Statement.objects.filter(corporate_number__in=numbers).values_list(
            "corporate_number", "content"
        ):
            groups.setdefault(number, []).append(restore(content))
        before = {row.corporate_number: _state(row) for row in Business.objects.filter(corporate_number__in=numbers)}
        written, moved = [], []
        self._formers(groups)
        for number in numbers:
            after = state_of(max(groups[number], key=Row.rank), self._towns)
            if _comparable(after) == _comparable(before[number]):
                continue
            kind = change_kind(_comparable(before[number]), _comparable(after), home=self._home)
            after["sequence"] = before[number]["sequence"]
            if kind is not None:
                self._counter.value += 1
                after["sequence"] = self._counter.value
                moved.append((self._counter.value, after["id"], number, kind))
            written.append(after)
        self._feed(moved)
        _update(written)

    def _formers(self, groups: Mapping[str, Sequence[Row]]) -> None:
        """Keep what corporations were called and where they were before, anew from all their statements."""
        numbers = sorted(groups)
        for start in range(0, len(numbers), _IN):
            FormerState.objects.filter(corporate_number__in=numbers[start : start + _IN]).delete()
        rows = [values for number in numbers for values in self._formers_of(groups[number])]
        if rows:
            bulk.insert(_FORMER, _FORMER_COLUMNS, rows)

    def _formers_of(self, group: Sequence[Row]) -> Iterator[tuple[str, ...]]:
        ordered = sorted(group, key=Row.rank, reverse=True)
        seen: set[tuple[str, ...]] = set()
        for place, row in enumerate(ordered):
            state = state_of(row, self._towns)
            if place and not state["name_has_image"] and _identity(state) not in seen:
                yield tuple(state[name] for name in _FORMER_COLUMNS)
            seen.add(_identity(state))


def _identity(state: State) -> tuple[str, ...]:
    return tuple(state[name] for name in ("core", "city_code", "town", "blocks"))


def _digests(groups: Mapping[str, Any]) -> dict[str, set[str]]:
    numbers = list(groups)
    found: dict[str, set[str]] = {}
    for start in range(0, len(numbers), _IN):
        rows = Statement.objects.filter(corporate_number__in=numbers[start : start + _IN])
        for number, digest in rows.values_list("corporate_number", "digest"):
            found.setdefault(number, set()).add(digest)
    return found


def _state(row: Business) -> State:
    return {name: getattr(row, name) for name in (*FIELDS, "sequence")}


def _comparable(state: State) -> State:
    """Return a state with dates as text and the id as hexadecimal digits, whether it was stored or derived."""
    plain = {name: state[name] for name in FIELDS}
    plain["id"] = id_of_number(plain["corporate_number"])
    for name in _DATES:
        value = plain[name]
        plain[name] = value.isoformat() if isinstance(value, date) else value
    return plain


def _update(states: Sequence[State]) -> None:
    rows = [Business(**state) for state in states]
    fields = [*(name for name in FIELDS if name != "id"), "sequence"]
    Business.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["id"], update_fields=fields, batch_size=_IN
    )
    searchindex.remove(state["corporate_number"] for state in states)
    searchindex.add((state["corporate_number"], search_tokens(state)) for state in states if is_listed(state))
