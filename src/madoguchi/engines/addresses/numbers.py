"""Numbers inside addresses: 丁目 as kanji, block numbers (番・号) as integers. Knows nothing of towns."""

import re

_DIGITS = "〇一二三四五六七八九"
_BLOCKS = re.compile(r"(\d+)(?:番地の?|番|号|-|の)?")
_MAX_BLOCKS = 4


def to_kanji(number: int) -> str:
    """Return 1 … 99 as it stands in the name of a 丁目 (12 → 十二); raise ValueError for others."""
    if not 1 <= number <= 99:
        raise ValueError(f"{number} is no number of a 丁目: they run from 1 to 99.")
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十"
    return head + (_DIGITS[ones] if ones else "")


def block_numbers(rest: str) -> tuple[tuple[int, ...], str]:
    """Return the leading block numbers of what follows the town, and the text behind them (a building, a floor).

    `rest` must be folded. "17番35-105号" gives (17, 35, 105); at most four numbers are read.
    """
    found: list[int] = []
    position = 0
    while len(found) < _MAX_BLOCKS:
        match = _BLOCKS.match(rest, position)
        if match is None or len(match[1]) > 6:
            break
        found.append(int(match[1]))
        position = match.end()
        if match.end() == match.end(1):
            break
    return tuple(found), rest[position:].lstrip("-のﾉ ")
