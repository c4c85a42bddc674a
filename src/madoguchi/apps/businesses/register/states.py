"""What a statement of the register means for the business: name, status, normalised address, keys for search.

Pure derivation: the same statement and the same list of towns always give the same row.
"""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from madoguchi.apps.businesses.contracts import ChangeKind, Status
from madoguchi.apps.businesses.keys import id_of_number
from madoguchi.apps.businesses.register.rows import DELETED_PROCESS, MERGED_CAUSE, SUPERSEDED, Row
from madoguchi.engines.addresses import Level, TownBook
from madoguchi.engines.linkage import bare_name, fold_name, usual_characters
from madoguchi.engines.search import tokens

SOURCE = "nta"
FIELDS = (
    "id", "corporate_number", "name", "name_has_image", "kana", "name_en", "core", "core_reversed", "kind", "status",
    "closed_on", "close_cause", "successor_number", "prefecture", "city", "street", "city_code", "postal_code", "outside",
    "town", "blocks", "withheld", "assigned_on", "changed_on", "source", "as_of", "is_latest", "statement",
)  # fmt: skip
State = dict[str, Any]


def status_of(row: Row) -> Status:
    """Return the status that a statement tells: only its own dates and codes count, never what came before."""
    if row["process"] == DELETED_PROCESS:
        return Status.DELETED
    if not row["closeDate"]:
        return Status.ACTIVE
    return Status.MERGED if row["closeCause"] == MERGED_CAUSE or row["successorCorporateNumber"] else Status.CLOSED


def state_of(row: Row, towns: TownBook) -> State:
    """Return the columns of the business that this statement describes (all of FIELDS)."""
    cells = row.cells
    bare, _form = bare_name(cells[6])
    core = fold_name(bare)
    code = cells[13] + cells[14] if cells[14] else ""
    address = towns.read(code, cells[11])
    return {
        "id": id_of_number(row.number),
        "corporate_number": row.number,
        "name": cells[6],
        "name_has_image": bool(cells[7]),
        "kana": cells[28],
        "name_en": cells[24],
        "core": core,
        "core_reversed": core[::-1],
        "kind": cells[8],
        "status": status_of(row).value,
        "closed_on": cells[18] or None,
        "close_cause": cells[19],
        "successor_number": cells[20],
        "prefecture": cells[9],
        "city": cells[10],
        "street": cells[11],
        "city_code": code,
        "postal_code": cells[15],
        "outside": cells[16],
        "town": address.town if address.level is Level.TOWN else "",
        "blocks": "-".join(map(str, address.numbers)) if address.level is Level.TOWN else "",
        "withheld": cells[29] == "1",
        "assigned_on": cells[22] or None,
        "changed_on": row.changed_on or None,
        "source": SOURCE,
        "as_of": row.published_on,
        "is_latest": row.latest != SUPERSEDED,
        "statement": row.digest,
    }


def is_listed(state: Mapping[str, Any]) -> bool:
    """Tell whether search may list the business: not withheld, not deleted, and registered under a number."""
    return not state["withheld"] and state["status"] != Status.DELETED and bool(state["corporate_number"])


def search_tokens(state: Mapping[str, Any]) -> list[str]:
    """Return what search finds the business by: name, kana, English name; `p…` place, `c…` municipality code."""
    bare, _form = bare_name(state["name"])
    found = dict.fromkeys(tokens(usual_characters(bare)))
    for text in (state["kana"], state["name_en"]):
        if text:
            found.update(dict.fromkeys(tokens(text)))
    found.update(dict.fromkeys(_place_tokens(state["city"], state["town"] or state["street"][:8])))
    if state["city_code"]:
        found["c" + state["city_code"]] = None
    return list(found)


@lru_cache(maxsize=20_000)
def _place_tokens(city: str, town: str) -> tuple[str, ...]:
    return tuple("p" + token for text in (city, town) for token in tokens(text))


def change_kind(before: Mapping[str, Any] | None, after: Mapping[str, Any], *, home: str) -> ChangeKind | None:
    """Return what happened between two states, None when nothing that a reader sees. `home` is the prefecture's code."""
    if before is None:
        return ChangeKind.CREATED
    if all(before[name] == after[name] for name in _SEEN):
        return None
    if before["status"] != after["status"]:
        return _OF_STATUS[Status(after["status"])]
    lived, lives = before["city_code"].startswith(home), after["city_code"].startswith(home)
    if lived != lives:
        return ChangeKind.MOVED_IN if lives else ChangeKind.MOVED_OUT
    return ChangeKind.UPDATED


_SEEN = tuple(name for name in FIELDS if name not in ("id", "statement", "as_of", "is_latest", "source"))
_OF_STATUS = {
    Status.ACTIVE: ChangeKind.REVIVED,
    Status.CLOSED: ChangeKind.CLOSED,
    Status.MERGED: ChangeKind.MERGED,
    Status.DELETED: ChangeKind.DELETED,
}
