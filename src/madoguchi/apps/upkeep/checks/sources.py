"""Addresses of sources that are dead or lead elsewhere, from what following them brought."""

from collections.abc import Iterator, Mapping

from madoguchi.apps.upkeep.checks.model import Entry, Found, of_entry
from madoguchi.apps.upkeep.contracts import Check, Severity
from madoguchi.apps.upkeep.links import LinkState


def check(entry: Entry, states: Mapping[str, LinkState]) -> Iterator[Found]:
    """Yield each source of a record that failed on enough days, or that moved."""
    for url in entry.urls:
        state = states.get(url)
        if state is None:
            continue
        detail = {"url": url, "day": state.day.isoformat(), "status": state.status}
        if state.is_dead:
            yield of_entry(entry, Check.LINKS, "link_dead", Severity.MEDIUM, about=url, days=state.dead_days, **detail)
        elif state.moved_to:
            yield of_entry(entry, Check.LINKS, "link_moved", Severity.LOW, about=url, target=state.moved_to, **detail)
