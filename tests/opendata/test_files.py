"""Files of the registry: every form says the same, tells its state, and is not sent again to who has it."""

import csv
import gzip
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree

import polars as pl
import pytest
from django.test import Client
from django.utils.http import http_date

from madoguchi.apps.opendata import admission
from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry.interchange import programmes
from madoguchi.apps.registry.models import Programme
from madoguchi.engines.eligibility import from_json
from madoguchi.engines.identifiers import parse_psid
from tests.opendata.world import withdraw
from tests.packed import NOW

pytestmark = pytest.mark.django_db
FORMS = ("json", "ndjson", "csv", "parquet", "jsonld")


def parquet(client: Client, query: str = "") -> tuple[pl.DataFrame, dict[str, str]]:
    body = client.get(f"/api/v1/programmes.parquet{query}").content
    return pl.read_parquet(io.BytesIO(body)), pl.read_parquet_metadata(io.BytesIO(body))


def test_every_form_holds_the_same_programmes(client: Client, pack: Path) -> None:
    whole = client.get("/api/v1/programmes.json").json()
    ids = [item["id"] for item in whole["items"]]
    lines = client.get("/api/v1/programmes.ndjson").content.decode().splitlines()
    rows = list(csv.DictReader(io.StringIO(client.get("/api/v1/programmes.csv").content.decode("utf-8-sig"))))
    assert ids == sorted(view.id for view in registry.views())
    assert json.loads(lines[0])["meta"] == whole["meta"]
    assert [json.loads(line) for line in lines[1:]] == whole["items"]
    assert [row["id"] for row in rows] == ids
    assert parquet(client)[0]["id"].to_list() == ids


def test_parquet_columns_are_typed_and_tell_licence_and_state(client: Client, pack: Path) -> None:
    table, about = parquet(client)
    types = dict(table.schema)
    assert about["licence"] == "CC-BY-4.0"
    assert int(about["sequence"]) == registry.latest_sequence()
    assert about["as_of"] == "2026-11-24"
    assert (types["checked_on"], types["online"], types["value_yen"]) == (pl.Date, pl.Boolean, pl.Int64)
    assert types["area"] == pl.List(pl.String)
    assert types["published_at"] == pl.Datetime("us", "UTC")
    views = {view.id: view for view in registry.views()}
    for row in table.iter_rows(named=True):
        view = views[row["id"]]
        assert row["area"] == (None if view.area is None else list(view.area))
        assert row["online"] is view.online
        assert row["checked_on"] == view.checked_on
        assert json.loads(row["record"]) == view.content
        assert from_json(json.loads(row["condition_tree"]))


def test_a_part_holds_what_concerns_a_municipality_or_kind(client: Client, pack: Path) -> None:
    part = client.get("/api/v1/programmes.json?municipality=132080&kind=benefit").json()
    assert 0 < part["total"] < len(registry.views())
    for item in part["items"]:
        assert item["record"]["kind"] == "benefit"
        assert item["record"]["area"] == "tokyo" or "132080" in item["record"]["area"]
    for query in ("municipality=000000", "kind=none", "municipality=1234567"):
        assert client.get(f"/api/v1/programmes.csv?{query}").status_code == 422


@pytest.mark.parametrize("form", FORMS)
def test_who_has_the_state_gets_304_until_it_changes(client: Client, pack: Path, form: str) -> None:
    path = f"/api/v1/programmes.{form}"
    first = client.get(path)
    tag, date = first["ETag"], first["Last-Modified"]
    assert date == http_date(NOW.timestamp())
    assert client.get(path, headers={"If-None-Match": tag}).status_code == 304
    assert client.get(path, headers={"If-Modified-Since": date}).status_code == 304
    assert client.get(path, headers={"If-Modified-Since": http_date(0)}).status_code == 200
    assert not client.get(path, headers={"If-None-Match": tag}).content
    withdraw("018-support", now=datetime(2026, 11, 25, tzinfo=UTC))
    again = client.get(path, headers={"If-None-Match": tag})
    assert again.status_code == 200
    assert again["ETag"] != tag
    assert again.content != first.content


