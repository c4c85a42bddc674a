"""Says whether the words around a test turn it round: 入所していない, 対象外, を除く, and how far its own words go.

Looks at words and their order only; it knows no tree.
"""

import re

from madoguchi.engines.eligibility.reading.fields import Part, Taking
from madoguchi.engines.eligibility.reading.hits import Hit
from madoguchi.engines.eligibility.reading.segments import EXCLUDING, clauses

_NEGATIVE = re.compile(r"[^、。()\n]{0,8}?(?:ない|なく|なかっ|ません|おらず|いず|せず|でなく|以外)(?!範囲)")


def _next_start(part: Part, hit: Hit, *, tests_only: bool = False) -> int:
    later = [other.start for other in part.hits if other.start >= hit.end and not (tests_only and other.category)]
    return min([part.segment.end, *later])


def grown(taking: Taking, hit: Hit) -> int:
    """Return where the words that belong to a test end: its verb and its 「…の方」, up to the next thing found."""
    part = next(part for part in taking.parts if part.segment.start <= hit.start < part.segment.end)
    rest = taking.folded.text[hit.end : _next_start(part, hit)]
    match = re.match(r"[^、。\n()]*", rest)
    return hit.end + (match.end() if match else 0)


_ATTACHED = re.compile(
    r"(?:い|お|を|は|が|も|で|に|と|して|受けて|持って|有して|し)*(?:ない(?!範囲)|なく|ません|おらず)"
)


def denied(text: str, part: Part, hit: Hit) -> bool:
    """Tell whether the words right behind a test deny it (入所していない)."""
    if hit.settled:
        return False
    denial = _NEGATIVE.match(text, hit.end, _next_start(part, hit)) or _ATTACHED.match(
        text, hit.end, _next_start(part, hit, tests_only=True)
    )
    if denial is None:
        return False
    turn = EXCLUDING.search(text, hit.end, denial.end())
    return turn is None or turn.start() > denial.end()


_COORDINATE = re.compile(r"(?:方|者|場合|世帯|家庭|児童|とき|時|人|入所|施設|等|子|中|被保険者|手当|受給)$")


def excluded(text: str, part: Part, hit: Hit) -> bool:
    """Tell whether an exclusion (対象外, を除く) covers a hit: its own clause and those listed before it."""
    if part.segment.excluded:
        return True
    stretches = clauses(text, part.segment)
    for cue in EXCLUDING.finditer(text, part.segment.start, part.segment.end):
        if part.segment.excludes_list:
            return False
        at = next((n for n, (start, end) in enumerate(stretches) if start <= cue.start() <= end), len(stretches) - 1)
        first = at
        note = part.segment.mark.startswith("※") or text[part.segment.start :].startswith("ただし")
        while first > 0 and (note or _lists_on(text, stretches, first)):
            first -= 1
        if stretches[first][0] <= hit.start < cue.end():
            return True
    return False


def _lists_on(text: str, stretches: list[tuple[int, int]], place: int) -> bool:
    """Tell whether the clause before is listed together with this one, or is its 「…が、」."""
    start, end = stretches[place - 1]
    before = text[start:end]
    joined = text[end : stretches[place][0]]
    if not text[stretches[place][0] : stretches[place][1]].strip() or (
        re.search(r"対象外|できません|なりません|ません", text[stretches[place][0] : stretches[place][1]])
        and not re.search(r"方|者|場合|とき|世帯|中|児童", text[stretches[place][0] : stretches[place][1]])
    ):
        return True
    return (
        bool(_COORDINATE.search(before))
        or bool(re.search("または|又は|もしくは|若しくは", joined))
        or before.endswith("や")
    )
