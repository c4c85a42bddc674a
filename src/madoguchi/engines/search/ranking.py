"""Scores candidates for a query: how well each word of the query is covered, and in which field.

A word scores by its best form (the word itself, or a synonym at a discount) in its best field; a document is the sum of
its words, times how many of them it knows. Ties are broken by weight, then by id, so that the order is always the same.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from madoguchi.engines.search.folding import fold
from madoguchi.engines.search.tokens import Query, tokens

_SYNONYM = 0.6
_PARTIAL = 0.35
_FIELDS = (("names", 10.0), ("keywords", 6.0), ("summary", 3.0), ("body", 1.0))


@dataclass(frozen=True, slots=True)
class Document:
    """One document, folded once: names and readings, keywords, a summary, everything else."""

    id: str
    names: tuple[str, ...]
    keywords: tuple[str, ...]
    summary: tuple[str, ...]
    body: tuple[str, ...]
    weight: float = 0.0
    shapes: tuple[frozenset[str], ...] = ()
    """Tokens of each name and keyword, for words that are only nearly there."""

    @classmethod
    def build(
        cls,
        id: str,
        *,
        names: Iterable[str],
        keywords: Iterable[str] = (),
        summary: Iterable[str] = (),
        body: Iterable[str] = (),
        weight: float = 0.0,
    ) -> "Document":
        """Fold the texts of a document. `weight` (0 … 1) orders documents that match equally well."""
        named, keyed = _folded(names), _folded(keywords)
        shapes = tuple(frozenset(tokens(text)) for text in (*named, *keyed))
        return cls(id, named, keyed, _folded(summary), _folded(body), weight, shapes)

    def texts(self) -> Iterable[str]:
        """Yield all texts for the database's index."""
        yield from (*self.names, *self.keywords, *self.summary, *self.body)


def _folded(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(fold(text) for text in texts if text)


@dataclass(frozen=True, slots=True)
class Hit:
    """A document and its score."""

    id: str
    score: float


def rank(query: Query, documents: Iterable[Document]) -> list[Hit]:
    """Return the documents that share anything with the query, best first."""
    hits = [Hit(document.id, _score(query, document) + document.weight / 10) for document in documents]
    positive = [hit for hit in hits if hit.score > 0.5]
    return sorted(positive or [hit for hit in hits if hit.score > 0.1], key=lambda hit: (-hit.score, hit.id))


def _score(query: Query, document: Document) -> float:
    per_word = [_word_score(word, document) for word in query.words]
    known = sum(score > 0 for score in per_word)
    return sum(per_word) * (known / len(per_word)) ** 2 if known else 0.0


def _word_score(forms: Sequence[str], document: Document) -> float:
    best = 0.0
    for place, form in enumerate(forms):
        factor = 1.0 if place == 0 else _SYNONYM
        best = max(best, factor * _form_score(form, document))
        if best >= 10.0:
            break
    return best


def _form_score(form: str, document: Document) -> float:
    for field, points in _FIELDS:
        texts: tuple[str, ...] = getattr(document, field)
        whole = max((_contained(form, text) for text in texts), default=0.0)
        if whole:
            return points * whole
    wanted = _shape(form)
    if not wanted:
        return 0.0
    return _PARTIAL * max((len(wanted & shape) / len(wanted) for shape in document.shapes), default=0.0)


def _contained(form: str, text: str) -> float:
    """Return 0 when the form is not in the text, else 1 … 2: more for the whole text, its beginning, a large part."""
    joined = text.replace(" ", "")
    if form.isascii():
        words = [word.rstrip("s") for word in text.split()]
        return 1.0 + 1 / len(words) if form.rstrip("s") in words else 0.0
    if form not in joined:
        return 0.0
    return 1.0 + 0.6 * len(form) / len(joined) + (0.4 if joined.startswith(form) else 0.0)


@lru_cache(maxsize=10_000)
def _shape(form: str) -> frozenset[str]:
    """Return the form's tokens: their share in a name keeps a typing error from an empty result."""
    return frozenset(tokens(form))
