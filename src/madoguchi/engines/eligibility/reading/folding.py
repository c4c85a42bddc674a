"""Folds a text to one spelling (width, 歳, か月, 障害) and remembers where each character stood.

Rules look at the folded text; people see the original. Knows nothing of what the text means.
"""

import re
import unicodedata
from dataclasses import dataclass

_WORDS = {"障がい": "障害", "障碍": "障害", "障礙": "障害", "一人親": "ひとり親", "ひとりおや": "ひとり親"}
_SIGNS = {
    "〜": "~",
    "∼": "~",
    "〰": "~",
    "–": "-",
    "—": "-",
    "―": "-",
    "‐": "-",
    "−": "-",
    "才": "歳",
    "箇": "か",
    "\u3000": " ",
}
_ENUMERATORS = frozenset("①②③④⑤⑥⑦⑧⑨⑩⑪⑫⑬⑭⑮⑯⑰⑱⑲⑳")
_MONTH = re.compile(r"(?<=[\d一二三四五六七八九十])[ヶケカヵゕゖ](?=月)")


@dataclass(frozen=True, slots=True)
class Folded:
    """A folded text; `starts` and `ends` hold for each of its characters the stretch of the original it came from."""

    text: str
    starts: tuple[int, ...]
    ends: tuple[int, ...]

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the stretch of the original behind the folded stretch [start, end), which is not empty."""
        return self.starts[start], self.ends[end - 1]


def fold(text: str) -> Folded:
    """Return the folded text. Circled numbers stay, since NFKC would turn them into digits."""
    pieces: list[tuple[str, int, int]] = []
    place = 0
    while place < len(text):
        piece, length = _next(text, place)
        pieces += _spread(piece, place, place + length)
        place += length
    folded = _MONTH.sub("か", "".join(piece for piece, _, _ in pieces))
    return Folded(folded, tuple(item[1] for item in pieces), tuple(item[2] for item in pieces))


def _next(text: str, place: int) -> tuple[str, int]:
    """Return the folded form of what stands here and how many characters of the original it takes."""
    for word, folded in _WORDS.items():
        if text.startswith(word, place):
            return folded, len(word)
    character = text[place]
    if character in _ENUMERATORS:
        return character, 1
    if text[place + 1 : place + 2] in ("ﾞ", "ﾟ"):
        return unicodedata.normalize("NFKC", text[place : place + 2]), 2
    if character in _SIGNS:
        return _SIGNS[character], 1
    return unicodedata.normalize("NFKC", character), 1


def _spread(piece: str, start: int, end: int) -> list[tuple[str, int, int]]:
    """Give each folded character its place: one to one as far as it goes, the last takes the rest."""
    if len(piece) > end - start:
        return [(character, start, end) for character in piece]
    last = len(piece) - 1
    return [(character, start + n, end if n == last else start + n + 1) for n, character in enumerate(piece)]


_DIGITS = {"〇": 0, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}


def number(text: str) -> int:
    """Return the value of digits, with or without commas, or of a kanji number below 100."""
    plain = text.replace(",", "")
    if plain.isdecimal():
        return int(plain)
    tens, found, ones = plain.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if found else 0) + _DIGITS.get(ones, 0)


NUMBER = r"(?:\d{1,3}|[〇一二三四五六七八九十]{1,3})"
