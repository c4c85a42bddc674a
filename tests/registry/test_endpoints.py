"""Open data: stable ids, licence and date on every answer, errors as problem documents."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from madoguchi.engines.eligibility import from_json, to_json
from madoguchi.site.api import api

SNAPSHOT = Path(__file__).parent.parent.parent / "docs" / "openapi.json"
pytestmark = pytest.mark.django_db


def test_every_list_carries_licence_date_and_sequence(client: Client, pack: Path) -> None:
    for path in (
        "programmes",
        "programmes.json",
        "changes",
        "conditions",
        "life-events",
        "municipalities",
        "attributes",
    ):
        meta = client.get(f"/api/v1/{path}").json()["meta"]
        assert meta["licence"] == "CC-BY-4.0"
        assert meta["sequence"] >= 120
        assert meta["as_of"]


def test_conditions_travel_as_text_and_tree(client: Client, pack: Path) -> None:
    book = client.get("/api/v1/conditions").json()
    assert len(book["conditions"]) >= 120
    assert all(to_json(from_json(item["tree"])) == item["tree"] for item in book["conditions"])


def test_the_feed_gives_only_what_came_after(client: Client, pack: Path) -> None:
    first = client.get("/api/v1/changes?limit=5").json()
    assert [item["sequence"] for item in first["items"]] == [1, 2, 3, 4, 5]
    assert client.get(f"/api/v1/changes?since={first['next_since']}&limit=1").json()["items"][0]["sequence"] == 6


def test_the_csv_is_read_by_an_ordinary_reader(client: Client, pack: Path) -> None:
    text = client.get("/api/v1/programmes.csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert len(rows) >= 120
    assert {row["licence"] for row in rows} == {"CC-BY-4.0"}
    assert not [row for row in rows for value in row.values() if value[:1] in ("=", "+", "@")]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("programmes/none", 404),
        ("programmes?limit=0", 422),
        ("programmes?limit=1000", 422),
        ("programmes?age=-1", 422),
        ("programmes?age=x", 422),
        ("changes?since=-1", 422),
        ("nowhere", 404),
        ("programmes/none/versions", 404),
    ],
)
def test_errors_are_problem_documents(client: Client, pack: Path, path: str, status: int) -> None:
    answer = client.get(f"/api/v1/{path}")
    assert answer.status_code == status
    assert answer["Content-Type"] == "application/problem+json"
    assert {"type", "title", "status", "remedy"} <= set(answer.json())


def test_a_flood_of_text_is_cut_not_failed(client: Client, pack: Path) -> None:
    assert client.get("/api/v1/programmes", {"q": "手当" * 100_000}).status_code == 200


def test_the_openapi_document_is_the_committed_one() -> None:
    now = json.loads(json.dumps(api.get_openapi_schema()))
    assert now == json.loads(SNAPSHOT.read_text(encoding="utf-8")), (
        f"The API changed. Look at it, then write {SNAPSHOT.name} anew with `madoguchi openapi`."
    )


def test_settings_name_a_pack() -> None:
    assert (Path(settings.PACK_DIR) / "pack.yaml").exists()
