"""Cuts a folded text into segments (sentences, list items, bracketed notes' sentences) and says how lists are joined.

Only marks and list phrases are looked at (「次のいずれか」「次のすべて」, bullets, ※); whether a segment restricts is
decided elsewhere.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

_CUT = re.compile(
    r"\n|(?<=。)(?![)」』])|(?=※)|(?=[①-⑳])|(?=[●○■◆□◇◎▪★])"
    r"|(?:(?<=^)|(?<=[\s、。)]))(?=\(\d{1,2}\)\s*\D)|(?<=[^\d\s])\s+(?=・)|(?<=こと)/|(?<=方)/",
    re.MULTILINE,
)
_NOTE = re.compile(r"\((?:ただし、?)?[^()\n]{4,}(?:場合(?:は|を)|除く?|対象外|方は|児童は|優先|加算)[^()\n]*\)")
"""A bracket that says something of its own, not just another name."""
_MARK = re.compile(
    r"\s*(?P<mark>\((?=[^()]{8,}\)$)|※\d*|[①-⑳]|[・●○■◆□◇◎▪★*]|\(\d{1,2}\)|\([アイウエオカキア-オ]\)|\d{1,2}[.)](?!\d)|[アイウエオカキ][\s.)]"
    r"|[-~](?=\S))?\s*"
)
_ANY = re.compile(
    r"(?:次|以下|下記|[①-⑳\d]から[①-⑳\d])の?(?:[^。]{0,12})?(?:いずれか|どれか|どちらか|いずれ1つ)|(?:いずれか|どれか)(?:一つ|1つ"
    r"|ひとつ)?に(?:該当|当てはまる|あてはまる)"
    r"|次の(?:程度|手帳|方|世帯|者|理由)|のうち、?$|(?:次|以下|下記)に(?:該当|当てはまる|あてはまる)|^[^。]*(?:次|以下|下記)の(?:方|者"
    r"|人|世帯|家庭)[^。]{0,6}$"
)
_ALL = re.compile(
    r"(?:次|以下|下記)の?[^。]{0,8}(?:すべて|全て|全部|いずれにも|いずれも|要件|条件)|(?:すべて|全て|いずれも|いずれにも)(?:満たす"
    r"|に?該当|当てはまる|あてはまる|を満たす)"
)
EXCLUDING = re.compile(
    r"対象外|対象(?:と|に|では)(?:は)?な(?:り|ら|い|ません)|対象としま|対象ではあ|除きます|除く|除き|除外|(?:支給|受給|利用|助成|給付"
    r"|申請|適用|申込み?|交付|認定)(?:は|が|を)?(?:され|でき|しま|いたしま|受けられ)(?:な|ま?せん|ません)"
    r"|受け(?:取れ|られ)ません|(?:支給|助成|給付)(?:の制限|停止)|該当しま(?:せん)|該当しない|できません|なりません|適用され(?:ません"
    r"|ない)|(?<=方は)不可"
)
_EXCLUDING_HEAD = re.compile(
    r"^[\s\[【<■●◆○□(]*(?:対象外|対象とならない|対象にならない|除外|支給(?:され|でき)ない)[^、。]{0,12}[\]】>:)]*\s*$"
)
_HEAD = re.compile(r"^\s*(?:[\[【<■●◆○□◇].{1,14}|.{1,10}[:])\s*$")


class Join(StrEnum):
    """How the items of a list hang together."""

    ALL = "all"
    ANY = "any"


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch [start, end) of the folded text without its mark. `opens` tells that it introduces a list."""

    start: int
    end: int
    mark: str
    opens: Join | None = None
    excludes_list: bool = False
    excluded: bool = False
    """It stands under a heading such as 【対象外】."""
    heading: bool = False

    def is_item(self) -> bool:
        """Tell whether a bullet or number stands before it."""
        return bool(self.mark) and not self.mark.startswith("※")


def segments(text: str) -> list[Segment]:
    """Return the segments of a text in order; together they hold everything but marks and blanks."""
    notes = {place for match in _NOTE.finditer(text) for place in (match.start(), match.end())}
    cuts = sorted({0, len(text), *notes, *(place for match in _CUT.finditer(text) for place in match.span())})
    found: list[Segment] = []
    under_exclusion = False
    for start, end in pairwise(cuts):
        segment = _segment(text, start, end)
        if segment is None:
            continue
        wording = text[segment.start : segment.end]
        if _HEAD.match(wording) or _EXCLUDING_HEAD.match(wording):
            under_exclusion = bool(_EXCLUDING_HEAD.match(wording))
            found.append(Segment(segment.start, segment.end, segment.mark, heading=True))
            continue
        found.append(_introduced(segment, wording, under_exclusion))
    return found


def _segment(text: str, start: int, end: int) -> Segment | None:
    match = _MARK.match(text, start, end)
    inner = match.end() if match else start
    while end > inner and text[end - 1].isspace():
        end -= 1
    mark = (match["mark"] or "") if match else ""
    return Segment(inner, end, "※" if mark == "(" else mark) if end > inner else None


def _introduced(segment: Segment, wording: str, excluded: bool) -> Segment:
    """Say whether the segment opens a list; 「いずれにも」 and 「すべて」 join with AND, 「いずれか」 with OR."""
    opens = Join.ALL if _ALL.search(wording) else Join.ANY if _ANY.search(wording) else None
    excludes = opens is not None and bool(EXCLUDING.search(wording))
    return Segment(segment.start, segment.end, segment.mark, opens, excludes, excluded)


def members(found: "list[Segment]", place: int) -> int:
    """Return where the list that begins at a place ends: marked items when the first is marked, else plain lines."""
    first = found[place] if place < len(found) else None
    if first is None or first.mark.startswith("※") or first.heading:
        return place
    end = place
    while end < len(found) and _goes_on(found[end], first, fresh=end == place):
        end += 1
    return end


def _goes_on(segment: Segment, first: Segment, *, fresh: bool) -> bool:
    if segment.heading or segment.mark.startswith("※") or segment.is_item() is not first.is_item():
        return False
    return fresh or first.is_item() or segment.opens is None


_CLAUSE = re.compile(r"、|,(?!\d{3})|かつ|または|又は|もしくは|若しくは|あるいは|(?<=[^\d級度])(?=\()|(?<=\))|。")


def clauses(text: str, segment: Segment) -> list[tuple[int, int]]:
    """Return the stretches between commas, brackets and joining words of a segment."""
    places = [segment.start]
    for match in _CLAUSE.finditer(text, segment.start, segment.end):
        places += [match.start(), match.end()]
    places.append(segment.end)
    pairs = zip(places[::2], places[1::2], strict=True)
    return [(start, end) for start, end in pairs if text[start:end].strip(" 。、()・")]
