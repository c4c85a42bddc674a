"""The pack's file: what it says, and what is wrong with one that says something else."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from madoguchi.apps.outreach import pack, terms
from madoguchi.core.packs import plain


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a copy of Tokyo's pack, as far as the check looks at it."""
    source = Path(settings.PACK_DIR)
    shutil.copytree(source / "programmes", tmp_path / "programmes")
    for name in ("outreach", "organisations", "purposes", "life_events"):
        shutil.copy(source / f"{name}.yaml", tmp_path)
    return tmp_path


def known(folder: Path) -> terms.Terms:
    return terms.of(content(folder))


def content(folder: Path) -> dict[str, Any]:
    data: dict[str, Any] = plain(yaml.safe_load((folder / pack.FILE).read_text(encoding="utf-8")))
    return data


def test_the_pack_of_tokyo_is_sound(folder: Path) -> None:
    assert pack.check(folder) == []


def test_suggestions_follow_the_age_and_other_ages_have_none(folder: Path) -> None:
    found = known(folder)
    thirties = found.band(35)
    assert thirties is not None
    assert (dict(thirties.topics), thirties.none_percent, thirties.n) == ({"children": 22, "tax": 21}, 16, 421)
    assert found.band(19) is found.band(80) is found.band(None) is None


def change(**values: Any) -> Callable[[dict[str, Any]], None]:
    return lambda data: data.update(values)


def rename_topic(data: dict[str, Any]) -> None:
    data["topics"][1]["id"] = data["topics"][0]["id"]


def strange_programme(data: dict[str, Any]) -> None:
    data["topics"][0]["programmes"] = ["nothing-like-this"]


def overlapping(data: dict[str, Any]) -> None:
    data["ages"][1]["from"] = 25


def strange_suggestion(data: dict[str, Any]) -> None:
    data["ages"][0]["topics"][0]["id"] = "gossip"


def empty_topic(data: dict[str, Any]) -> None:
    data["topics"][0].pop("programmes")


def long_gap(data: dict[str, Any]) -> None:
    data["policy"]["gap"] = 20


WRONG = [
    (change(consent={"organisation": "nobody", "purpose": "service-improvement"}), "There is no such organisation"),
    (change(consent={"organisation": "tokyo-digital", "purpose": "payment"}), "no such agreement"),
    (change(tell={"kinds": ["benefit"], "never": ["nothing"]}), "nothing is no programme"),
    (change(more="of it"), "Additional properties"),
    (rename_topic, "stands twice"),
    (strange_programme, "nothing-like-this is not known"),
    (overlapping, "overlap"),
    (strange_suggestion, "gossip is no topic"),
    (empty_topic, "Nothing can belong"),
    (long_gap, "gap is 20"),
]


@pytest.mark.parametrize(("spoil", "said"), WRONG, ids=[said for _, said in WRONG])
def test_each_mistake_is_named(folder: Path, spoil: Callable[[dict[str, Any]], None], said: str) -> None:
    data = content(folder)
    spoil(data)
    (folder / pack.FILE).write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    assert any(said in str(error) for error in pack.check(folder)), pack.check(folder)
