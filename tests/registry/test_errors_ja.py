"""Everything that the engine says about a condition is said in Japanese too."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from madoguchi.apps.registry.errors_ja import in_japanese

ENGINE = Path(__file__).parents[2] / "src" / "madoguchi" / "engines" / "eligibility"
FILES = ("check/structure.py", "check/tiers.py", "cursor.py", "language.py", "tokens.py", "types.py")
NOT_SAID_TO_STAFF = ("Table ", "X has an unknown", "Attribute ")


def sentences(tree: ast.AST) -> Iterator[str]:
    """Return the texts of a module that read as sentences, with X for what is filled in; docstrings left out."""
    documentation = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    inside = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            text = "".join(str(part.value) if isinstance(part, ast.Constant) else "X" for part in node.values)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in documentation | inside:
            text = node.value
        else:
            continue
        if re.match(r"[A-Z要出児]", text) and re.search(r"[a-z][^.]*[.?]$", text):
            yield text


def test_every_sentence_of_the_engine_has_its_japanese() -> None:
    said = {
        text
        for file in FILES
        for text in sentences(ast.parse((ENGINE / file).read_text(encoding="utf-8")))
        if not text.startswith(NOT_SAID_TO_STAFF)
    }
    assert len(said) > 50
    assert sorted(text for text in said if in_japanese(text) == text) == []


def test_what_is_filled_in_is_kept() -> None:
    assert in_japanese("Unknown attribute '年令'.") == "'年令' という項目はありません。"
    assert (
        in_japanese("A whole number is needed instead of 'nothing'.")
        == "何もないところ ではなく、整数を書いてください。"
    )
    assert in_japanese("Something new.") == "Something new."
