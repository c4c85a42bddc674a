"""Hand-derived households get to the yen what each programme pays, and every amount says where it comes from."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

import pytest
import yaml

from madoguchi.core.packs import plain
from madoguchi.engines.eligibility import Household, household_from_json
from madoguchi.engines.eligibility.amounts.model import Amount
from madoguchi.engines.eligibility.amounts.periods import History, amount_over, payments
from madoguchi.engines.eligibility.amounts.totals import household_amount
from tests.registry.tokyo import PACK, Tokyo, tokyo

__all__ = ["tokyo"]
FOLDER = PACK / "samples" / "amounts"
SAMPLES = {path.stem: yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(FOLDER.glob("*.yaml"))}
PROGRAMMES = {
    record["id"]: record
    for path in sorted((PACK / "programmes").glob("*.yaml"))
    for record in plain(yaml.safe_load(path.read_text(encoding="utf-8")))["programmes"]
}
PAYING = sorted(name for name, record in PROGRAMMES.items() if record.get("amount"))
CASES = [(name, sample) for name, file in SAMPLES.items() for sample in file["households"]]


def household(file: Mapping[str, Any], sample: Mapping[str, Any], *later: Mapping[str, Any]) -> Household:
    layers = [file.get("base", {}), sample, *later]
    merged = {
        part: {k: v for layer in layers for k, v in layer.get(part, {}).items()} for part in ("facts", "applicant")
    }
    children = next(layer["children"] for layer in (*reversed(later), sample, file["base"]) if "children" in layer)
    return household_from_json(
        {
            **merged,
            "children": [{**file.get("child", {}), **child} for child in children],
            "others": sample.get("others", []),
            "children_complete": sample.get("children_complete", True),
        }
    )


def history(file: Mapping[str, Any], sample: Mapping[str, Any], start: date) -> Household | History:
    changes = sample.get("changes", [])
    if not changes:
        return household(file, sample)
    later = [(change["from"], household(file, sample, *changes[: n + 1])) for n, change in enumerate(changes)]
    return History(((start, household(file, sample)), *later))


def paid(tokyo: Tokyo, name: str, sample: Mapping[str, Any]) -> Amount:
    file, rule, rulebook = SAMPLES[name], tokyo.rules[name], tokyo.book.rulebook
    if "period" not in sample:
        day = sample.get("as_of", file["as_of"])
        return household_amount(rule, household(file, sample), today=day, rulebook=rulebook)
    start, end = sample["period"]
    facts = history(file, sample, start)
    claim = {key: sample[key] for key in ("claimed", "arose") if key in sample}
    return amount_over(rule, facts, rulebook=rulebook, start=start, end=end, **claim).total


def expected(yen: int | Mapping[str, int | None]) -> Amount:
    return Amount(yen, yen) if isinstance(yen, int) else Amount(yen["min"], yen["max"])


@pytest.mark.parametrize(("name", "sample"), CASES, ids=lambda value: value if isinstance(value, str) else value["id"])
def test_a_household_gets_what_the_law_gives(tokyo: Tokyo, name: str, sample: Mapping[str, Any]) -> None:
    assert paid(tokyo, name, sample) == expected(sample["yen"]), sample["why"]


def test_there_are_programmes_that_pay() -> None:
    assert len(PAYING) >= 28
    assert sorted(SAMPLES) == PAYING


@pytest.mark.parametrize("name", PAYING)
def test_every_amount_has_enough_households_on_both_sides(name: str) -> None:
    households = SAMPLES[name]["households"]
    assert len(households) >= 8
    assert len({sample["id"] for sample in households}) == len(households)
    assert all(len(str(sample["why"])) >= 5 for sample in households)
    assert len({str(sample["yen"]) for sample in households}) >= 3, "the households do not tell figures apart"


@pytest.mark.parametrize("name", PAYING)
def test_every_amount_says_where_it_comes_from(name: str) -> None:
    record = PROGRAMMES[name]
    assert record["law"]
    assert record["effective_from"]
    assert record["sources"]
    assert record["checked_on"] == "2026-11-24"
    assert record["amount"]["per"]
    assert record["amount"]["each"]


def figures(value: Any) -> Iterator[int]:
    if isinstance(value, Mapping):
        for key, item in value.items():
            if key == "yen" and isinstance(item, int):
                yield item
            else:
                yield from figures(item)
    elif isinstance(value, list):
        for item in value:
            yield from figures(item)


@pytest.mark.parametrize("name", PAYING)
def test_what_residents_read_names_a_figure_that_is_calculated(name: str) -> None:
    amount = PROGRAMMES[name]["amount"]
    latest = amount["versions"][-1] if "versions" in amount else amount
    told = PROGRAMMES[name]["benefit_text"]["ja"].replace(",", "")
    yen = {figure for figure in figures(latest) if figure}
    written = {str(figure) for figure in yen} | {f"{figure // 10_000}万" for figure in yen if figure % 10_000 == 0}
    assert not yen or any(figure in told for figure in written), (yen, told)


def test_the_money_of_the_child_allowance_comes_every_second_month(tokyo: Tokyo) -> None:
    rule = tokyo.rules["jidou-teate"]
    family = household_from_json(
        {
            "applicant": {"監護": True, "生計同一": True},
            "children": [{"生年月日": "2015-05-01", "国内居住": True, "施設入所": False}],
        }
    )
    year = amount_over(rule, family, rulebook=tokyo.book.rulebook, start=date(2026, 4, 1), end=date(2027, 3, 31))
    months = payments(rule, year)
    assert [item.month for item in months] == [
        date(2026, 6, 1), date(2026, 8, 1), date(2026, 10, 1), date(2026, 12, 1), date(2027, 2, 1), date(2027, 4, 1),
    ]  # fmt: skip
    assert all(item.amount == Amount(20_000, 20_000) for item in months)
    assert sum(item.amount.low_yen or 0 for item in months) == year.total.low_yen
