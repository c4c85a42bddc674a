"""Whoever steals the database reads no name, address, amount or word about anybody in it, and gets no key to a door.

The whole world of `tests/site/world.py` lies in the database, with sign-ins that wait in the outbox, one that failed and
many that were delivered. Every column of every table is read as text, and binary, base64 and compressed values also as
what is inside. On PostgreSQL the text of `pg_dump` is read too.
"""

import base64
import binascii
import html
import json
import os
import re
import shutil
import subprocess
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from madoguchi.apps.accounts.contracts import ResidentSignedIn
from madoguchi.core import events, rotation
from madoguchi.core.models import OutboxEvent
from tests.site.world import ISSUER, PASSWORD, Side, World, enter, make

pytestmark = pytest.mark.django_db(transaction=True)
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{16,}={0,2}")
_HEX = re.compile(rb"(?:[0-9a-f]{2}){8,}")
ID_TOKEN = "eyJhbGciOiJFUzI1NiJ9.eyJzdWIiOiJzYW1wbGUtc3ViamVjdC1vZi1BIn0.c2FtcGxlLXNpZ25hdHVyZQ"
"""A provider's token of a session, as it is kept to end the session there."""


@dataclass(frozen=True, slots=True)
class Dump:
    """What a thief has: every value with its table and column, the text of pg_dump, and what must not be there."""

    values: Mapping[str, set[bytes]]
    """table.column → its different values, with what they hold inside."""
    plain_text: bytes
    """What `pg_dump --data-only` writes; empty on SQLite."""
    secrets: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Kind → what it is → the value as it was given."""


_made: list[Dump] = []


@pytest.fixture
def dump(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> Dump:
    """Make the world once, rotate the keys once, and read everything; the tests only look at what was read."""
    if not _made:
        try:
            _made.append(_read(monkeypatch))
        finally:
            _empty_search()
    return _made[0]


def _read(monkeypatch: pytest.MonkeyPatch) -> Dump:
    world = make()
    enter(world.a.resident, id_token=ID_TOKEN)
    _fail_to_deliver(world.a, monkeypatch)
    assert OutboxEvent.objects.filter(delivered_at=None).count() == 5
    assert OutboxEvent.objects.exclude(delivered_at=None).filter(name="ResidentSignedIn").count() == 4
    before, text = everything(), pg_dump()
    rotation.rotate(now=timezone.now())
    after = everything()
    values = {name: before.get(name, set()) | after.get(name, set()) for name in {*before, *after}}
    return Dump(values, text + pg_dump(), secrets_of(world))


def _empty_search() -> None:
    """Empty the search tables, which have no model, so that Django does not empty them after a test."""
    with connection.cursor() as cursor:
        for table in ("registry_search", "businesses_search"):
            cursor.execute(f"DELETE FROM {table}")


def _fail_to_deliver(side: Side, monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave a sign-in whose handler failed with a message that repeats what it was told."""

    def fail(event: ResidentSignedIn) -> None:
        raise ValueError(f"cannot keep {event.claims}")

    monkeypatch.setitem(events._handlers, ResidentSignedIn, [fail])
    told = {"name": side.words.person["氏名"], "address": side.words.moved_to}
    event = ResidentSignedIn(str(side.resident.pk), ISSUER, "failed", told, timezone.now().isoformat())
    events.publish(event)
    row = OutboxEvent.objects.get(payload__subject="failed")
    events.deliver_one(row.pk)
    row.refresh_from_db()
    assert row.last_error


def secrets_of(world: World) -> Mapping[str, Mapping[str, str]]:
    """Return what must not stand in the database, by kind."""
    kinds: dict[str, dict[str, str]] = {}
    for side in (world.a, world.b):
        for kind, found in _secrets(side).items():
            kinds.setdefault(kind, {}).update({f"{side.words.letter} {name}": text for name, text in found.items()})
    return kinds


