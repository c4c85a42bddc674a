"""The book of conditions for clients that judge on their own device: trees with all that is needed to ask and to say why.

Everything is public and the same for everybody, so a device may keep it. Words are those of the finder.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from madoguchi.apps.registry.catalogue import Shelf
from madoguchi.apps.registry.contracts import ProgrammeView
from madoguchi.apps.registry.contracts import Text as Words
from madoguchi.engines.eligibility import Finding, Node, Question, Rule, Truth, atoms, describe, to_json
from madoguchi.engines.eligibility import to_text as text_of
from madoguchi.engines.eligibility.ast import Review
from madoguchi.engines.eligibility.words import category_in_words

LANGUAGES = ("ja", "en")
Record = dict[str, Any]


def programme(view: ProgrammeView, rule: Rule) -> Record:
    """Return what a page shows of a programme besides its condition."""
    return {
        "name": _texts(view.name),
        "kind": view.kind,
        "kana": view.kana,
        "summary": _texts(view.summary),
        "amount_text": _texts(view.benefit),
        "value_yen": view.value_yen,
        "life_events": list(view.life_events),
        "path": f"/programmes/{view.id}/",
        "source_wording": _source_wording(view, rule),
    }


def _texts(words: Words) -> Record:
    return {"ja": words.ja, "en": words.en or words.ja, "easy": words.easy or words.ja}


def _source_wording(view: ProgrammeView, rule: Rule) -> list[Record]:
    """Return the atoms of a condition whose wording in the source is recorded."""
    english = {item["ja"]: item.get("en", "") for item in view.content.get("spans") or ()}
    found = {atom: rule.spans[text_of(atom)] for atom in atoms(rule.node) if text_of(atom) in rule.spans}
    return [{"tree": to_json(atom), "ja": ja, "en": english.get(ja) or ja} for atom, ja in found.items()]


def subconditions(shelf: Shelf) -> list[Record]:
    """Return the municipal parts with their trees."""
    trees = shelf.book.rulebook.subconditions
    return [
        {**item, "tree": to_json(trees[item["name"], item["municipality"]])} for item in shelf.part("subconditions")
    ]


def implications(shelf: Shelf) -> list[Record]:
    """Return what follows by law, each with the tree of its `when`."""
    return _joined(shelf.part("implications"), shelf.book.implications, lambda item: {"tree": to_json(item.when)})


def questions(shelf: Shelf) -> list[Record]:
    """Return the questions, each with the tree of its `asked_when` (null = always)."""

    def tree(item: Question) -> Record:
        return {"asked_when_tree": to_json(item.asked_when) if item.asked_when else None}

    return _joined(shelf.part("questions"), shelf.book.questions, tree)


def _joined(records: Sequence[Mapping[str, Any]], built: Sequence[Any], more: Callable[[Any], Record]) -> list[Record]:
    by_id = {item.id: item for item in built}
    return [{**record, **more(by_id[record["id"]])} for record in records]


def municipalities(shelf: Shelf) -> list[Record]:
    """Return the municipalities that `都内` means, by code."""
    known = shelf.book.rulebook.municipalities
    rows = [row for row in shelf.organisations.values() if row.code in known]
    return [{"code": row.code, "ja": row.name_ja, "en": row.name_en} for row in sorted(rows, key=lambda row: row.code)]


def words(shelf: Shelf) -> list[Record]:
    """Return for each atom that some condition names how it is said when it holds and when it does not."""
    seen = dict.fromkeys(atom for node in _nodes(shelf) for atom in atoms(node))
    return [{"tree": to_json(atom), **{code: _said(atom, code, shelf) for code in LANGUAGES}} for atom in seen]


def _nodes(shelf: Shelf) -> Iterator[Node]:
    yield from (rule.node for _, rule in sorted(shelf.rules.items()))
    yield from shelf.book.rulebook.subconditions.values()


def _said(atom: Node, language: str, shelf: Shelf) -> list[str]:
    if isinstance(atom, Review):
        category = category_in_words(atom.category, language=language)
        return [category, category]
    found = [Finding(atom, truth, negated=False) for truth in (Truth.TRUE, Truth.FALSE)]
    return [describe(item, language=language, vocabulary=shelf.book.vocabulary) for item in found]


__all__ = ["implications", "municipalities", "programme", "questions", "subconditions", "words"]
