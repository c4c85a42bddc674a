"""Puts conditions and reasons into words a resident can read, in Japanese and English.

`japanese` and `english` say single conditions; this module chooses what is said. Knows no programme.
"""

from collections.abc import Sequence

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import Node
from madoguchi.engines.eligibility.explain import Finding
from madoguchi.engines.eligibility.types import Truth, Vocabulary
from madoguchi.engines.eligibility.words import english, japanese
from madoguchi.engines.eligibility.words.statements import Said, Statement, together


def describe(finding: Finding, *, language: str, vocabulary: Vocabulary) -> str:
    """Return in words (`ja` or `en`) what is the case: the atom where it is true, its opposite where it is false.

    An atom that is not known is said as the condition wants it, with 'not' where it stands under NOT.
    """
    return _statement(_said(finding), language, vocabulary)


def _said(finding: Finding) -> Said:
    holds = not finding.negated if finding.truth is Truth.UNKNOWN else finding.truth is Truth.TRUE
    return Said(finding.atom, holds)


def reasons_in_words(findings: Sequence[Finding], *, language: str, vocabulary: Vocabulary) -> tuple[str, ...]:
    """Return what decides: each thing once, the bounds of one age together."""
    known = together(_said(item) for item in findings if item.truth is not Truth.UNKNOWN)
    open_ones = [_said(item) for item in findings if item.truth is Truth.UNKNOWN]
    return tuple(dict.fromkeys(_statement(item, language, vocabulary) for item in [*known, *open_ones]))


def parts_in_words(node: Node, *, language: str, vocabulary: Vocabulary) -> list[str]:
    """Return a condition in words, one text for each part that must hold."""
    parts = node.items if isinstance(node, ast.And) else (node,)
    return [_statement(item, language, vocabulary) for item in together(Said(part, True) for part in parts)]


def _statement(item: Statement, language: str, vocabulary: Vocabulary) -> str:
    return english.statement(item, vocabulary) if language == "en" else japanese.statement(item, vocabulary)


def atom_text(node: Node, *, language: str, vocabulary: Vocabulary) -> str:
    """Return a tree in words; AND, OR and NOT inside groups included."""
    return _statement(Said(node, True), language, vocabulary)


def category_in_words(category: str, *, language: str) -> str:
    """Return a class of 要確認 in words (`ja` or `en`)."""
    return english.CATEGORIES.get(category, category) if language == "en" else category
