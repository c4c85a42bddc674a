"""`package_search`: words, filter queries of the common Solr forms, sorting, facets. Everything else is refused, not guessed."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madoguchi.apps.opendata.ckan.catalogue import Catalogue

MOST_ROWS = 1_000
MOST_LETTERS = 1_000
Package = Mapping[str, Any]


class Refused(ValueError):
    """A parameter that cannot be used: `field` and what to do."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


FIELDS: Mapping[str, Callable[[Package], list[str]]] = {
    "name": lambda p: [p["name"]],
    "id": lambda p: [p["id"]],
    "title": lambda p: [p["title"]],
    "organization": lambda p: [p["organization"]["name"]],
    "owner_org": lambda p: [p["owner_org"]],
    "groups": lambda p: [item["name"] for item in p["groups"]],
    "tags": lambda p: [item["name"] for item in p["tags"]],
    "res_format": lambda p: [item["format"] for item in p["resources"]],
    "license_id": lambda p: [p["license_id"]],
    "type": lambda p: [p["type"]],
    "dataset_type": lambda p: [p["type"]],
    "state": lambda p: [p["state"]],
    "municipality_code": lambda p: [item["value"] for item in p["extras"] if item["key"] == "municipality_code"],
}
FACETS = ("organization", "groups", "tags", "res_format", "license_id", "municipality_code")
_TERM = re.compile(r'([+-]?)(\w+):\s*(?:\(([^()]*)\)|"([^"]*)"|(\S+))')
_SORTS: Mapping[str, Callable[[Package], Any]] = {
    "name": lambda p: p["name"],
    "title": lambda p: p["title"],
    "title_string": lambda p: p["title"],
    "metadata_modified": lambda p: p["metadata_modified"],
    "metadata_created": lambda p: p["metadata_created"],
    "id": lambda p: p["id"],
}


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched. `rows` and `start` are counts, `facets` names of fields, `facet_limit` −1 for all."""

    words: str = ""
    filters: tuple[str, ...] = ()
    rows: int = 10
    start: int = 0
    sort: str = ""
    facets: tuple[str, ...] = ()
    facet_limit: int = 50


def search(catalogue: Catalogue, query: Query) -> dict[str, Any]:
    """Return CKAN's answer: count, results, facets; raise Refused."""
    tests = [test for text in (*query.filters, query.words) for test in _terms(text)]
    words = _words(_TERM.sub(" ", query.words))
    scored = [(package, _score(package, words)) for package in catalogue.packages.values()]
    found = [
        (package, score) for package, score in scored if score is not None and all(test(package) for test in tests)
    ]
    ordered = _ordered(found, query.sort)
    facets = {name: _facet(ordered, name, query.facet_limit) for name in query.facets}
    return {
        "count": len(ordered),
        "sort": query.sort or "score desc, name asc",
        "facets": facets,
        "search_facets": {name: _named(catalogue, name, facets[name]) for name in facets},
        "results": list(ordered[query.start : query.start + query.rows]),
    }


def _fold(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold()


def _words(text: str) -> list[str]:
    words = [word.strip('"()') for word in _fold(text[:MOST_LETTERS]).split()]
    return [word for word in words if word not in ("", "*:*", "*", "and", "or")]


def _score(package: Package, words: Sequence[str]) -> int | None:
    """Return how well a package answers the words (title counts most), None when a word is nowhere."""
    title = _fold(f"{package['title']} {package['title_translated']['en']} {package['name']}")
    tags = " ".join(item["name"] for item in package["tags"])
    rest = _fold(f"{package['notes']} {package['notes_translated']['en']} {tags} {package['organization']['title']}")
    points = [3 if word in title else 1 if word in rest else 0 for word in words]
    return sum(points) if all(points) else None


def _terms(text: str) -> list[Callable[[Package], bool]]:
    """Return the tests of `field:value` parts; `+`, `-`, quotes, `(a OR b)` and a trailing `*` are understood."""
    if len(text) > MOST_LETTERS:
        raise Refused("fq", f"At most {MOST_LETTERS} letters.")
    return [
        _test(sign == "-", field, grouped, quoted or single)
        for sign, field, grouped, quoted, single in _TERM.findall(text.replace("*:*", " "))
    ]


def _test(negative: bool, field: str, grouped: str, single: str) -> Callable[[Package], bool]:
    if field not in FIELDS:
        raise Refused("fq", f"There is no field {field[:40]}. There are: {', '.join(sorted(FIELDS))}.")
    quoted = re.findall(r'"([^"]*)"|(\S+)', grouped)
    every = " AND " in grouped
    values = [a or b for a, b in quoted if (a or b) not in ("OR", "AND")] if grouped else [single]
    matches = [_matcher(value) for value in values]
    read, combine = FIELDS[field], all if every else any

    def test(package: Package) -> bool:
        held = read(package)
        return combine(any(match(value) for value in held) for match in matches) is not negative

    return test


def _matcher(wanted: str) -> Callable[[str], bool]:
    folded = _fold(wanted)
    if folded.endswith("*"):
        return lambda value: _fold(value).startswith(folded[:-1])
    return lambda value: _fold(value) == folded


def _ordered(found: Sequence[tuple[Package, int]], sort: str) -> list[Package]:
    rows = sorted(found, key=lambda item: (-item[1], item[0]["name"]))
    for part in reversed([part.split() for part in sort.split(",") if part.strip()]):
        field, backwards = part[0], part[1:] == ["desc"]
        if field in ("score", "relevance"):
            rows.sort(key=lambda item: item[1], reverse=backwards or len(part) == 1)
        elif field in _SORTS and part[1:] in ([], ["asc"], ["desc"]):
            rows.sort(key=lambda item: _SORTS[field](item[0]), reverse=backwards)
        else:
            raise Refused("sort", f"Sort by {', '.join(sorted(_SORTS))} or score, with asc or desc.")
    return [package for package, _ in rows]


def _facet(found: Sequence[Package], name: str, limit: int) -> dict[str, int]:
    if name not in FIELDS:
        raise Refused("facet.field", f"There is no facet {name[:40]}. There are: {', '.join(FACETS)}.")
    counts = Counter(value for package in found for value in set(FIELDS[name](package)))
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return dict(ordered if limit < 0 else ordered[:limit])


def _named(catalogue: Catalogue, name: str, counts: Mapping[str, int]) -> dict[str, Any]:
    titles = {"organization": catalogue.organisations, "groups": catalogue.groups}.get(name, {})
    items = [
        {"name": key, "display_name": titles.get(key, {}).get("title", key), "count": count}
        for key, count in counts.items()
    ]
    return {"title": name, "items": items}