def test_the_same_state_gives_the_same_bytes_and_packs_them_on_request(client: Client, pack: Path) -> None:
    plain = client.get("/api/v1/programmes.json")
    packed = client.get("/api/v1/programmes.json", headers={"Accept-Encoding": "br, gzip;q=0.8"})
    refused = client.get("/api/v1/programmes.json", headers={"Accept-Encoding": "gzip;q=0"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content == refused.content
    assert len(packed.content) * 3 < len(plain.content)
    assert "Content-Encoding" not in refused
    assert "Accept-Encoding" in packed["Vary"]
    assert plain["Access-Control-Allow-Origin"] == "*"


def test_the_feed_is_atom_and_newest_first(client: Client, pack: Path) -> None:
    withdraw("018-support", now=datetime(2026, 11, 25, tzinfo=UTC))
    answer = client.get("/api/v1/changes.atom")
    space = "{http://www.w3.org/2005/Atom}"
    feed = ElementTree.fromstring(answer.content)  # noqa: S314 # our own answer
    entries = feed.findall(f"{space}entry")
    assert answer["Content-Type"].startswith("application/atom+xml")
    assert len(entries) == 100
    assert str(entries[0].findtext(f"{space}title")).endswith("取り下げ")
    assert entries[0].findtext(f"{space}updated") == "2026-11-25T00:00:00+00:00"
    assert len({entry.findtext(f"{space}id") for entry in entries}) == 100


def test_a_number_stays_when_others_come_or_go(client: Client, pack: Path) -> None:
    before = {view.id: registry.psids(view) for view in registry.views()}
    every = [psid for psids in before.values() for psid in psids]
    assert len(set(every)) == len(every)
    assert all(str(parse_psid(psid)) == psid for psid in every)
    assert {item["basicInformation"]["psid"] for item in programmes.records()} == set(every)
    withdraw("018-support", now=NOW)
    after = {view.id: registry.psids(view) for view in registry.views()}
    assert after == {key: psids for key, psids in before.items() if key != "018-support"}


def test_an_address_leads_to_what_the_caller_wants(client: Client, pack: Path) -> None:
    for view in registry.views():
        for psid in registry.psids(view):
            assert registry.programme_of_psid(psid) == view.id
    psid = registry.psids(registry.get("jidou-teate"))[0]  # type: ignore[arg-type] # it is in the pack
    wanted = {
        "text/html,application/xhtml+xml,*/*;q=0.8": "/programmes/jidou-teate/",
        "application/json": "/api/v1/programmes/jidou-teate",
        "application/ld+json": "/api/v1/programmes/jidou-teate.jsonld",
        "image/png": "/programmes/jidou-teate/",
    }
    for accept, place in wanted.items():
        answer = client.get(f"/id/programme/{psid}", headers={"Accept": accept})
        assert (answer.status_code, answer["Location"]) == (303, place)
        assert client.get(place).status_code == 200
    corrected = psid.replace("UM120", "UM7")
    assert client.get(f"/id/programme/{corrected}").status_code == 303


def test_addresses_of_nothing_and_of_what_was_withdrawn_say_so(client: Client, pack: Path) -> None:
    psid = registry.psids(registry.get("018-support"))[0]  # type: ignore[arg-type] # it is in the pack
    withdraw("018-support", now=NOW)
    assert client.get(f"/id/programme/{psid}").status_code == 410
    for wrong in ("x", "psid3.0+8000020130001+1+UM120", psid.replace("8000020130001", "8000020130002")):
        assert client.get(f"/id/programme/{wrong}").status_code == 404
    assert Programme.objects.filter(pk="018-support").exists()


def test_without_a_key_calls_are_limited_and_told_when_to_come_back(
    client: Client, pack: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(admission, "ANONYMOUS_PER_MINUTE", 3)
    key = client.post("/api/v1/keys", {"name": "見本"}, content_type="application/json").json()["key"]
    statuses = [client.get("/api/v1/programmes.csv").status_code for _ in range(8)]
    refused = client.get("/api/v1/programmes.csv")
    if 429 in statuses:  # the minute may turn once between two calls
        assert statuses[:3] == [200, 200, 200] or statuses.count(200) <= 6
    assert statuses.count(429) >= 2
    assert refused.status_code != 429 or 1 <= int(refused["Retry-After"]) <= 60
    assert client.get("/api/v1/programmes.csv", headers={"X-API-Key": key}).status_code == 200
