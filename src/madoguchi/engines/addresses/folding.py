"""Makes spellings of addresses equal: width, dashes, ヶ・が・ノ・之, old characters, 大字, arabic 丁目.

Folded text is for comparing only; what is shown is always the official spelling of the list.
"""

import re
import unicodedata

from madoguchi.engines.addresses.numbers import to_kanji

_CHARACTERS = str.maketrans(
    {
        "ヶ": "ケ", "ヵ": "カ", "が": "ケ", "ガ": "ケ", "け": "ケ", "ツ": "ッ", "つ": "ッ", "っ": "ッ",
        "ノ": "の", "之": "の", "乃": "の",
        "‐": "-", "−": "-", "–": "-", "—": "-", "―": "-", "‑": "-", "ｰ": "-",
        "蠣": "蛎", "澤": "沢", "濱": "浜", "廣": "広", "國": "国", "櫻": "桜", "龍": "竜", "瀧": "滝", "嶋": "島",
        "嶌": "島", "﨑": "崎", "髙": "高", "邊": "辺", "邉": "辺", "藪": "薮", "籠": "篭", "檜": "桧", "淵": "渕",
        "鹽": "塩", "鐵": "鉄", "關": "関", "巢": "巣", "瀨": "瀬", "曾": "曽", "彌": "弥", "條": "条", "驒": "騨",
        "學": "学", "眞": "真", "榮": "栄", "惠": "恵", "靜": "静", "舘": "館", "冨": "富", "壹": "壱", "禮": "礼",
        "圓": "円", "薗": "園", "峯": "峰", "莊": "荘", "萬": "万", "祗": "祇", "芦": "蘆",
        "桒": "桑", "麴": "麹", "穎": "頴", "瀆": "涜", "濤": "涛", "洲": "州", "枡": "桝", "舟": "船",
    }
)  # fmt: skip
_BLANKS = re.compile(r"\s+")
_OLD_LABELS = re.compile(r"大字|(?<=[^十])字(?=\D)")
_CHOME = re.compile(r"(\d{1,2})丁目?")
_LOOKALIKE_CHOME = re.compile(r"([ニハ-])(?=丁目)")
_LOOKALIKES = {"ニ": "二", "ハ": "八", "-": "一"}
_LONG_VOWEL_BETWEEN_DIGITS = re.compile(r"(?<=[\d号番地])ー(?=\d)")


def fold_address(text: str) -> str:
    """Return an address in one spelling: NFKC, no blanks, one kind of dash, 丁目 in kanji, usual characters."""
    folded = _BLANKS.sub("", unicodedata.normalize("NFKC", text))
    folded = _LONG_VOWEL_BETWEEN_DIGITS.sub("-", folded)
    folded = _LOOKALIKE_CHOME.sub(lambda match: _LOOKALIKES[match[1]], folded.replace("ー丁目", "一丁目"))
    folded = _CHOME.sub(_kanji_chome, folded)
    return _OLD_LABELS.sub("", folded.translate(_CHARACTERS))


def _kanji_chome(match: re.Match[str]) -> str:
    number = int(match[1])
    return f"{to_kanji(number)}丁目" if number else match[0]
