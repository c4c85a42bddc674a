"""Where each part of a condition stands in its text: the same reading as `language`, with the places written down."""

from dataclasses import dataclass

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import Node
from madoguchi.engines.eligibility.language import _Parser
from madoguchi.engines.eligibility.types import Subject, Vocabulary


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a text: the 0-based position of its first character, and the part itself."""

    position: int
    quoted: str


class Located:
    """A tree and the place of each of its nodes."""

    def __init__(self, node: Node, text: str, spans: dict[int, tuple[int, int]], kept: list[Node]) -> None:
        self.node = node
        self.text = text
        self._spans = spans
        # places are known by identity, since equal parts may stand twice: the nodes must live as long as the places
        self._kept = kept

    def place(self, part: Node | None) -> Place:
        """Return where a node of this tree stands; the whole text for None or a node that is not of the tree."""
        start, end = self._spans.get(id(part), (0, len(self.text)))
        quoted = self.text[start:end].rstrip()
        while isinstance(part, ast.And | ast.Or) and _is_bracketed(quoted):
            inner = quoted[1:-1].lstrip()
            start, quoted = start + len(quoted) - 1 - len(inner), inner.rstrip()
        return Place(start, quoted)


def locate(text: str, *, subject: Subject, vocabulary: Vocabulary) -> Located:
    """Read a condition as `parse` does, and remember where its parts stand. Raise ConditionError."""
    reader = _Reader(text, subject, vocabulary)
    return Located(reader.whole(), text, reader.spans, reader.kept)


def _is_bracketed(text: str) -> bool:
    """Tell whether one pair of brackets stands around the whole text."""
    depth, quoted = 0, False
    for place, character in enumerate(text):
        quoted = quoted != (character in "'’‘")
        if quoted:
            continue
        depth += (character in "(（") - (character in ")）")
        if depth == 0:
            return place > 0 and place == len(text) - 1
    return False


class _Reader(_Parser):
    def __init__(self, text: str, subject: Subject, vocabulary: Vocabulary) -> None:
        super().__init__(text, subject, vocabulary)
        self.spans: dict[int, tuple[int, int]] = {}
        self.kept: list[Node] = []

    def noted(self, node: Node, start: int) -> Node:
        for part in (node, *(node.items if isinstance(node, ast.And | ast.Or) else ())):
            self.kept.append(part)
            self.spans.setdefault(id(part), (start, self.token.position))
        return node

    def disjunction(self) -> Node:
        start = self.token.position
        return self.noted(super().disjunction(), start)

    def conjunction(self) -> Node:
        start = self.token.position
        return self.noted(super().conjunction(), start)

    def negation(self) -> Node:
        start = self.token.position
        return self.noted(super().negation(), start)
