"""CKAN's read actions by name: parameters in, result out. Knows no request and no HTTP status."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from madoguchi.apps.opendata.ckan import searching
from madoguchi.apps.opendata.ckan.catalogue import LICENCES, Catalogue
from madoguchi.apps.opendata.ckan.searching import MOST_ROWS, Query, Refused

Parameters = Mapping[str, Any]
Action = Callable[[Catalogue, Parameters], Any]
CKAN_VERSION = "2.10.0"
"""Whose read actions these are written after."""
EXTENSIONS = ("madoguchi",)


class NotFound(LookupError):
    """What was asked for is not in the catalogue."""


def _text(given: Parameters, name: str, *, needed: bool = False) -> str:
    value = given.get(name, "")
    if value is None or not isinstance(value, str | int | float) or isinstance(value, bool):
        value = ""
    if needed and not str(value):
        raise Refused(name, "Missing value")
    return str(value)


def _whole(given: Parameters, name: str, default: int, *, least: int, most: int) -> int:
    try:
        value = int(_text(given, name) or default)
    except ValueError:
        raise Refused(name, "Must be a whole number") from None
    if value < least:
        raise Refused(name, f"Must be at least {least}")
    return min(value, most)


def _flag(given: Parameters, name: str, default: bool = False) -> bool:
    value = given.get(name, default)
    return value if isinstance(value, bool) else str(value).strip().lower() in ("true", "1", "yes", "on")


def _list(given: Parameters, name: str) -> tuple[str, ...]:
    """Return a list that came as a list, as JSON text, or as one word."""
    value = given.get(name) or []
    if isinstance(value, str):
        try:
            value = json.loads(value) if value.strip().startswith("[") else [value]
        except (ValueError, RecursionError):
            raise Refused(name, "Must be a JSON list of texts") from None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise Refused(name, "Must be a list of texts")
    return tuple(value)


def package_list(catalogue: Catalogue, given: Parameters) -> list[str]:
    """Return the names of the datasets, sorted."""
    return _page(sorted(catalogue.packages), given)


def _page(items: list[Any], given: Parameters) -> list[Any]:
    start = _whole(given, "offset", 0, least=0, most=10**9)
    return items[start : start + _whole(given, "limit", MOST_ROWS, least=0, most=MOST_ROWS)]


def current_package_list_with_resources(catalogue: Catalogue, given: Parameters) -> list[Any]:
    """Return the datasets whole, by name."""
    return _page([catalogue.packages[name] for name in sorted(catalogue.packages)], given)


def package_show(catalogue: Catalogue, given: Parameters) -> Any:
    """Return one dataset by name or id."""
    return _found(catalogue.package(_text(given, "id", needed=True)))


def _found(item: Any) -> Any:
    if item is None:
        raise NotFound
    return item


def package_search(catalogue: Catalogue, given: Parameters) -> dict[str, Any]:
    """Search the datasets: q, fq, fq_list, rows, start, sort, facet, facet.field, facet.limit."""
    facets = _list(given, "facet.field") if _flag(given, "facet", True) else ()
    query = Query(
        words=_text(given, "q"),
        filters=(_text(given, "fq"), *_list(given, "fq_list")),
        rows=_whole(given, "rows", 10, least=0, most=MOST_ROWS),
        start=_whole(given, "start", 0, least=0, most=10**9),
        sort=_text(given, "sort"),
        facets=facets,
        facet_limit=_whole(given, "facet.limit", 50, least=-1, most=MOST_ROWS),
    )
    return searching.search(catalogue, query)


def resource_show(catalogue: Catalogue, given: Parameters) -> Any:
    """Return one resource by its id."""
    return _found(catalogue.resource(_text(given, "id", needed=True)))


def organization_list(catalogue: Catalogue, given: Parameters) -> list[Any]:
    """Return the organisations by name, whole with all_fields."""
    return _listing(catalogue.organisations, given)


def group_list(catalogue: Catalogue, given: Parameters) -> list[Any]:
    """Return the groups (life events) by name, whole with all_fields."""
    return _listing(catalogue.groups, given)


def _listing(items: Mapping[str, dict[str, Any]], given: Parameters) -> list[Any]:
    names = sorted(items)
    return _page([items[name] for name in names] if _flag(given, "all_fields") else names, given)


def organization_show(catalogue: Catalogue, given: Parameters) -> dict[str, Any]:
    """Return one organisation by name or id; with include_datasets its datasets."""
    return _shown(catalogue, catalogue.organisations, "organization", given)


def group_show(catalogue: Catalogue, given: Parameters) -> dict[str, Any]:
    """Return one group by name or id; with include_datasets its datasets."""
    return _shown(catalogue, catalogue.groups, "groups", given)


def _shown(catalogue: Catalogue, items: Mapping[str, dict[str, Any]], field: str, given: Parameters) -> dict[str, Any]:
    key = _text(given, "id", needed=True)
    item = _found(items.get(key) or next((one for one in items.values() if one["id"] == key), None))
    if not _flag(given, "include_datasets"):
        return dict(item)
    read = searching.FIELDS[field]
    return {**item, "packages": [one for one in catalogue.packages.values() if item["name"] in read(one)][:MOST_ROWS]}


def tag_list(catalogue: Catalogue, given: Parameters) -> list[Any]:
    """Return the tags, those with the text of `query` when it is given."""
    wanted = _text(given, "query")
    names = [name for name in catalogue.tags() if wanted in name]
    return [{"name": name, "display_name": name} for name in names] if _flag(given, "all_fields") else names


def license_list(catalogue: Catalogue, given: Parameters) -> list[Any]:
    """Return the licences."""
    return list(LICENCES.values())


def status_show(catalogue: Catalogue, given: Parameters) -> dict[str, Any]:
    """Return what this site is."""
    return {
        "site_title": "Madoguchi", "site_description": "Registry of public programmes", "site_url": catalogue.base,
        "ckan_version": CKAN_VERSION, "error_emails_to": None, "locale_default": "ja", "extensions": list(EXTENSIONS),
    }  # fmt: skip


def site_read(catalogue: Catalogue, given: Parameters) -> bool:
    """Tell that the site may be read."""
    return True


def help_show(catalogue: Catalogue, given: Parameters) -> str:
    """Return what an action does."""
    action = ACTIONS.get(_text(given, "name", needed=True))
    return str(_found(action).__doc__)


ACTIONS: Mapping[str, Action] = {
    action.__name__: action
    for action in (
        package_list, current_package_list_with_resources, package_show, package_search, resource_show, organization_list,
        organization_show, group_list, group_show, tag_list, license_list, status_show, site_read, help_show,
    )
}  # fmt: skip
WRITES = ("_create", "_update", "_delete", "_patch", "_purge", "_revise", "_upsert")
"""Endings of actions that change something: nobody may, the registry is written at the desk."""
