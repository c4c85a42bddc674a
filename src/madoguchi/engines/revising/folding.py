"""Folds a text to one spelling, one character for one, so that a place in the folded text is the place in the original.

Rules look at the folded text; people see the original.
"""

import re
from functools import lru_cache

_PAIRS = {
    **{chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)},
    "\u3000": " ", "\u00a0": " ", "\u2003": " ", "\u2002": " ", "\u200b": " ", "\ufeff": " ", "\r": "\n", "\x0b": "\n", "\x0c": "\n",
    "\u2028": "\n", "\u2029": "\n", "\x85": "\n",
    "〜": "~", "∼": "~", "〰": "~", "–": "-", "—": "-", "―": "-", "‐": "-", "−": "-", "‑": "-",
    "才": "歳", "箇": "か", "，": "、", ",": "、", "｡": "。", "､": "、", "･": "・", "•": "・", "｢": "「", "｣": "」",
}  # fmt: skip
_TABLE = str.maketrans({**_PAIRS, "、": "、"})
_COMMA = re.compile(r"(?<=\d)、(?=\d{3}(?!\d))")
_MONTHS = re.compile(r"(?<=[\d一二三四五六七八九十])[ヶケカヵゕゖ](?=月)")
_CONTROL = str.maketrans(dict.fromkeys([*range(9), *range(14, 32), 127], " "))


def fold(text: str) -> str:
    """Return the folded text, of the same length: width, dashes, 歳 and か月; thousands keep a comma."""
    folded = text.translate(_TABLE).translate(_CONTROL)
    return _MONTHS.sub("か", _COMMA.sub(",", folded))


_LOOSE = re.compile(r"[\s・、。の「」『』()【】\[\]~\-:/<>|＞]|について|のご案内|のお知らせ|制度|事業")
_SAME = (
    ("障がい", "障害"),
    ("障碍", "障害"),
    ("子供", "子ども"),
    ("こども", "子ども"),
    ("一人親", "ひとり親"),
    ("予防接種", "ワクチン"),
)


@lru_cache(4096)
def core(text: str) -> str:
    """Return what of a name is compared: without marks, の, 制度 and 事業, with one spelling of 障害 and 子ども."""
    folded = fold(text)
    for other, one in _SAME:
        folded = folded.replace(other, one)
    return _LOOSE.sub("", folded)


_DIGITS = {"〇": 0, "元": 1, "一": 1, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
NUMBER = r"(?:\d{1,4}|[一二三四五六七八九十]{1,3})"


def number(text: str) -> int:
    """Return the value of digits or of a kanji number below 100; anything else counts as 0."""
    if text.isdecimal() and text.isascii():
        return int(text)
    tens, found, ones = text.rpartition("十")
    return (_DIGITS.get(tens, 1) * 10 if found else 0) + _DIGITS.get(ones, 0)
