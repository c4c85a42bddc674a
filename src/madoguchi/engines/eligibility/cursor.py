"""Walks over the tokens of one condition and reads single values; the grammar itself is in `language`."""

from collections.abc import Callable
from datetime import date
from typing import TypeVar

from madoguchi.engines.eligibility.tokens import Sort, Token, tokenise
from madoguchi.engines.eligibility.types import ConditionError, Op

T = TypeVar("T")
_REFUSED = {
    "IS": "IS NULL is not part of conditions: a missing fact is unknown by itself.",
    "NULL": "NULL is not part of conditions: a missing fact is unknown by itself.",
    "LIKE": "LIKE is not part of conditions; compare with = or IN.",
    "CASE": "CASE is not part of conditions; use AND and OR.",
    "SELECT": "Queries are not part of conditions.",
    "EXISTS": "EXISTS is written 存在(子, 条件).",
    "AS": "A name for a value is not part of conditions.",
}


class Cursor:
    """The tokens of one text and the place reached so far."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = tokenise(text)
        self.index = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def take(self) -> Token:
        token = self.token
        self.index += 1
        return token

    def at_end(self) -> bool:
        return self.token.sort is Sort.END

    def at_mark(self, mark: str) -> bool:
        return self.token.sort is Sort.MARK and self.token.text == mark

    def accept_word(self, word: str) -> bool:
        if self.token.sort is Sort.NAME and self.token.text.upper() == word:
            self.index += 1
            return True
        return False

    def accept_mark(self, mark: str) -> bool:
        if self.at_mark(mark):
            self.index += 1
            return True
        return False

    def expect_mark(self, mark: str) -> None:
        if not self.accept_mark(mark):
            raise self.error(f"Expected {mark!r} before {self.token.text or 'the end'!r}.", suggestion=f"Add {mark}.")

    def expect_and(self) -> None:
        if not self.accept_word("AND"):
            raise self.error("BETWEEN needs two bounds.", suggestion="Write BETWEEN a AND b.")

    def refuse_keyword(self) -> None:
        reason = _REFUSED.get(self.token.text.upper()) if self.token.sort is Sort.NAME else None
        if reason:
            raise self.error(reason)

    def error(self, message: str, *, suggestion: str = "", token: Token | None = None) -> ConditionError:
        place = (token or self.token).position
        return ConditionError(message, position=place, suggestion=suggestion, text=self.text)

    def operator(self) -> Op:
        if self.token.sort is not Sort.OP:
            self.refuse_keyword()
            raise self.error("A comparison (=, <>, <, <=, >, >=, BETWEEN) must follow here.")
        text = self.take().text
        return Op.NE if text == "!=" else Op(text)

    def number(self) -> int:
        if self.token.sort is not Sort.NUMBER:
            raise self.error(f"A whole number is needed instead of {self.token.text or 'nothing'!r}.")
        return int(self.take().text)

    def string(self) -> str:
        if self.token.sort is not Sort.STRING:
            raise self.error(f"A text in '…' is needed instead of {self.token.text or 'nothing'!r}.")
        return self.take().text

    def day(self) -> date:
        self.accept_word("DATE")
        token = self.token
        try:
            return date.fromisoformat(self.string())
        except ValueError as problem:
            if token.sort is not Sort.STRING:
                raise
            raise self.error(f"{token.text!r} is no date.", suggestion="Write '2026-04-01'.", token=token) from problem

    def listed(self, read: Callable[[], T]) -> list[T]:
        """Read `(a, b, …)`."""
        self.expect_mark("(")
        values = [read()]
        while self.accept_mark(","):
            values.append(read())
        self.expect_mark(")")
        return values
