"""How well the reader agrees with the labels, and that no labelled restriction is left without a test or a 要確認.

The development records were looked at while the rules were written; the held-out ones were not, so only they are evidence.
"""

from pathlib import Path
from typing import Any

import pytest
import yaml

from madoguchi.engines.eligibility.reading import Record, read
from madoguchi.engines.eligibility.reading.scoring import Score, add, kind_of, record_of, score
from tests.registry.tokyo import Tokyo, tokyo

__all__ = ["tokyo"]
HERE = Path(__file__).parent
LOWEST_F1 = 0.85


def gold(name: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))["records"]
    return items


@pytest.mark.parametrize("name", ["gold_dev", "gold_heldout", "gold_second"])
def test_the_reader_agrees_with_the_labels_and_drops_no_restriction_silently(name: str, tokyo: Tokyo) -> None:
    found = score(gold(name), tokyo.book.vocabulary)
    wrong = [(item.key, item.missed, item.extra) for item in found.differences if item.missed or item.extra]
    silent = [(item.key, item.silent) for item in found.differences if item.silent]
    assert found.atoms.f1 is not None
    assert found.atoms.f1 >= LOWEST_F1, wrong
    assert not silent
    assert found.uncovered <= 0.02 * found.restrictions


def one(**gold_part: object) -> dict[str, Any]:
    label = {"subject": "児童", "atoms": ["年齢 < 3"], "review": [], "restrictions": ["3歳未満"]} | gold_part
    texts = {"title": "", "target_persons": "3歳未満のお子さん", "conditions": None, "summary": None}
    return {"id": "x", "municipality": "131199", **texts, "structured": {}, "gold": label}


def counted(item: dict[str, Any], tokyo: Tokyo) -> Score:
    result = Score()
    add(result, item, read(record_of(item), tokyo.book.vocabulary), tokyo.book.vocabulary)
    return result


def test_the_same_age_in_another_spelling_counts_as_right(tokyo: Tokyo) -> None:
    for spelling in ("年齢 < 3", "年齢 <= 2", "月齢 < 36", "月齢 <= 35"):
        assert counted(one(atoms=[spelling]), tokyo).atoms.f1 == 1.0


def test_misses_and_false_finds_are_counted_by_kind(tokyo: Tokyo) -> None:
    found = counted(one(atoms=["年齢 < 4", "妊娠中"]), tokyo)
    assert (found.atoms.right, found.atoms.extra, found.atoms.missed) == (0, 1, 2)
    assert (found.kinds["maternity"].missed, found.kinds["age"].extra) == (1, 1)
    assert found.atoms.precision == 0.0


def test_of_alternatives_the_nearest_counts(tokyo: Tokyo) -> None:
    assert counted(one(atoms=["妊娠中"], alternatives=[["年齢 < 3"]]), tokyo).atoms.f1 == 1.0


def test_an_uncovered_wording_is_found(tokyo: Tokyo) -> None:
    item = one(restrictions=["3歳未満", "青い家に住む方"])
    item["target_persons"] = "3歳未満のお子さん"
    item["summary"] = "青い家に住む方"
    covered = counted({**item, "summary": None, "conditions": "青い家に住む方"}, tokyo)
    assert covered.uncovered == 0
    proposal = read(Record(target_persons="3歳未満のお子さん", municipality="131199"), tokyo.book.vocabulary)
    bare = Score()
    add(bare, item, proposal, tokyo.book.vocabulary)
    assert bare.uncovered == 1
    assert bare.differences[0].uncovered == ("青い家に住む方",)


def test_nothing_found_has_no_precision_rather_than_a_zero(tokyo: Tokyo) -> None:
    item = one(atoms=[], restrictions=[])
    item["target_persons"] = "お子さん"
    found = counted(item, tokyo)
    assert (found.atoms.precision, found.atoms.recall, found.atoms.f1) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "kind"),
    [("妊娠中の方", "maternity"), ("都内に住む方", "place"), ("3歳未満の子", "age"), ("生活保護世帯", "need"), ("愛の手帳をお持ちの方", "certificate")],
)  # fmt: skip
def test_every_test_has_its_kind(text: str, kind: str, tokyo: Tokyo) -> None:
    proposal = read(Record(target_persons=text), tokyo.book.vocabulary)
    assert {kind_of(piece.atom) for piece in proposal.pieces} == {kind}