def _secrets(side: Side) -> Mapping[str, Mapping[str, str]]:
    words, day = side.words, side.words.birth
    people = ("太郎", "守られた人", "隠れ家", "手伝い")
    told = {
        "break-glass reason": "緊急の理由と事情の説明", "open break-glass reason": "子の緊急の事情の説明",
        "review note": "点検の記録", "question": "質問の言葉", "open question": "待つ質問", "answer": "答えの言葉",
        "preview reason": "確認の理由", "approved preview reason": "承認の理由", "preview case": "確認件",
        "access reason": "照会の理由", "access case": "件", "guardian's document": "後見の証明書",
    }  # fmt: skip
    linked = ("届出の代表", "届出商会", "裏町")
    codes = {name: text.replace("-", "") for name, text in side.secrets.items() if name.endswith("code")}
    return {
        "who somebody is": {
            **words.person, "moved to": words.moved_to, "street": words.text("町"), "new street": words.text("新町"),
            "birth ISO": day.isoformat(), "birth digits": day.strftime("%Y%m%d"),
            "birth in Japanese": f"{day.year}年{day.month}月{day.day}日", "birth of the helper": "1970-01-02",
            "birth of the child": "2019-05-06", **{name: words.text(name) for name in people},
        },
        "what somebody has": {
            name: str(amount) for name, amount in {**words.numbers, "rent": words.rent_yen}.items()
        },
        "words about somebody": {name: words.text(text) for name, text in told.items()},
        "a sole proprietor": {
            "name": words.trade["name"], "street": words.text("横丁"), "block": words.trade["address2"],
            "new street": words.text("移転先"), "summary": words.text("商いの中身"), "capital": str(words.capital_yen),
        },
        "a record of another system": {
            **{name: words.text(name) for name in linked}, "kana": f"ヒミツ{words.letter}トドケ",
        },
        "secrets of systems": {n: text for n, text in side.secrets.items() if n.endswith(("secret", "token"))},
        "one-time codes": {**codes, **{f"{name} in groups": side.secrets[name] for name in codes}},
        "sessions": {n: text for n, text in side.secrets.items() if n.endswith("session")} | {"id token": ID_TOKEN},
        "passwords": {"of staff": PASSWORD},
    }  # fmt: skip


def everything() -> dict[str, set[bytes]]:
    """Return the values of every column of every table, also of those that no model has."""
    found: dict[str, set[bytes]] = {}
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f'SELECT * FROM "{table}"')
            columns = [item[0] for item in cursor.description]
            for row in cursor.fetchall():
                for column, value in zip(columns, row, strict=True):
                    if value is not None:
                        found.setdefault(f"{table}.{column}", set()).add(_bytes(value))
    return {name: {form for value in values for form in insides(value)} for name, values in found.items()}


def _bytes(value: Any) -> bytes:
    if isinstance(value, bytes | memoryview):
        return bytes(value)
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False).encode()
    return str(value).encode()


def insides(value: bytes, depth: int = 3) -> Iterator[bytes]:
    """Yield a value and what can be read in it: escapes of JSON and HTML, UTF-16, hex, base64, compressed parts."""
    yield value
    text = value.decode("utf-8", "replace")
    for other in (re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text), html.unescape(text)):
        if other != text:
            yield other.encode("utf-8", "replace")
    for code in ("utf-16-le", "utf-16-be"):
        wide = value.decode(code, "ignore")
        if "ひみつ" in wide or "ヒミツ" in wide:
            yield wide.encode("utf-8", "replace")
    if depth:
        for part in {*_decoded(value)} - {value}:
            yield from insides(part, depth - 1)


def _decoded(value: bytes) -> Iterator[bytes]:
    for found in _HEX.findall(value):
        yield bytes.fromhex(found.decode())
    for found in _BASE64.findall(value):
        for data in (found, found.lstrip(b"-_")):
            try:
                yield base64.b64decode(data.rstrip(b"=") + b"=" * (-len(data.rstrip(b"=")) % 4), altchars=b"-_")
            except binascii.Error:
                continue
    try:
        yield zlib.decompress(value)
    except zlib.error:
        return


