"""What is wrong in the bundles of a pack, and the order of their items: what gives a result comes before what needs it."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from madoguchi.apps.procedures.checking import Flaw, condition_flaws, deadline_flaws
from madoguchi.engines import forms
from madoguchi.engines.forms import Node, OrderError


def item_id(item: Mapping[str, Any], number: int) -> str:
    """Return the name of an item: its own id, its procedure, or its place in the list from 1."""
    return str(item.get("id") or item.get("procedure") or f"item-{number}")


def nodes(items: Sequence[Mapping[str, Any]], records: Mapping[str, Mapping[str, Any]]) -> list[Node]:
    """Return what each item needs and gives: its own words and those of its procedure."""
    found = []
    for number, item in enumerate(items, start=1):
        record = records.get(item.get("procedure", ""), {})
        needs = (*item.get("needs", ()), *record.get("needs", ()))
        gives = (*item.get("gives", ()), *record.get("gives", ()))
        found.append(Node(item_id(item, number), needs, gives))
    return found


def ordered(
    items: Sequence[Mapping[str, Any]], records: Mapping[str, Mapping[str, Any]]
) -> tuple[Mapping[str, Any], ...]:
    """Return the items so that each comes after those whose results it needs; raise `OrderError` for a circle."""
    by_id = {item_id(item, number): item for number, item in enumerate(items, start=1)}
    return tuple(by_id[name] for name in forms.in_order(nodes(items, records)))


def flaws(
    bundles: Sequence[Mapping[str, Any]],
    *,
    records: Mapping[str, Mapping[str, Any]],
    fields: Mapping[str, Mapping[str, Any]],
    life_events: Collection[str],
) -> Iterator[tuple[str, Flaw]]:
    """Yield bundle and flaw: doubled ids, unknown procedures, fields and events of life, circles."""
    ids = [bundle["id"] for bundle in bundles]
    for bundle in bundles:
        if ids.count(bundle["id"]) > 1:
            yield bundle["id"], Flaw("id", "The id stands twice.", "Give each bundle its own.")
        if bundle["life_event"] not in life_events:
            message = f"{bundle['life_event']} is not an event of life."
            yield bundle["id"], Flaw("life_event", message, "Use an id of life_events.yaml.")
        for key in bundle.get("ask_first") or ():
            if key not in fields:
                yield bundle["id"], Flaw("ask_first", f"{key} is not a field of the bank.", "Add it to fields.yaml.")
        for flaw in _items(bundle, records, fields):
            yield bundle["id"], flaw


def _items(
    bundle: Mapping[str, Any], records: Mapping[str, Mapping[str, Any]], fields: Mapping[str, Any]
) -> Iterator[Flaw]:
    names = [item_id(item, number) for number, item in enumerate(bundle["items"], start=1)]
    for name, item in zip(names, bundle["items"], strict=True):
        place = f"items.{name}"
        if names.count(name) > 1:
            yield Flaw(place, "The item stands twice.", "Keep one of them.")
        procedure = item.get("procedure")
        if procedure and procedure not in records:
            yield Flaw(place, f"{procedure} is not a procedure.", "Use an id of procedures/*.yaml.")
        elif procedure and records[procedure]["subject"] != bundle["subject"]:
            yield Flaw(place, f"{procedure} is not for a {bundle['subject']}.", "Put it into another bundle.")
        yield from condition_flaws(f"{place}.when", item["when"], fields)
        yield from deadline_flaws(f"{place}.deadline", item.get("deadline"), fields)
    if len(set(names)) == len(names):
        yield from _circle(bundle, records)


def _circle(bundle: Mapping[str, Any], records: Mapping[str, Mapping[str, Any]]) -> Iterator[Flaw]:
    try:
        ordered(bundle["items"], records)
    except OrderError as error:
        yield Flaw("items", f"Some items need each other: {error}", "Take one of the needs out.")
