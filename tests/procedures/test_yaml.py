"""The expert way: YAML with errors and their lines; hostile texts cost nothing and change nothing."""

import time
from typing import Any

import pytest
from django.test import Client

from madoguchi.apps.accounts.models import User
from madoguchi.apps.procedures import safeyaml
from madoguchi.apps.procedures.models import ProcedureVersion
from madoguchi.apps.procedures.safeyaml import Unreadable
from tests.procedures import records

ADDRESS = "/desk/procedures/inu-touroku/yaml/"
BOMB = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join([f'*{chr(97 + n)}'] * 9)}]\n" for n in range(9)
)
HOSTILE = {
    "alias bomb": BOMB,
    "python object": "!!python/object/apply:os.system ['true']",
    "python name": "a: !!python/name:os.system",
    "own tag": "a: !secret x",
    "anchor": "a: &x 1\nb: 2",
    "deep": "[" * 10_000,
    "deep map": "\n".join("  " * n + "a:" for n in range(200)),
    "many": "- 1\n" * 60_000,
    "long": "a: " + "x" * 500_000,
    "nul": "a: \0",
    "control": "a: \x01",
    "two documents": "a: 1\n---\nb: 2",
    "doubled key": "a: 1\na: 2",
    "unclosed": "a: [1, 2",
    "tab": "a:\n\t- 1",
    "merge": "a: 1\n<<: [b]",
    "bad timestamp": "a: 2026-13-45",
    "unhashable key": "? [a]\n: 1",
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_texts_are_refused_at_once(text: str) -> None:
    begun = time.perf_counter()
    with pytest.raises(Unreadable):
        safeyaml.read(text)
    assert time.perf_counter() - begun < 5


def test_the_line_of_an_error_is_told() -> None:
    with pytest.raises(Unreadable) as caught:
        safeyaml.read("a: 1\nb: 2\nc: *x\n")
    assert caught.value.line == 3
    with pytest.raises(Unreadable) as caught:
        safeyaml.read("a: 1\nb: [1, 2\nc: 3\n")
    assert caught.value.line >= 2


def test_a_record_survives_writing_and_reading() -> None:
    assert safeyaml.read(safeyaml.write(records.RECORD)) == records.RECORD


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("law", "law:"),
        ("form.pages.1.id", "id: dog"),
        ("form.pages[1].fields[0]", "household.has_dog"),
        ("checks.dog.holds", "holds:"),
        ("nothing.here", "id: inu-touroku"),
    ],
)
def test_a_place_has_its_line(place: str, words: str) -> None:
    text = safeyaml.write(records.RECORD)
    line = safeyaml.line_of(text, place)
    assert words in text.splitlines()[line - 1]


@pytest.fixture
def desk(client: Client, editor: User) -> Client:
    client.force_login(editor)
    return client


def drafts() -> int:
    return ProcedureVersion.objects.filter(state="draft").count()


def posted(**changes: Any) -> dict[str, str]:
    return {"revision": "0", "keep": "1", "text": safeyaml.write(records.record(**changes))}


@pytest.mark.django_db
def test_a_right_text_is_kept(desk: Client) -> None:
    assert desk.post(ADDRESS, posted(law="新しい法律")).status_code == 302
    assert ProcedureVersion.objects.get(state="draft").record["law"] == "新しい法律"
    assert "新しい法律" in desk.get(ADDRESS).content.decode()


@pytest.mark.django_db
def test_checking_keeps_nothing(desk: Client) -> None:
    answer = desk.post(ADDRESS, {**posted(programme="moon"), "keep": ""})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "moon is not a programme" in html
    assert "行目" in html
    assert drafts() == 0


@pytest.mark.django_db
@pytest.mark.parametrize("text", [*HOSTILE.values(), "", "[]", "1", "null", "id: x"])
def test_nothing_hostile_is_kept(desk: Client, text: str) -> None:
    answer = desk.post(ADDRESS, {"revision": "0", "keep": "1", "text": text})
    assert answer.status_code == 400
    assert drafts() == 0


@pytest.mark.django_db
def test_ten_megabytes_are_refused(desk: Client) -> None:
    answer = desk.post(ADDRESS, {"revision": "0", "keep": "1", "text": "a" * 10_000_000})
    assert answer.status_code in {400, 413}
    assert drafts() == 0


@pytest.mark.django_db
def test_a_conflict_keeps_the_text(desk: Client) -> None:
    desk.post(ADDRESS, posted(law="先"))
    answer = desk.post(ADDRESS, posted(law="後の法律"))
    assert answer.status_code == 409
    assert "後の法律" in answer.content.decode()
