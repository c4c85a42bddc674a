"""Search in the register: number, name, kana, place; near spellings when nothing is spelled like the query.

The database gives candidates tier by tier (exact, beginning, contained, near); this module orders them. Sole proprietors,
withheld and deleted numbers are never listed.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection

from madoguchi.apps.businesses import searchindex
from madoguchi.apps.businesses.contracts import SearchPage, Status
from madoguchi.apps.businesses.models import Business
from madoguchi.apps.businesses.register.bulk import is_postgres
from madoguchi.apps.businesses.views_of import view_of
from madoguchi.engines.identifiers import IdentifierError, corporate_number
from madoguchi.engines.linkage import LegalForm, bare_name, edits, fold_name, usual_characters
from madoguchi.engines.search import tokens

MAX_QUERY = 100
MAX_WORDS = 5
MAX_CANDIDATES = 250
MAX_LIMIT = 100
_ENOUGH = 3
_NEAR_TIER, _PLACE_TIER = 4, 5
_MIN_NEAR = 3
_LONG = 6
_MAX_NEAR = 400
_PLACE = re.compile(r"[都区市町村]$|丁目|\d$")
"""Looks like a place. Places share their tokens with tens of thousands, so they are looked up only where it may help."""
_KIND_OF_FORM = {
    LegalForm.STOCK: "301", LegalForm.LIMITED: "302", LegalForm.GENERAL_PARTNERSHIP: "303",
    LegalForm.LIMITED_PARTNERSHIP: "304", LegalForm.LLC: "305",
}  # fmt: skip
_COLUMNS = "corporate_number, core, status, kind, kana, name_en"
_LISTED = "withheld = %s AND status <> 'deleted' AND corporate_number IS NOT NULL"


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is narrowed by. `city_code` has five digits; closed businesses come last unless left out."""

    city_code: str = ""
    active_only: bool = False


@dataclass(frozen=True, slots=True)
class _Candidate:
    number: str
    core: str
    status: str
    kind: str
    kana: str
    name_en: str


@dataclass(frozen=True, slots=True)
class _Wanted:
    """A query as it is searched."""

    shown: str
    core: str
    form: LegalForm
    words: tuple[str, ...]


def search(text: str, filters: Filters, *, limit: int = 20, offset: int = 0) -> SearchPage:
    """Return the businesses that answer the words, best first; at most a few hundred are looked at."""
    wanted = _wanted(text)
    number = _number(wanted.shown)
    if number is not None:
        return _one(number, wanted.shown)
    if not wanted.core and not filters.city_code:
        return SearchPage((), 0, False, wanted.shown, False)
    found = {item.number: item for item in _begins_with(wanted.core, filters)}
    placed = len(wanted.words) != 1 or bool(_PLACE.search(wanted.words[0]))
    more = _contained(found, wanted, filters, placed=placed) or len(found) >= MAX_CANDIDATES
    spelled = sum(_tier(item, wanted.core) < _PLACE_TIER for item in found.values())
    if not spelled and not placed:
        more = _contained(found, wanted, filters, placed=True)
    corrected = spelled < _ENOUGH and len(wanted.core) >= _MIN_NEAR
    near = {item.number: item for item in _near(wanted, filters)} if corrected else {}
    ordered = sorted((found | near).values(), key=lambda item: _order(item, wanted, near=item.number in near))
    page = [item.number for item in ordered[offset : offset + min(limit, MAX_LIMIT)]]
    rows = {row.corporate_number: row for row in Business.objects.filter(corporate_number__in=page)}
    hits = [view_of(rows[key]) for key in page if key in rows]
    return SearchPage(hits, len(ordered), more, wanted.shown, bool(near) and not spelled)


def _wanted(text: str) -> _Wanted:
    shown = text[:MAX_QUERY].replace("\0", "").strip()
    bare, form = bare_name(shown)
    words = tuple(unicodedata.normalize("NFKC", bare).split()[:MAX_WORDS])
    return _Wanted(shown, fold_name(bare), form, words)


def _number(text: str) -> str | None:
    try:
        return corporate_number(text)
    except IdentifierError:
        return None


def _one(number: str, shown: str) -> SearchPage:
    row = Business.objects.filter(corporate_number=number, withheld=False).exclude(status=Status.DELETED).first()
    hits = [view_of(row)] if row else []
    return SearchPage(hits, len(hits), False, shown, False)


def _contained(found: dict[str, _Candidate], wanted: _Wanted, filters: Filters, *, placed: bool) -> bool:
    """Add what holds every word somewhere; tell whether the search stopped at its limit."""
    numbers = searchindex.candidates(_groups(wanted, filters, placed=placed), limit=MAX_CANDIDATES)
    found |= {item.number: item for item in _read([n for n in numbers if n not in found], filters)}
    return len(numbers) >= MAX_CANDIDATES


