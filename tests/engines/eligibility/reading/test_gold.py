"""The labelled records are themselves right: every atom is read and printed as it stands, every wording is in its text.

Knows nothing of the reader that is measured on them, so a mistake there cannot bend the labels.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

from madoguchi.engines.eligibility import Node, Subject, ast, parse, to_text
from madoguchi.engines.eligibility.language import REVIEW_CATEGORIES
from tests.registry.tokyo import Tokyo, tokyo

__all__ = ["tokyo"]

HERE = Path(__file__).parent
TEXTS = ("title", "target_persons", "conditions", "summary")
OPS = {"gte": ">=", "gt": ">", "lt": "<", "lte": "<="}
NO_BOUND = "年齢 >= 0"
FEWEST = {"gold_dev": 60, "gold_heldout": 160, "gold_second": 90, "gold_samples": 7}
INVENTED = ("gold_dev", "gold_heldout", "gold_second")
METROPOLIS = "130001"

Record = Mapping[str, Any]


def records(name: str) -> list[Record]:
    """Return the records of one file; a sample is known by the short name of the published record."""
    items: list[Record] = yaml.safe_load((HERE / f"{name}.yaml").read_text(encoding="utf-8"))["records"]
    return items


def signed_leaves(node: Node) -> Iterator[Node]:
    """Yield what AND and OR join; NOT stays with its test."""
    if isinstance(node, ast.And | ast.Or):
        for item in node.items:
            yield from signed_leaves(item)
    else:
        yield node


def is_single_test(node: Node) -> bool:
    inner = node.item if isinstance(node, ast.Not) else node
    return not isinstance(inner, ast.And | ast.Or | ast.Not | ast.Constant | ast.Review)


def bound_text(side: str, years: int | None, months: int | None) -> str:
    """Return the atom of one structured bound: whole years as 年齢, anything finer as 月齢."""
    if months:
        return f"月齢 {OPS[side]} {12 * (years or 0) + months}"
    return f"年齢 {OPS[side]} {years or 0}"


def spread(items: Sequence[Record]) -> dict[str, float]:
    """Return the shares of records whose age is given, only said, or unknown."""
    counts = dict.fromkeys(("explicit", "inferred", "unknown"), 0)
    for record in items:
        atoms = " ".join(record["gold"]["atoms"])
        said = any(word in atoms for word in ("年齢", "月齢", "生年月日"))
        counts["explicit" if record["structured"] else "inferred" if said else "unknown"] += 1
    return {name: count / len(items) for name, count in counts.items()}


@pytest.mark.parametrize("name", FEWEST)
def test_every_atom_is_one_test_in_the_canonical_spelling(name: str, tokyo: Tokyo) -> None:
    for record in records(name):
        gold = record["gold"]
        for text in [*gold["atoms"], *(atom for other in gold.get("alternatives", ()) for atom in other)]:
            node = parse(text, subject=Subject(gold["subject"]), vocabulary=tokyo.book.vocabulary)
            assert (to_text(node), is_single_test(node)) == (text, True), key(record)


@pytest.mark.parametrize("name", FEWEST)
def test_a_condition_holds_exactly_the_atoms_and_the_classes_of_its_record(name: str, tokyo: Tokyo) -> None:
    for record in records(name):
        gold = record["gold"]
        if "condition" not in gold:
            continue
        node = parse(gold["condition"], subject=Subject(gold["subject"]), vocabulary=tokyo.book.vocabulary)
        assert to_text(node) == gold["condition"], key(record)
        leaves = list(signed_leaves(node))
        atoms = {to_text(leaf) for leaf in leaves if not isinstance(leaf, ast.Review)}
        assert atoms == set(gold["atoms"]), key(record)
        assert {leaf.category for leaf in leaves if isinstance(leaf, ast.Review)} == set(gold["review"]), key(record)


@pytest.mark.parametrize("name", FEWEST)
def test_classes_are_known_distinct_and_in_their_order(name: str) -> None:
    for record in records(name):
        named = record["gold"]["review"]
        assert named == [item for item in REVIEW_CATEGORIES if item in named], key(record)


@pytest.mark.parametrize("name", FEWEST)
def test_atoms_are_listed_once_and_alternatives_differ(name: str) -> None:
    for record in records(name):
        gold = record["gold"]
        sets = [gold["atoms"], *gold.get("alternatives", ())]
        assert all(len(set(atoms)) == len(atoms) for atoms in sets), key(record)
        assert len({frozenset(atoms) for atoms in sets}) == len(sets), key(record)


@pytest.mark.parametrize("name", INVENTED)
def test_the_wording_of_every_restriction_stands_in_one_text(name: str) -> None:
    for record in records(name):
        texts = [record[field] or "" for field in TEXTS]
        named = record["gold"]["restrictions"]
        assert len(set(named)) == len(named), record["id"]
        for wording in named:
            assert any(wording in text for text in texts), (record["id"], wording)


@pytest.mark.parametrize("name", INVENTED)
def test_a_record_with_restrictions_to_review_says_so_in_words(name: str) -> None:
    for record in records(name):
        gold = record["gold"]
        assert gold["restrictions"] or not gold["review"], record["id"]
        assert gold["restrictions"] or not gold["atoms"] or record["structured"], record["id"]


@pytest.mark.parametrize("name", INVENTED)
def test_every_structured_bound_is_an_atom_for_structured_ages_win(name: str) -> None:
    for record in records(name):
        atoms = record["gold"]["atoms"]
        for bound in {bound_text(side, *pair) for side, pair in record["structured"].items()} - {NO_BOUND}:
            assert bound in atoms or any(f"(子, {bound})" in atom for atom in atoms), (record["id"], bound)
        assert record["structured"] or "contradiction" not in record["gold"], record["id"]


@pytest.mark.parametrize("name", INVENTED)
def test_municipalities_and_bounds_are_well_formed(name: str, tokyo: Tokyo) -> None:
    codes = {*tokyo.book.rulebook.municipalities, METROPOLIS}
    for record in records(name):
        own = f"世帯.自治体コード = '{record['municipality']}'"
        assert record["municipality"] in codes, record["id"]
        assert all(atom == own for atom in record["gold"]["atoms"] if "自治体コード" in atom), record["id"]
        assert record["structured"].keys() <= OPS.keys(), record["id"]
        assert all(any(part is not None for part in pair) for pair in record["structured"].values()), record["id"]


def test_ids_are_unique_and_the_sets_are_large_enough() -> None:
    for name, fewest in FEWEST.items():
        assert len(records(name)) >= fewest
    named = [key(record) for name in FEWEST for record in records(name)]
    assert len(named) == len(set(named))


@pytest.mark.parametrize(("one", "other"), list(combinations(INVENTED, 2)))
def test_no_text_of_one_set_stands_in_another(one: str, other: str) -> None:
    def sentences(name: str) -> set[str]:
        texts = (record[field] or "" for record in records(name) for field in TEXTS[1:])
        return {text for text in texts if len(text) > 15}

    assert not sentences(one) & sentences(other)


@pytest.mark.parametrize("name", INVENTED)
def test_ages_are_given_said_and_unknown_about_as_often_as_in_the_published_registry(name: str) -> None:
    published = {"explicit": 0.358, "inferred": 0.308, "unknown": 0.334}
    assert spread(records(name)) == pytest.approx(published, abs=0.05)


def key(record: Record) -> str:
    return str(record.get("id") or record["short_name"])
