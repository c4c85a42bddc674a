"""Offices are open when their own calendar says so; a calendar that cannot be is reported."""

import shutil
from datetime import date
from pathlib import Path

import pytest
from pytest_django import Settings

from madoguchi.core import closing_days

PACK = Path(__file__).parents[2] / "packs" / "tokyo"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(PACK / "organisations.yaml", tmp_path)
    return tmp_path


ENTRY = (
    "closed_weekdays: [5, 6], closed_on_holidays: true, year_end: ['12-29', '01-03'], source: x, checked_on: 2026-11-24"
)


def test_the_metropolis_is_closed_at_the_turn_of_the_year() -> None:
    calendar = closing_days.calendar_of("tokyo-fukushi")
    assert calendar.next_open(date(2026, 12, 29)) == date(2027, 1, 4)
    assert not calendar.is_open(date(2026, 11, 23))


def test_an_organisation_may_have_its_own_days(folder: Path, settings: Settings) -> None:
    own = f"{{{ENTRY}, open_days: [2026-11-29], closed_days: [2026-11-30]}}"
    (folder / "calendar.yaml").write_text(
        f"default: {{{ENTRY}}}\norganisations: {{'131199': {own}}}\n", encoding="utf-8"
    )
    assert closing_days.check(folder) == []
    settings.PACK_DIR = str(folder)
    closing_days.calendar_of.cache_clear()
    try:
        assert closing_days.calendar_of("131199").next_open(date(2026, 11, 28)) == date(2026, 11, 29)
        assert not closing_days.calendar_of("131199").is_open(date(2026, 11, 30))
        assert closing_days.calendar_of("131016").is_open(date(2026, 11, 30))
    finally:
        closing_days.calendar_of.cache_clear()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"default: {{{ENTRY}}}\norganisations: {{nobody: {{{ENTRY}}}}}\n", "no such organisation"),
        (f"default: {{{ENTRY}, closed_days: ['2026-02-30']}}\n", "day is out of range"),
        ("default: {}\n", "required"),
    ],
)
def test_what_cannot_be_is_reported(folder: Path, text: str, said: str) -> None:
    (folder / "calendar.yaml").write_text(text, encoding="utf-8")
    errors = closing_days.check(folder)
    assert any(said in error.message for error in errors), errors
    assert all(error.remedy for error in errors)