def _groups(wanted: _Wanted, filters: Filters, *, placed: bool) -> list[list[list[str]]]:
    """Return for each word: all its tokens in the names, or (`placed`) all of them in the place."""
    groups: list[list[list[str]]] = []
    for word in wanted.words:
        named = sorted(set(tokens(usual_characters(word))))
        if named:
            groups.append([named, *([sorted({"p" + token for token in tokens(word)})] if placed else [])])
    if filters.city_code.isdigit():
        groups.append([["c" + filters.city_code]])
    return groups


def _begins_with(core: str, filters: Filters) -> Iterable[_Candidate]:
    return _range("core", core, filters, limit=MAX_CANDIDATES) if core else ()


def _range(
    column: str, start: str, filters: Filters, *, limit: int, length: tuple[int, int] | None = None
) -> Iterable[_Candidate]:
    """Return businesses whose key begins with a text and has a length (characters), in the order of the index."""
    if is_postgres():
        bounds, values = (
            f"{column} LIKE %s",
            [start.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"],
        )
        order = f"{column} USING ~<~"
    else:
        bounds, values = f"{column} >= %s AND {column} < %s", [start, start + "\U0010ffff"]
        order = column
    narrowed, extra = _narrowing(filters)
    if length is not None:
        bounds += f" AND LENGTH({column}) BETWEEN {length[0]:d} AND {length[1]:d}"
    sql = (
        f"SELECT {_COLUMNS} FROM businesses_business WHERE {bounds} AND {_LISTED}{narrowed} "  # noqa: S608 # fixed names
        f"ORDER BY {order} LIMIT {limit:d}"
    )
    return _rows(sql, [*values, False, *extra])


def _narrowing(filters: Filters) -> tuple[str, list[Any]]:
    sql, values = "", []
    if filters.city_code:
        sql += " AND city_code = %s"
        values.append(filters.city_code)
    if filters.active_only:
        sql += " AND status = 'active'"
    return sql, values


def _read(numbers: Sequence[str], filters: Filters) -> Iterable[_Candidate]:
    if not numbers:
        return []
    marks = ", ".join(["%s"] * len(numbers))
    narrowed, extra = _narrowing(filters)
    sql = f"SELECT {_COLUMNS} FROM businesses_business WHERE corporate_number IN ({marks}) AND {_LISTED}{narrowed}"  # noqa: S608 # fixed names and marks
    return _rows(sql, [*numbers, False, *extra])


def _rows(sql: str, values: Sequence[Any]) -> list[_Candidate]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [_Candidate(*row) for row in cursor.fetchall()]


def _near(wanted: _Wanted, filters: Filters) -> list[_Candidate]:
    """Return names that one typing error (two in long names) parts from the query.

    One error leaves the first or the last half whole, so beginnings of the name and of its reverse find it; only a swap
    across the middle breaks both, and is looked up as it would be spelled.
    """
    core = wanted.core
    limit = 1 if len(core) < _LONG else 2
    middle = len(core) // 2
    swapped = core[: middle - 1] + core[middle] + core[middle - 1] + core[middle + 1 :]
    length = (len(core) - limit, len(core) + limit)
    found = [
        *_range("core", core[:middle] if len(core) > _MIN_NEAR else core[:2], filters, limit=_MAX_NEAR, length=length),
        *_range("core_reversed", core[middle:][::-1], filters, limit=_MAX_NEAR, length=length),
        *_range("core", swapped, filters, limit=_MAX_NEAR, length=length),
    ]
    if len(core) >= _LONG:
        for half in (core[:middle], core[middle:]):
            numbers = searchindex.candidates([[sorted(set(tokens(half)))]], limit=MAX_CANDIDATES)
            found += _read(numbers, filters)
    return [item for item in found if edits(core, item.core, limit=limit) <= limit]


def _order(item: _Candidate, wanted: _Wanted, *, near: bool) -> tuple[int, int, bool, bool, int, str]:
    other_form = wanted.form in _KIND_OF_FORM and _KIND_OF_FORM[wanted.form] != item.kind
    tier = _tier(item, wanted.core)
    if near and tier == _PLACE_TIER:
        tier = _NEAR_TIER
    distance = edits(wanted.core, item.core, limit=2) if near else 0
    return (tier, distance, item.status != Status.ACTIVE, other_form, len(item.core), item.number)


def _tier(item: _Candidate, core: str) -> int:
    """Return 0 for the whole name, 1 for its reading or English name, 2 and 3 for parts, 5 for a place."""
    if not core or item.core == core:
        return 0
    others = (fold_name(item.kana), fold_name(item.name_en))
    if core in others:
        return 1
    if item.core.startswith(core):
        return 2
    return 3 if core in item.core or any(core in other for other in others) else _PLACE_TIER
