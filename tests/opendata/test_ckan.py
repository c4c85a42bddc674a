"""The catalogue answers as a CKAN does: its own client library reads it, and its errors have CKAN's form."""

from pathlib import Path
from typing import Any

import pytest
from ckanapi import NotAuthorized, NotFound, RemoteCKAN, ValidationError
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.opendata.ckan import catalogue, searching
from madoguchi.apps.registry import api as registry

ACTION = "/api/3/action/"


def ask(client: Client, action: str, **given: Any) -> Any:
    answer = client.post(ACTION + action, given, content_type="application/json")
    assert answer.status_code == 200, answer.content
    assert answer.json()["success"] is True
    return answer.json()["result"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("get_only", [False, True])
def test_the_ckan_client_library_reads_the_catalogue(live_server: LiveServer, pack: Path, get_only: bool) -> None:
    with RemoteCKAN(live_server.url, get_only=get_only) as ckan:
        names = ckan.action.package_list()
        assert len(names) >= 62 + 4
        assert {"programmes", "programmes-131199", "conditions", "programme-changes", "corporation-changes"} <= set(
            names
        )
        package = ckan.action.package_show(id="programmes")
        assert ckan.action.package_show(id=package["id"]) == package
        assert {item["format"] for item in package["resources"]} == {"JSON", "NDJSON", "CSV", "Parquet", "JSON-LD"}
        assert package["license_id"] == "CC-BY-4.0"
        resource = ckan.action.resource_show(id=package["resources"][0]["id"])
        assert ckan.session.get(resource["url"], timeout=30).json()["total"] == len(registry.views())
        found = ckan.action.package_search(q="板橋区", rows=1)
        assert found["results"][0]["name"] == "programmes-131199"
        assert "131199" in ckan.action.organization_list()
        assert ckan.action.organization_show(id="131199")["title"] == "板橋区"
        assert "birth" in ckan.action.group_list()
        assert ckan.action.group_show(id="birth")["package_count"] > 0
        assert "給付" in ckan.action.tag_list()
        assert ckan.action.status_show()["site_title"] == "Madoguchi"
        assert ckan.action.site_read() is True
        assert len(ckan.action.license_list()) == 2
        assert ckan.action.help_show(name="package_show")
        with pytest.raises(NotFound):
            ckan.action.package_show(id="none")
        with pytest.raises(ValidationError):
            ckan.action.package_show()
        with pytest.raises(NotAuthorized):
            ckan.action.package_create(name="mine")


@pytest.mark.django_db
def test_searching_filters_sorts_pages_and_counts(client: Client, pack: Path) -> None:
    every = ask(client, "package_search", rows=1000, sort="name asc")
    names = [item["name"] for item in every["results"]]
    assert names == sorted(ask(client, "package_list"))
    assert every["count"] == len(names)
    paged = [
        ask(client, "package_search", rows=10, start=start, sort="name asc")["results"] for start in range(0, 90, 10)
    ]
    assert [item["name"] for page in paged for item in page] == names
    assert ask(client, "package_search", rows=0) | {"results": []} == ask(client, "package_search", rows=0)
    only = ask(client, "package_search", fq='organization:131199 +res_format:"CSV"', rows=5)
    assert [item["name"] for item in only["results"]] == ["programmes-131199"]
    either = ask(client, "package_search", fq="municipality_code:(131199 OR 132080)", rows=5)
    assert either["count"] == 2
    without = ask(client, "package_search", fq="-organization:131199", rows=0)
    assert without["count"] == len(names) - 1
    assert ask(client, "package_search", q="name:programmes-13*", rows=0)["count"] == 62
    assert ask(client, "package_search", q="*:*", rows=0)["count"] == len(names)
    assert ask(client, "package_search", q="Itabashi")["results"][0]["name"] == "programmes-131199"
    assert ask(client, "package_search", q="どこにもない言葉", rows=5)["results"] == []


@pytest.mark.django_db
def test_facets_count_what_was_found(client: Client, pack: Path) -> None:
    path = f'{ACTION}package_search?rows=0&facet.field=["organization","res_format"]&facet.limit=3'
    result = client.get(path).json()["result"]
    assert result["facets"]["res_format"]["CSV"] == result["count"] - 3
    assert len(result["search_facets"]["organization"]["items"]) == 3
    assert result["search_facets"]["organization"]["items"][0]["display_name"] == "東京都"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("action", "given", "status", "kind"),
    [
        ("package_show", {"id": "none"}, 404, "Not Found Error"),
        ("resource_show", {"id": "none"}, 404, "Not Found Error"),
        ("organization_show", {"id": "none"}, 404, "Not Found Error"),
        ("package_show", {}, 409, "Validation Error"),
        ("package_show", {"id": {"a": 1}}, 409, "Validation Error"),
        ("package_search", {"rows": "many"}, 409, "Validation Error"),
        ("package_search", {"start": -1}, 409, "Validation Error"),
        ("package_search", {"sort": "price desc"}, 409, "Validation Error"),
        ("package_search", {"fq": "colour:red"}, 409, "Validation Error"),
        ("package_search", {"facet.field": "[1]"}, 409, "Validation Error"),
        ("package_search", {"facet.field": ["colour"]}, 409, "Validation Error"),
        ("package_create", {"name": "mine"}, 403, "Authorization Error"),
    ],
)
def test_errors_have_the_form_of_ckan(
    client: Client, pack: Path, action: str, given: dict[str, Any], status: int, kind: str
) -> None:
    answer = client.post(ACTION + action, given, content_type="application/json")
    body = answer.json()
    assert answer.status_code == status
    assert body["success"] is False
    assert body["error"]["__type"] == kind
    assert body["help"].endswith(f"help_show?name={action}")
    assert "result" not in body


