"""Cuts folded text into tokens: bigrams for Japanese, words for Latin letters and digits.

Tokens stand in a database's full-text index separated by blanks; each begins with a letter so that FTS5's `unicode61`
and PostgreSQL's `simple` configuration keep it whole.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from madoguchi.engines.search.folding import fold

MAX_QUERY = 200
MAX_WORDS = 8
_RUNS = re.compile(r"[a-z0-9]+|[^a-z0-9\s]+")


def _latin(word: str) -> str:
    """Return an English word without its plural s."""
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def tokens(text: str) -> list[str]:
    """Return the tokens of a text in order: `x` + word for Latin runs, bigrams (and a lone character) for others."""
    found: list[str] = []
    for run in _RUNS.findall(fold(text)):
        if run[0].isascii():
            found.append("x" + _latin(run))
        elif len(run) == 1:
            found.append(run)
        else:
            found.extend(run[i : i + 2] for i in range(len(run) - 1))
    return found


def _single_characters(text: str) -> Iterable[str]:
    return (character for run in _RUNS.findall(fold(text)) if not run[0].isascii() for character in run)


def document_tokens(texts: Iterable[str]) -> str:
    """Return what a database indexes for one document: all bigrams, words and single characters, once each."""
    found: dict[str, None] = {}
    for text in texts:
        found.update(dict.fromkeys(tokens(text)))
        found.update(dict.fromkeys(_single_characters(text)))
    return " ".join(found)


@dataclass(frozen=True, slots=True)
class Query:
    """A query as it is searched: words, each with its synonyms, all folded."""

    text: str
    words: tuple[tuple[str, ...], ...]
    truncated: bool

    def token_set(self) -> frozenset[str]:
        """Return every token that a candidate may share with the query."""
        return frozenset(token for word in self.words for form in word for token in tokens(form))


def parse_query(text: str, *, synonyms: Sequence[Sequence[str]] = ()) -> Query:
    """Return the query of what a resident typed; only the first 200 characters and 8 words are read."""
    truncated = len(text) > MAX_QUERY
    shown = text[:MAX_QUERY].strip()
    words = fold(shown).split()[:MAX_WORDS]
    groups = [[fold(form) for form in group] for group in synonyms]
    expanded = tuple(tuple(dict.fromkeys([word, *_same(word, groups)])) for word in words)
    return Query(shown, expanded, truncated)


def _same(word: str, groups: Sequence[Sequence[str]]) -> Iterable[str]:
    """Yield what means the same: whole-word groups first, then parts of a longer word that a group knows."""
    for group in groups:
        if word in group:
            yield from group
    for group in groups:
        part = max((form for form in group if len(form) >= 2 and form in word and form != word), key=len, default="")
        if part:
            yield from (word.replace(part, form) for form in group if form != part)
            yield part
