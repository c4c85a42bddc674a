"""Hand-written households get the verdicts and amounts that the rules of 2026 give, on both sides of each boundary."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from madoguchi.engines.eligibility import (
    Case,
    Truth,
    Verdict,
    amount_for,
    household_from_json,
    judge,
    person_of,
)
from tests.registry.tokyo import Tokyo, tokyo

__all__ = ["tokyo"]
SAMPLES = yaml.safe_load(
    (Path(__file__).parents[2] / "packs" / "tokyo" / "samples" / "households.yaml").read_text(encoding="utf-8")
)
WORDS = {"yes": Verdict.ELIGIBLE, "no": Verdict.INELIGIBLE, "maybe": Verdict.POSSIBLE}


def test_there_are_enough_of_them() -> None:
    assert len(SAMPLES["households"]) >= 30


@pytest.mark.parametrize("sample", SAMPLES["households"], ids=lambda sample: sample["id"])
def test_a_household_gets_what_it_should(tokyo: Tokyo, sample: Mapping[str, Any]) -> None:
    household = household_from_json(sample)
    for expected in sample["expect"]:
        rule = tokyo.rules[expected["programme"]]
        result = judge(rule, household, today=SAMPLES["as_of"], rulebook=tokyo.book.rulebook)
        assert result.verdict is WORDS[expected["verdict"]], expected
        if "amount" in expected:
            assert rule.amount is not None
            paid = [
                amount_for(rule.amount, Case(SAMPLES["as_of"], household, person_of(household, p), tokyo.book.rulebook))
                for p in result.persons
                if p.truth is Truth.TRUE
            ]
            assert all(amount.exact for amount in paid)
            assert max(amount.low_yen or 0 for amount in paid) == expected["amount"]
