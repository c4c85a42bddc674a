"""Keys and the sandbox: made by anybody, shown once, kept as hashes, ended by themselves; nothing of a household is kept."""

import json
import logging
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.core.serializers import serialize
from django.test import Client
from django.utils import timezone

from madoguchi.apps.opendata import keys, sandbox
from madoguchi.apps.opendata.models import ApiKey, Hook
from madoguchi.apps.opendata.webhooks import signing
from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry import catalogue
from madoguchi.core import rotation, sealed_rows
from madoguchi.core.models import AuditEntry
from madoguchi.engines.eligibility import complete, household_from_json, judge
from tests.opendata.world import post

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
DAY = date(2026, 11, 24)


def test_a_key_is_shown_once_and_kept_as_a_hash(client: Client) -> None:
    made = post(client, "keys", {"name": "見本", "email": "app@example.jp"}).json()
    row = ApiKey.objects.get()
    stored = serialize("json", ApiKey.objects.all()) + serialize("json", AuditEntry.objects.all())
    assert made["key"] not in stored
    assert "app@example.jp" not in stored
    assert sealed_rows.plain_of(row, context=keys.context_of(row)) == b"app@example.jp"
    for headers in ({"Authorization": f"Bearer {made['key']}"}, {"X-API-Key": made["key"]}):
        seen = client.get("/api/v1/keys/current", headers=headers)
        assert seen.json()["id"] == made["id"]
        assert made["key"] not in seen.content.decode()


def test_a_key_ends_by_its_own_secret_with_everything_that_hangs_on_it(client: Client) -> None:
    made = post(client, "keys", {"name": "見本", "email": "app@example.jp"}).json()
    held = {"X-API-Key": made["key"]}
    hook = Hook(owner=ApiKey.objects.get(), url="https://8.8.8.8/", cursor=0, next_attempt_at=NOW, created_at=NOW)
    signing.put(hook, signing.Secrets(signing.fresh()))
    hook.save()
    assert client.delete("/api/v1/keys/current", headers=held).status_code == 204
    assert not ApiKey.objects.exists()
    assert not Hook.objects.exists()
    assert client.get("/api/v1/keys/current", headers=held).status_code == 401
    assert client.get("/api/v1/programmes.csv", headers=held).status_code == 401
    assert client.get("/api/v1/keys/current").status_code == 401


def test_a_key_that_nobody_uses_ends_after_90_days_and_one_in_use_does_not() -> None:
    idle, used = (keys.create(name, "", network="n", now=NOW) for name in ("使わない", "使う"))
    assert keys.holder_of(used.secret, now=NOW + timedelta(days=60))
    late = NOW + timedelta(days=90)
    assert keys.holder_of(idle.secret, now=late) is None
    assert keys.holder_of(used.secret, now=late)
    assert keys.forget(now=late) == 1
    assert [row.name for row in ApiKey.objects.all()] == ["使う"]
    assert not ApiKey.objects.exclude(network="").exists()


def test_one_network_makes_so_many_keys_a_day() -> None:
    for number in range(keys.MOST_PER_DAY):
        keys.create(f"見本{number}", "", network="n", now=NOW)
    with pytest.raises(keys.TooManyKeys):
        keys.create("もう一つ", "", network="n", now=NOW + timedelta(hours=23))
    assert keys.create("別の所", "", network="m", now=NOW)
    assert keys.create("次の日", "", network="n", now=NOW + timedelta(hours=25))


@pytest.mark.parametrize("body", [{}, {"name": ""}, {"name": "  "}, {"name": "x" * 81}, {"name": "x", "email": "@"}])
def test_what_is_no_name_or_address_is_told(client: Client, body: dict[str, str]) -> None:
    answer = post(client, "keys", body)
    assert answer.status_code == 422
    assert answer["Content-Type"] == "application/problem+json"
    assert not ApiKey.objects.exists()


def test_sealed_rows_survive_a_rotation_of_keys() -> None:
    made = keys.create("見本", "app@example.jp", network="n", now=NOW)
    hook = Hook(owner=ApiKey.objects.get(), url="https://8.8.8.8/", cursor=0, next_attempt_at=NOW, created_at=NOW)
    held = signing.Secrets(signing.fresh())
    signing.put(hook, held)
    hook.save()
    before = ApiKey.objects.get().key_id
    rotation.rotate(now=timezone.now())
    row = ApiKey.objects.get(pk=made.id)
    assert row.key_id != before
    assert sealed_rows.plain_of(row, context=keys.context_of(row)) == b"app@example.jp"
    assert signing.secrets_of(Hook.objects.get()) == held


def test_the_sandbox_judges_every_sample_as_the_reference_does(client: Client, pack: Path) -> None:
    shelf = catalogue.current()
    shown = client.get("/api/v1/sandbox/households").json()["items"]
    samples = sandbox.samples(DAY)
    assert [item["id"] for item in shown] == [sample.id for sample in samples]
    assert all(item["invented"] is True for item in shown)
    for sample in samples:
        answer = post(client, "sandbox/match", {"household": sample.household, "on": DAY.isoformat()})
        assert answer.status_code == 200, answer.content
        body = answer.json()
        household = complete(
            household_from_json(sample.household), shelf.book.implications, today=DAY, rulebook=shelf.book.rulebook
        )
        expected = {
            rule.id: judge(rule, household, today=DAY, rulebook=shelf.book.rulebook).verdict.value
            for rule in registry.rules()
            if rule.covers("131199")
        }
        assert {item["programme"]: item["verdict"] for item in body["items"]} == expected
        assert sum(body["counts"].values()) == len(expected)
        assert all(item["missing"] for item in body["items"] if item["verdict"] == "possible" and not item["reasons"])


def test_nothing_of_a_posted_household_is_stored_or_logged(
    client: Client, pack: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    posted = {
        "household": {"facts": {"自治体コード": "131199"}, "applicant": {"生年月日": "1961-03-17", "所得": 1_234_567}}
    }
    before = AuditEntry.objects.count()
    assert post(client, "sandbox/match", posted).status_code == 200
    bad = {"household": {"applicant": {"生年月日": "1961-03-17", "秘密の項目": "1961-03-17"}}}
    refused = post(client, "sandbox/match", bad)
    assert refused.status_code == 422
    assert "1961-03-17" not in refused.content.decode()
    told = caplog.text + refused.content.decode()
    assert "1961-03-17" not in told
    assert "1234567" not in told.replace(",", "")
    assert AuditEntry.objects.count() == before
    assert not client.cookies


@pytest.mark.parametrize(
    "household",
    [
        {"facts": {"自治体コード": "000000"}},
        {"applicant": {"生年月日": "1990-13-40"}},
        {"applicant": {"所得": "たくさん"}},
        {"applicant": {"住民税非課税": True}},
        {"children": [{}] * 21},
        {"facts": {"なにか": 1}},
        {"applicant": {"所得": {"min": 5, "max": 1}}},
    ],
)
def test_a_household_that_cannot_be_read_is_told_where(
    client: Client, pack: Path, household: dict[str, object]
) -> None:
    answer = post(client, "sandbox/match", {"household": household})
    assert answer.status_code == 422
    assert "household" in json.dumps(answer.json()["errors"])


def test_a_household_is_only_so_large(client: Client, pack: Path) -> None:
    large = {"household": {"facts": {f"項目{number}": "x" * 100 for number in range(300)}}}
    answer = post(client, "sandbox/match", large)
    assert answer.status_code == 422
    assert str(sandbox.MOST_BODY_LETTERS) in answer.json()["detail"]
    assert post(client, "sandbox/match", {"household": {}, "on": "1850-01-01"}).status_code == 422
