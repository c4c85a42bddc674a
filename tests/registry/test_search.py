"""Residents find programmes by the words that they use."""

from datetime import date
from pathlib import Path

import pytest
import yaml

from madoguchi.apps.registry import queries

TODAY = date(2026, 11, 24)
SAMPLES = Path(__file__).parent.parent.parent / "packs" / "tokyo" / "samples" / "search_queries.yaml"


def test_most_queries_hit_in_the_first_five_and_none_is_empty(pack: Path) -> None:
    samples = yaml.safe_load(SAMPLES.read_text(encoding="utf-8"))["queries"]
    assert len(samples) >= 100
    missed, empty = [], []
    for sample in samples:
        page = queries.search(str(sample["q"]), queries.Filters(), today=TODAY, limit=5)
        names = [hit.programme.name.ja for hit in page.hits]
        if not names:
            empty.append(sample["q"])
        if not any(str(word) in name for word in sample["expect"] for name in names):
            missed.append((sample["q"], names))
    assert not empty
    assert len(missed) <= 0.05 * len(samples), missed


@pytest.mark.parametrize(
    "text", ["", "   ", "'", '"', "\\", "NEAR(", "a AND b", "\x00", "ｶﾞｷﾞ" * 200, "手当" * 5_000_000]
)
def test_any_text_is_survived(pack: Path, text: str) -> None:
    assert queries.search(text, queries.Filters(), today=TODAY).total >= 0


def test_filters_narrow(pack: Path) -> None:
    everything = queries.search("", queries.Filters(), today=TODAY).total
    for filters in (
        queries.Filters(life_event="birth"),
        queries.Filters(kind="vaccination"),
        queries.Filters(age=0),
        queries.Filters(age=70),
    ):
        assert 0 < queries.search("", filters, today=TODAY).total < everything


def test_age_keeps_what_may_concern_a_person_of_that_age(pack: Path) -> None:
    found = {hit.programme.id for hit in queries.search("", queries.Filters(age=0), today=TODAY, limit=200).hits}
    assert {"vaccine-5in1", "vaccine-bcg", "jidou-teate", "maru-nyu"} <= found
    assert "vaccine-dt2" not in found