def pg_dump() -> bytes:
    """Return what `pg_dump --data-only` writes of the test database; empty where there is no PostgreSQL or no pg_dump."""
    tool = shutil.which("pg_dump")
    if connection.vendor != "postgresql" or tool is None:
        return b""
    at = connection.settings_dict
    places = [("--host", at["HOST"]), ("--port", at["PORT"]), ("--username", at["USER"])]
    options = [part for name, value in places if value for part in (name, str(value))]
    done = subprocess.run(
        [tool, "--data-only", "--no-password", *options, str(at["NAME"])],
        capture_output=True, check=True, env={**os.environ, "PGPASSWORD": str(at["PASSWORD"] or "")},
    )  # fmt: skip
    return done.stdout


def pattern_of(text: str) -> "re.Pattern[bytes]":
    """Return what finds a text as a word of its own, and an amount with or without commas."""
    if text.isdigit() and len(text) == 9:
        text = rf"{text[:3]},?{text[3:6]},?{text[6:]}"
        return re.compile(rb"(?<![0-9A-Za-z])" + text.encode() + rb"(?![0-9A-Za-z])")
    edge = rb"(?<![0-9A-Za-z])%b(?![0-9A-Za-z])" if text.isascii() else rb"%b"
    return re.compile(edge % re.escape(text).encode())


def places_of(dump: Dump, text: str) -> list[str]:
    """Return the columns in which a text stands."""
    pattern = pattern_of(text)
    return sorted(name for name, values in dump.values.items() if any(map(pattern.search, values)))


KINDS = (
    "who somebody is", "what somebody has", "words about somebody", "a sole proprietor", "a record of another system",
    "secrets of systems", "one-time codes", "sessions", "passwords",
)  # fmt: skip


@pytest.mark.parametrize("kind", KINDS)
def test_a_stolen_database_tells_nothing(dump: Dump, kind: str) -> None:
    found = {name: places for name, text in dump.secrets[kind].items() if (places := places_of(dump, text))}
    assert found == {}
    assert [name for name, text in dump.secrets[kind].items() if pattern_of(text).search(dump.plain_text)] == []


def test_every_kind_of_secret_is_looked_for(dump: Dump) -> None:
    assert set(dump.secrets) == set(KINDS)
    assert all(len(text) >= 4 for found in dump.secrets.values() for text in found.values())


def test_what_is_no_secret_is_found_where_it_stands(dump: Dump) -> None:
    """The search finds things: a published name, a draft, a name in sealed-looking forms, and the rows of the world."""
    assert "registry_programmeversion.content" in places_of(dump, "板橋区 子ども医療費助成")
    assert "registry_programmedraft.content" in places_of(dump, "ひみつA案の概要")
    assert "accounts_membership.organisation_id" in places_of(dump, "131199")
    assert len(dump.values) > 150


@pytest.mark.parametrize(
    "hidden",
    [
        "ひみつA花子".encode("utf-16-le"),
        base64.b64encode("ひみつA花子の話".encode()),
        base64.urlsafe_b64encode(zlib.compress("ひみつA花子".encode() * 5)).rstrip(b"="),
        "ひみつA花子の話".encode().hex().encode(),
        json.dumps({"name": "ひみつA花子"}).encode(),
    ],
    ids=["utf-16", "base64", "compressed", "hex", "json"],
)
def test_a_name_in_another_form_is_found(hidden: bytes) -> None:
    assert any(
        pattern_of("ひみつA花子").search(form) for form in insides(b"x: " + hidden if b"\0" not in hidden else hidden)
    )


@pytest.mark.postgres
def test_pg_dump_was_read(dump: Dump) -> None:
    """Without pg_dump on this machine its text is not looked at, and this test says so."""
    if shutil.which("pg_dump") is None:
        pytest.skip("pg_dump is not installed: only the columns were read")
    assert "ひみつA案の概要".encode() in dump.plain_text