@pytest.mark.django_db
def test_what_is_no_action_or_no_json_is_refused(client: Client, pack: Path) -> None:
    assert client.get(ACTION + "package_fly").status_code == 400
    for body in (b"{", b"[1]", b"\xff", b'"' + b"x" * 30_000 + b'"'):
        assert client.post(ACTION + "package_list", body, content_type="application/json").status_code == 400
    assert client.delete(ACTION + "package_list").status_code == 405
    assert client.get("/api/action/site_read").json()["result"] is True


PACKAGES = {
    name: {
        "name": name, "id": f"id-{name}", "title": f"題{name}", "notes": "本文", "owner_org": "o", "license_id": "l",
        "type": "dataset", "state": "active", "metadata_modified": "2026", "metadata_created": "2026",
        "title_translated": {"en": name}, "notes_translated": {"en": "notes"},
        "organization": {"name": f"org{place % 3}", "title": f"組織{place % 3}"}, "groups": [], "extras": [],
        "tags": [{"name": f"tag{place % 2}"}], "resources": [{"format": "CSV"}],
    }
    for place, name in enumerate("abcdefgh")
}  # fmt: skip
SMALL = catalogue.Catalogue("t", "http://x", PACKAGES, {}, {})
TEXTS = st.text(st.sampled_from('abh :+-()"*題組織OR AND01tagorgnameizfq'), max_size=40)


@given(words=TEXTS, filters=st.lists(TEXTS, max_size=2), rows=st.integers(0, 9), start=st.integers(0, 9))
@settings(suppress_health_check=list(HealthCheck))
def test_any_query_is_answered_or_refused_and_pages_are_parts_of_the_whole(
    words: str, filters: list[str], rows: int, start: int
) -> None:
    def search(rows: int, start: int) -> dict[str, Any]:
        return searching.search(SMALL, searching.Query(words, tuple(filters), rows, start, facets=("tags",)))

    try:
        whole, part = search(100, 0), search(rows, start)
    except searching.Refused:
        return
    assert part["results"] == whole["results"][start : start + rows]
    assert whole["count"] == len(whole["results"]) == part["count"]
    assert sum(whole["facets"]["tags"].values()) == whole["count"]
