"""Names in the signs that bank transfer files permit: half-width katakana, A–Z, digits and a few marks.

Source: 全銀協 総合振込 record forms as banks publish them. A 濁点 is a sign of its own; small kana become large ones;
ー becomes a hyphen. Kanji cannot be written: the reading must be given.
"""

import unicodedata
from functools import lru_cache

HALF_KANA = frozenset(chr(code) for code in range(0xFF71, 0xFF9E)) | {"ｦ"}
MARKS = frozenset("ﾞﾟ")
LATIN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
SIGNS = frozenset("().-/ ")
PERMITTED = HALF_KANA | MARKS | LATIN | SIGNS
"""What nearly every bank takes. A bank that takes fewer or more says so in its profile."""

_HYPHENS = "ー‐‑‒–—―−－ｰ"
_SMALL = {"ｧ": "ｱ", "ｨ": "ｲ", "ｩ": "ｳ", "ｪ": "ｴ", "ｫ": "ｵ", "ｬ": "ﾔ", "ｭ": "ﾕ", "ｮ": "ﾖ", "ｯ": "ﾂ"}
_RARE = {"ヮ": "ﾜ", "ヵ": "ｶ", "ヶ": "ｹ", "ヰ": "ｲ", "ヱ": "ｴ", "・": ".", "･": "."}
_HIRAGANA_TO_KATAKANA = 0x60


class NotWritable(ValueError):
    """A sign that a bank file cannot hold; names the sign and its place (from 1) in the text as given."""

    def __init__(self, sign: str, place: int) -> None:
        super().__init__(
            f"The sign {sign!r} (number {place}) cannot stand in a bank file. "
            "Write the name in katakana, A–Z, digits or ( ) . - / and space."
        )
        self.sign = sign
        self.place = place


def _table() -> dict[str, str]:
    """Return full-width katakana → half-width, large only, made from Unicode's own equivalences."""
    made = {unicodedata.normalize("NFKC", half): half for half in HALF_KANA}
    made |= {unicodedata.normalize("NFKC", small): large for small, large in _SMALL.items()}
    return made | _SMALL | _RARE | dict.fromkeys(_HYPHENS, "-") | {"\u3099": "ﾞ", "\u309a": "ﾟ", "゛": "ﾞ", "゜": "ﾟ"}


_TABLE = _table()


@lru_cache(maxsize=4096)
def _written(sign: str) -> str:
    """Return one sign as it may be written, or nothing when there is no way."""
    if sign in PERMITTED or sign in _TABLE:
        return _TABLE.get(sign, sign)
    wide = unicodedata.normalize("NFKC", sign).upper()
    plain = "".join(_katakana(part) for part in unicodedata.normalize("NFD", wide))
    written = "".join(_TABLE.get(part, part) for part in plain)
    return written if written and PERMITTED.issuperset(written) else ""


def _katakana(sign: str) -> str:
    return chr(ord(sign) + _HIRAGANA_TO_KATAKANA) if "ぁ" <= sign <= "ゖ" else sign


def bank_kana(text: str, signs: frozenset[str] = PERMITTED) -> str:
    """Return a text in permitted signs, spaces at the ends removed; raise `NotWritable` at the first that has none."""
    parts = []
    for place, sign in enumerate(text, start=1):
        written = sign if sign in signs and sign not in _TABLE else _written(sign)
        if not written or not signs.issuperset(written):
            raise NotWritable(sign, place)
        parts.append(written)
    return "".join(parts).strip(" ")
