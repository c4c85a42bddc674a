"""Cuts a condition into tokens after folding full-width forms, and remembers where each stood in the original text."""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from madoguchi.engines.eligibility.types import ConditionError

MAX_LENGTH = 10_000
_FOLDED = {"≧": ">=", "≦": "<=", "≠": "<>", "、": ",", "‘": "'", "’": "'", "”": "'", "“": "'"}
_MULTIPLIERS = {"千": 1_000, "万": 10_000, "億": 100_000_000}
_PATTERN = re.compile(
    r"(?P<space>\s+)|(?P<number>\d+)|(?P<name>[^\W\d]\w*)|(?P<op><=|>=|<>|!=|=|<|>)|(?P<mark>[(),.])", re.UNICODE
)


class Sort(StrEnum):
    """What a token is."""

    NAME = "name"
    NUMBER = "number"
    STRING = "string"
    OP = "op"
    MARK = "mark"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token with its place in the original text."""

    sort: Sort
    text: str
    position: int


def tokenise(text: str) -> list[Token]:
    """Return the tokens of a condition, the last one being END. Raise ConditionError with position on anything else."""
    if len(text) > MAX_LENGTH:
        raise ConditionError(
            f"The condition has {len(text):,} characters; at most {MAX_LENGTH:,} are read.",
            position=MAX_LENGTH,
            suggestion="Split the programme or use 自治体条件.",
            text=text[:80],
        )
    tokens: list[Token] = []
    folded, places = _fold(text)
    index = 0
    while index < len(folded):
        if folded[index] == "'":
            token, index = _string(text, folded, places, index)
            tokens.append(token)
            continue
        match = _PATTERN.match(folded, index)
        if match is None:
            raise _unexpected(text, folded[index], places[index])
        if match.lastgroup != "space":
            tokens.append(Token(Sort(match.lastgroup or ""), match.group(), places[index]))
        index = match.end()
    _refuse_glued_numbers(tokens, text)
    tokens.append(Token(Sort.END, "", len(text)))
    return tokens


def _fold(text: str) -> tuple[str, list[int]]:
    """Fold width outside quotes; return the folded text and the original place of each of its characters."""
    folded: list[str] = []
    places: list[int] = []
    quoted = False
    for place, character in enumerate(text):
        quoted = quoted != (character in "'’‘")
        literal = quoted and character not in "'’‘"
        piece = character if literal else _FOLDED.get(character) or unicodedata.normalize("NFKC", character)
        folded.append(piece)
        places.extend([place] * len(piece))
    return "".join(folded), places


def _string(text: str, folded: str, places: list[int], start: int) -> tuple[Token, int]:
    end = folded.find("'", start + 1)
    if end < 0:
        raise ConditionError(
            "A quotation mark is opened and never closed.",
            position=places[start],
            suggestion="Add ' at the end.",
            text=text,
        )
    value = unicodedata.normalize("NFKC", folded[start + 1 : end])
    return Token(Sort.STRING, value, places[start]), end + 1


def _unexpected(text: str, character: str, place: int) -> ConditionError:
    reasons = {
        ";": "Only one condition can stand here.",
        "+": "Arithmetic is not part of conditions.",
        "-": "Arithmetic and negative numbers are not part of conditions.",
        "*": "Arithmetic is not part of conditions.",
        "/": "Arithmetic is not part of conditions.",
        "%": "Arithmetic is not part of conditions.",
        "?": "Parameters are not part of conditions.",
        "@": "Parameters are not part of conditions.",
        ":": "Casts are not part of conditions.",
        '"': "Names are written without quotation marks; values with '…'.",
    }
    reason = reasons.get(character, f"The character {character!r} has no meaning here.")
    return ConditionError(reason, position=place, suggestion="Remove it; see the list of allowed forms.", text=text)


def _refuse_glued_numbers(tokens: list[Token], text: str) -> None:
    """Refuse `622万`, `18歳`, `3歳未満`: a number with a unit stuck to it reads as something else in SQL."""
    for number, name in pairwise(tokens):
        glued = number.sort is Sort.NUMBER and name.sort is Sort.NAME
        if glued and number.position + len(number.text) == name.position:
            factor = _MULTIPLIERS.get(name.text[0])
            value = int(number.text) * (factor or 1)
            raise ConditionError(
                f"{number.text}{name.text} mixes a number with a unit.",
                position=number.position,
                suggestion=f"Write {value}" + ("." if factor else " and compare 年齢, 月齢 or an attribute with it."),
                text=text,
            )
