"""A pack is checked as a whole: every error names file, record, field and remedy, and then nothing is loaded."""

import shutil
from pathlib import Path

import pytest
import yaml
from django.conf import settings

from madoguchi.apps.registry.models import Programme
from madoguchi.core import packs
from madoguchi.core.models import Organisation
from tests.conftest import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return Path(shutil.copytree(settings.PACK_DIR, tmp_path / "pack"))


def change(folder: Path, name: str, field: str, value: object) -> None:
    path = next((folder / "programmes").glob("*.yaml"))
    data = yaml.safe_load(path.read_text(encoding="utf-8"))
    data["programmes"][0]["effective_from"] = "2000-01-01"
    data["programmes"][0][field] = value
    path.write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")


def test_the_pack_of_tokyo_is_sound() -> None:
    assert packs.check_pack(Path(settings.PACK_DIR)) == []


def test_loading_twice_changes_nothing(pack: Path) -> None:
    before = list(Programme.objects.values_list("id", "current__number"))
    report = packs.load_pack(pack, now=NOW)
    assert report.counts["programmes_unchanged"] == len(before)
    assert list(Programme.objects.values_list("id", "current__number")) == before
    assert Organisation.objects.filter(kind="municipality").count() == 62


@pytest.mark.parametrize(
    ("field", "value", "word"),
    [
        ("condition", "所徳 < 1", "Did you mean 所得"),
        ("condition", "年齢 >= 5 AND 年齢 <= 3", "never be true"),
        ("subject", "犬", "subject"),
        ("checked_on", "2026-02-30", "calendar"),
        ("organisation", "nobody", "not in the pack"),
        ("documents", ["passport-of-mars"], "not in the pack"),
        ("area", ["131190"], "not in the pack"),
        ("amount", {"cases": [{"yen": -5}]}, "no amount"),
        ("name", {"ja": "x"}, "'en' is a required"),
        ("effective_to", "1990-01-01", "ends before"),
        ("colour", "red", "Additional properties"),
    ],
)
def test_an_error_names_the_place_and_a_remedy(copy: Path, field: str, value: object, word: str) -> None:
    change(copy, "", field, value)
    errors = packs.check_pack(copy)
    assert errors
    assert any(word in str(error) for error in errors), [str(error) for error in errors]
    assert all(error.file and error.remedy for error in errors)
    with pytest.raises(packs.PackInvalid):
        packs.load_pack(copy, now=NOW)
    assert Programme.objects.count() == 0


@pytest.mark.parametrize("name", ["organisations.yaml", "questions.yaml", "attributes.yaml"])
@pytest.mark.parametrize("content", [b"a: [", b"\xff\xfe\x00", b"nothing: here", b""])
def test_broken_files_are_reported_not_raised(copy: Path, name: str, content: bytes) -> None:
    (copy / name).write_bytes(content)
    assert any(error.file == name for error in packs.check_pack(copy))


def test_a_missing_pack_is_told(tmp_path: Path) -> None:
    assert "no pack" in str(packs.check_pack(tmp_path)[0])
