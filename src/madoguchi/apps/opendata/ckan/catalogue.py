"""The datasets in CKAN's words: packages, organisations, groups, tags, resources, licences. Made once per registry state."""

import uuid
from collections import Counter
from dataclasses import dataclass
from typing import Any

from madoguchi.apps.opendata import bulk, datasets
from madoguchi.apps.opendata.datasets import CORPORATE_LICENCE, Dataset, Resource
from madoguchi.apps.registry import api as registry

NAMESPACE = uuid.UUID("6f6e4d3c-52a5-4c0e-9a3f-6d61646f6775")
"""Of the ids that CKAN wants beside names: the same name always gives the same id."""
LICENCES: dict[str, dict[str, Any]] = {
    bulk.LICENCE: {
        "id": bulk.LICENCE, "title": "Creative Commons Attribution 4.0", "url": bulk.LICENCE_URL, "is_okd_compliant": True,
        "status": "active", "domain_data": True,
    },
    CORPORATE_LICENCE: {
        "id": CORPORATE_LICENCE, "title": "公共データ利用規約 第1.0版", "is_okd_compliant": True, "status": "active",
        "url": "https://www.digital.go.jp/resources/open_data/public_data_license_v1.0", "domain_data": True,
    },
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Everything that the actions read; names point to CKAN's dictionaries. Addresses begin with `base`."""

    token: str
    base: str
    packages: dict[str, dict[str, Any]]
    organisations: dict[str, dict[str, Any]]
    groups: dict[str, dict[str, Any]]

    def package(self, key: str) -> dict[str, Any] | None:
        """Return a package by its name or id."""
        return _by_key(self.packages, key)

    def resource(self, key: str) -> dict[str, Any] | None:
        """Return a resource by its id."""
        found = (item for package in self.packages.values() for item in package["resources"])
        return next((item for item in found if item["id"] == key), None)

    def tags(self) -> list[str]:
        """Return every tag, sorted."""
        return sorted({tag["name"] for package in self.packages.values() for tag in package["tags"]})


def _by_key(items: dict[str, dict[str, Any]], key: str) -> dict[str, Any] | None:
    return items.get(key) or next((item for item in items.values() if item["id"] == key), None)


_kept: dict[str, Catalogue] = {}
MOST_BASES = 4


def current(base: str) -> Catalogue:
    """Return the catalogue of the present registry, made anew when it has changed."""
    stamp = registry.stamp()
    kept = _kept.get(base)
    if kept is None or kept.token != stamp.token:
        kept = _build(base, stamp)
        if len(_kept) >= MOST_BASES:
            _kept.clear()
        _kept[base] = kept
    return kept


def _build(base: str, stamp: registry.Stamp) -> Catalogue:
    found = datasets.every(stamp)
    owned = Counter(item.organisation_id for item in found)
    organisations = {
        row.id: _organisation(row, owned[row.id]) for row in registry.organisations() if owned[row.id] or row.code
    }
    named = {event["id"]: event["name"] for event in registry.part("life_events")}
    in_group = Counter(group for item in found for group in item.groups)
    groups = {key: _group(key, name, in_group[key]) for key, name in named.items()}
    packages = {item.name: _package(base, item, organisations, groups) for item in found}
    return Catalogue(stamp.token, base, packages, organisations, groups)


def _id(kind: str, name: str) -> str:
    return str(uuid.uuid5(NAMESPACE, f"{kind}:{name}"))


def _organisation(row: registry.OrganisationView, count: int) -> dict[str, Any]:
    return {
        "id": _id("organization", row.id), "name": row.id, "title": row.name.ja, "display_name": row.name.ja,
        "title_translated": {"ja": row.name.ja, "en": row.name.en}, "description": "", "type": "organization",
        "is_organization": True, "state": "active", "approval_status": "approved", "image_url": "",
        "package_count": count, "extras": [
            {"key": key, "value": value}
            for key, value in (("municipality_code", row.code), ("corporate_number", row.corporate_number)) if value
        ],
    }  # fmt: skip


def _group(key: str, name: dict[str, str], count: int) -> dict[str, Any]:
    return {
        "id": _id("group", key), "name": key, "title": name["ja"], "display_name": name["ja"],
        "title_translated": {"ja": name["ja"], "en": name.get("en", "")}, "description": "", "type": "group",
        "is_organization": False, "state": "active", "image_url": "", "package_count": count,
    }  # fmt: skip


def _package(
    base: str, item: Dataset, organisations: dict[str, dict[str, Any]], groups: dict[str, dict[str, Any]]
) -> dict[str, Any]:
    licence, owner = LICENCES[item.licence], organisations[item.organisation_id]
    package_id, changed = _id("package", item.name), item.changed_at.strftime("%Y-%m-%dT%H:%M:%S.%f")
    extras = [("municipality_code", item.municipality), ("programmes", "" if item.count is None else str(item.count))]
    return {
        "id": package_id, "name": item.name, "title": item.title.ja, "notes": item.notes.ja,
        "title_translated": {"ja": item.title.ja, "en": item.title.en},
        "notes_translated": {"ja": item.notes.ja, "en": item.notes.en},
        "type": "dataset", "state": "active", "private": False, "isopen": True, "url": f"{base}/open/", "version": None,
        "license_id": licence["id"], "license_title": licence["title"], "license_url": licence["url"],
        "owner_org": owner["id"], "organization": {key: owner[key] for key in _BRIEF},
        "author": owner["title"], "author_email": None, "maintainer": owner["title"], "maintainer_email": None,
        "metadata_created": changed, "metadata_modified": changed,
        "groups": [{key: groups[name][key] for key in _BRIEF_GROUP} for name in item.groups if name in groups],
        "tags": [_tag(name) for name in item.tags], "num_tags": len(item.tags),
        "resources": [_resource(base, package_id, changed, place, one) for place, one in enumerate(item.resources)],
        "num_resources": len(item.resources), "relationships_as_object": [], "relationships_as_subject": [],
        "extras": [{"key": key, "value": value} for key, value in extras if value],
    }  # fmt: skip


_BRIEF = ("id", "name", "title", "type", "description", "image_url", "is_organization", "state", "approval_status")
_BRIEF_GROUP = ("id", "name", "title", "display_name", "description")


def _tag(name: str) -> dict[str, Any]:
    return {"id": _id("tag", name), "name": name, "display_name": name, "state": "active", "vocabulary_id": None}


def _resource(base: str, package_id: str, changed: str, position: int, item: Resource) -> dict[str, Any]:
    return {
        "id": _id("resource", item.id), "package_id": package_id, "name": item.name.ja, "format": item.format,
        "name_translated": {"ja": item.name.ja, "en": item.name.en}, "description": "", "mimetype": item.media_type,
        "url": f"{base}{item.path}", "url_type": None, "position": position, "state": "active", "created": changed,
        "last_modified": changed, "metadata_modified": changed, "resource_type": "file" if item.is_download else "api",
        "hash": "", "size": None, "datastore_active": False,
    }  # fmt: skip
