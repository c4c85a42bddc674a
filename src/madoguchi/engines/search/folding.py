"""Makes spellings equal: width, case, katakana and hiragana, long vowels, a few variant characters."""

import re
import unicodedata

import jaconv

_VARIANTS = str.maketrans(
    {"障": "障", "碍": "害", "礙": "害", "籠": "篭", "髙": "高", "﨑": "崎", "ヶ": "け", "ゖ": "け", "ヵ": "か"}
)
_SEPARATORS = re.compile(r"[^\w]+", re.UNICODE)
_MIXED = (
    ("障がい", "障害"),
    ("しょうがい", "障害"),
    ("子供", "子ども"),
    ("こども", "子ども"),
    ("引越し", "引っ越し"),
    ("引越", "引っ越し"),
)


def fold(text: str) -> str:
    """Return the text in one spelling: NFKC, lower case, hiragana, blanks between words."""
    folded = jaconv.kata2hira(unicodedata.normalize("NFKC", text).casefold()).translate(_VARIANTS)
    for written, usual in _MIXED:
        folded = folded.replace(written, usual)
    return _SEPARATORS.sub(" ", folded.replace("ー", "").replace("_", " ")).strip()
