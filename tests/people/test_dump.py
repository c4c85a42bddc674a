"""Whoever steals the whole database learns no name, address, contact, birth date or sensitive value from it."""

import json
import re
from typing import Any

import pytest
from django.db import connection

from madoguchi.apps.accounts.contracts import ResidentSignedIn
from madoguchi.apps.people import api, services
from madoguchi.apps.people.contracts import Role, Subject
from madoguchi.core import rotation
from madoguchi.core.permissions import SYSTEM

from .conftest import NOW, TODAY, load_words, new_person, register

SECRETS = {
    "氏名": "隠田秘子",
    "氏名カナ": "カクレダヒメコ",
    "住所": "東京都調布市見本町9-87-65",
    "郵便番号": "182-9987",
    "電話番号": "042-987-6543",
    "メールアドレス": "hidden.person@example.jp",
}
NUMBERS = {
    "所得": 7_654_321,
    "先進医療費": 987_654,
    "身体障害者手帳": "3級",
    "DV被害": True,
    "ひとり親事由": "保護命令",
}
CLEAR = {*SECRETS.values(), "7654321", "987654", "1987-06-05", "19870605", "3級", "保護命令"}


def whole_database() -> bytes:
    """Return every byte of the database: the file of SQLite, every column of every table of PostgreSQL."""
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        content: bytes = connection.connection.serialize()
        return content
    parts: list[bytes] = []
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public'"
        )
        for table, column, kind in cursor.fetchall():
            cursor.execute(f'SELECT "{column}"' + ("" if kind == "bytea" else "::text") + f' FROM "{table}"')
            parts += [bytes(v) if isinstance(v, memoryview | bytes) else str(v).encode() for (v,) in cursor.fetchall()]
    return b"\0".join(parts)


def found_in(dump: bytes, text: str) -> bool:
    """Tell whether a text stands in the dump as UTF-8, as JSON escapes, or as hexadecimal digits."""
    forms = {text.encode(), json.dumps(text)[1:-1].encode(), text.encode().hex().encode(), text.encode("utf-16-le")}
    return any(form in dump for form in forms)


@pytest.mark.django_db(transaction=True)
def test_a_stolen_database_tells_nothing_sensitive() -> None:
    load_words()
    person_id = new_person("account-1")
    services.record_verified(
        SYSTEM, "", Subject.person(person_id), {**SECRETS, **NUMBERS, "生年月日": "1987-06-05"},
        provenance=register("r1"), obtained_at=NOW,
    )  # fmt: skip
    services.form_household(
        SYSTEM, "", {person_id: Role.HEAD}, on=TODAY, complete=True, provenance=register("h"), now=NOW
    )
    services.declare("account-1", {"家賃月額": 8_765_432_198}, key="k", now=NOW)
    claims: dict[str, Any] = {"name": SECRETS["氏名"], "address": SECRETS["住所"], "birthdate": "19870605"}
    services.on_resident_signed_in(ResidentSignedIn("account-2", "https://i.example", "s", claims, NOW.isoformat()))
    assert api.facts_of(person_id, ["氏名"], on=TODAY)[0].value == "隠田秘子"
    before = whole_database()
    rotation.rotate(now=NOW)
    words_of_the_pack = {"3級", "保護命令"}  # the vocabulary lists them, whoever has them
    for dump in (before, whole_database()):
        assert len(dump) > 10_000
        assert person_id.replace("-", "").encode() in dump or person_id.encode() in dump  # it is the right database
        leaked = [text for text in CLEAR - words_of_the_pack if found_in(dump, text)]
        assert not leaked
        assert not re.search(rb"8,?765,?432,?198", dump)
