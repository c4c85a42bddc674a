"""Reads ages out of a folded text: years, months, school years, age words, and the ranges between two of them.

Conventions: 以下 and まで are <=, 未満 is <, 年度年齢 6 is the year before primary school. Knows nothing of the record.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from madoguchi.engines.eligibility.reading.folding import NUMBER, number
from madoguchi.engines.eligibility.reading.hits import Bound, Family, Hit, Scale, Side
from madoguchi.engines.eligibility.types import Op

_N = NUMBER


@dataclass(frozen=True, slots=True)
class _Point:
    """An age or a span of school years before its 以上/未満 is read."""

    start: int
    end: int
    scale: Scale
    low: int
    high: int
    kind: str = "number"
    """number, school (grade or school), before (就学前: only an upper bound), word (乳児), birth (出生)."""


_GRADES = {"小": 6, "中": 12, "高": 15}
_POINTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("birth", re.compile(r"(?:出生(?:時|後|日)?|誕生|生まれた(?:とき|日))(?=から|以降)")),
    ("graded", re.compile(r"(?:満)?(?P<list>\d{1,2}(?:歳?[・、]\d{1,2})+)歳(?=児)")),
    ("years", re.compile(rf"満?(?P<y>{_N})歳(?:(?P<half>半)|(?P<m>\d{{1,2}})か月)?")),
    ("bare", re.compile(r"(?:生後|満)?(?P<y>\d{1,3})(?=[~・、-]\d{1,3}(?:歳|か月)(?!児・))")),
    ("months", re.compile(rf"(?:生後|月齢|満)?(?P<m>{_N})か月")),
    ("grades", re.compile(r"(?P<s>小学校?|中学校?|高校|高等学校|小|中|高)の?第?(?P<a>[1-6])(?:年生?)?[~・-](?P<b>[1-6])(?:年生|学年)")),
    ("grade", re.compile(
        r"(?P<s>小学校?|中学校?|高校|高等学校|小|中|高)の?第?(?P<a>[1-6一二三四五六])(?:学年|年生?)?(?:相当(?:年齢)?)?(?!\d|[,.]\d|人|か月"
        r"|月|日|回|年)"
    )),
    ("classes", re.compile(r"(?<![\d年])第?(?P<a>[1-6])(?:[~・-]第?(?P<b>[1-6]))?(?:年生|学年)")),
    ("lower", re.compile(r"(?:小学校?の?)?低学年")),
    ("upper", re.compile(r"(?:小学校?の?)?高学年")),
    ("compulsory_end", re.compile(r"(?:義務教育(?:終了|修了|卒業)(?:前|まで)|中学校(?:卒業|修了|終了)(?:前|まで))")),
    ("both", re.compile(
        r"小(?:学生)?[・、及びと]*中学生|小中学生|小学生(?:及び|・|および|と|または|又は)中学生|義務教育(?:年齢|課程|期間|就学)?(?!学校"
        r"|の?所得)(?:にある|中の?)?"
    )),
    ("before", re.compile(
        r"(?:小学校)?(?:未就学|就学前|入学前|就学の?始期に達する(?:まで|前)|(?:に)?(?:就学|入学|入る|上がる)(?:する)?(?:まで|前))(?:児童?"
        r"|の?年齢)?"
    )),
    ("entry", re.compile(
        r"(?:翌年度|来年度|次年度|来春|4月に?)?、?(?P<s>小|中|高等)学校(?:等)?(?:第?1年生)?(?:に|へ)?(?:新たに)?(?:入学|就学|進学)(?:予定"
        r"|する|される)(?:予定)?"
    )),
    ("kindergarten", re.compile(r"(?<![\d〇一二三四五六七八九十元今昨前翌])(?P<k>年長|年中|年少)(?!無休|行事)(?:児|クラス|組)?")),
    ("graduation", re.compile(r"(?P<s>小学校|中学校|高校|高等学校)(?:を)?(?:卒業|修了|終了)(?:する)?(?:まで|前)")),
    ("school", re.compile(r"(?P<s>小|中|高校|大)(?:学)?生(?:年代|世代|相当(?:年齢)?|等|の年齢|の年代)*(?!活)")),
    ("word", re.compile(r"(?P<w>新生児|乳幼児|乳児|幼児)(?!院|教育|食|期|医療|家庭|健|用|二人)")),
)  # fmt: skip
_BEFORE_SCHOOL = Bound(Side.UPPER, Scale.FISCAL, Op.LE, 6, True)
_WORDS: Mapping[str, tuple[Bound, ...]] = {
    "新生児": (Bound(Side.UPPER, Scale.MONTHS, Op.LT, 1, True),),
    "乳児": (Bound(Side.UPPER, Scale.YEARS, Op.LT, 1, True),),
    "乳幼児": (_BEFORE_SCHOOL,),
    "幼児": (Bound(Side.LOWER, Scale.YEARS, Op.GE, 1, True), _BEFORE_SCHOOL),
}
_NOTE = r"(?:\((?!.{0,15}(?:以上|未満|以下|除))[^()\n]{1,15}\))?"
_SUFFIXES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("from", re.compile(
        r"(?:児|頃|になる日|に達する日|に達した日|になった日|の(?:お)?誕生日(?:の前日)?|の前日|を過ぎて)?"
        r"(?:から|より|~|-|になったら|に達した(?:時|とき|日)から)"
    )),
    ("fiscal", re.compile(

            r"(?:の方|の人)?(?:に|へ|を)?(?:達する|達した|達し|到達する?|到達した|到達|なる|なった|迎える|迎えた)?(?:誕生日|日)?(?:の属する"
            r"|に属する|以後|以降|の後|後|の)*(?:における)?、?(?:の)?"
            r"(?:(?:最初|初めて|初め)(?:に|の)?(?:迎える|到来する|来る|の)?)?(?:の)?(?:会計)?(?:年度(?:の(?:末日?|終わり|3月31日)"
            r"|末日?)?(?:\(?3月31日\)?)?|3月(?:31日|末日?))(?:まで|以前|に?至るまで|を?経過するまで|\(?3月31日\)?まで)?(?:の間に?)?(?:ある)?(?:を経過(?:していない|しない))?"

    )),
    ("eve", re.compile(r"(?:になる|を迎える)?の?(?:お)?誕生日(?:を迎える)?(?:日の)?の?(?:前々日|前日|前)(?:まで)?")),
    ("anniversary", re.compile(r"の(?:お)?誕生日(?:の属する月の?末日?|月の?末日?)?まで")),
    ("reach", re.compile(r"に(?:達する|なる|至る|到達する)(?:日の?前日|日の?前|前|まで)(?:の?間)?(?:まで)?|になる前(?:の?日)?まで")),
    ("class", re.compile(r"児?(?:の)?クラス")),
    ("below", re.compile(r"(?:児)?の?(?:未満|に満たない)")),
    ("most", re.compile(r"(?:児|の方|の子)?(?:以下)")),
    ("until", re.compile(r"(?:児|の方|の子|位|ぐらい|くらい|頃)?(?:まで|以内)")),
    ("more", re.compile(r"を?(?:超える|超えた|超え|超|過ぎた|過ぎ)")),
    ("least", re.compile(r"(?:児)?(?:以上|以降|以後)")),
    ("child", re.compile(r"児(?!童)")),
)  # fmt: skip
_NOT_AGES = re.compile(
    r"(?:妊娠|産後|出産後|出生後|過去|直近|引き続き|継続して|申請日|満年齢|転入(?:後|日から)?|退院後|最長|概ね|約|毎|各)$"
)
_DURATION = re.compile(r"^(?:以上|間|以内|前|に?わた|継続|引き続|分|目|ごと|ほど|程度|を超え)")
_OWNED = re.compile(r"^(?:頃|ごろ)?の(?:お子|子|児童|幼児|乳児|乳幼児|赤ちゃん|方|者|人|誕生月)|^(?:の?誕生月)")


def read_ages(text: str) -> list[Hit]:
    """Return the ages of a folded text in order; a hit without bounds is an age that bounds nothing (0歳から大人)."""
    found: list[Hit] = []
    place = 0
    ahead: dict[str, re.Match[str] | None] = {}
    while point := _point(text, place, ahead):
        hit = _from(text, point)
        if hit:
            found.append(hit)
        place = hit.end if hit else point.end
    return found


def _point(text: str, place: int, ahead: dict[str, re.Match[str] | None]) -> _Point | None:
    """Return the first point at or after a place; of several at one place the earliest kind of the list.

    `ahead` keeps each kind's next match, so that a long text is gone through once per kind.
    """
    best: tuple[int, int, re.Match[str], str] | None = None
    for rank, (kind, pattern) in enumerate(_POINTS):
        match = ahead.get(kind)
        if kind not in ahead or (match is not None and match.start() < place):
            match = ahead[kind] = pattern.search(text, place)
        if match and (best is None or (match.start(), rank) < best[:2]):
            best = (match.start(), rank, match, kind)
    return _built(best[2], best[3]) if best else None


def _point_here(text: str, place: int) -> _Point | None:
    for kind, pattern in _POINTS:
        if match := pattern.match(text, place):
            return _built(match, kind)
    return None


def _built(match: "re.Match[str]", kind: str) -> _Point:
    start, end = match.span()
    named = match.groupdict()
    years = named.get("y")
    if kind in ("years", "bare"):
        extra = 6 if named.get("half") else number(named.get("m") or "0")
        base = number(years or "0")
        return _Point(start, end, Scale.MONTHS, base * 12 + extra, base * 12 + extra) if extra else (
            _Point(start, end, Scale.YEARS, base, base)
        )  # fmt: skip
    if kind == "months":
        value = number(named["m"])
        return _Point(start, end, Scale.MONTHS, value, value)
    if kind == "graded":
        values = [number(item) for item in re.findall(r"\d+", named["list"])]
        return _Point(start, end, Scale.YEARS, min(values), max(values))
    return _school(start, end, kind, named)


_FIXED = {
    "lower": (7, 9, "school"), "upper": (10, 12, "school"), "compulsory_end": (0, 15, "before"), "both": (7, 15, "school"),
    "before": (0, 6, "before"), "birth": (0, 0, "birth"),
}  # fmt: skip
_SCHOOLS = {"小": (7, 12), "中": (13, 15), "高校": (16, 18), "大": (19, 22)}
_CLASSES = {"年長": 6, "年中": 5, "年少": 4}


def _school(start: int, end: int, kind: str, named: "dict[str, str | None]") -> _Point:
    if kind == "entry":
        value = {"小": 6, "中": 12, "高": 15}[(named.get("s") or "小")[:1]]
        return _Point(start, end, Scale.FISCAL, value, value, "school")
    if kind in _FIXED:
        low, high, sort = _FIXED[kind]
        return _Point(start, end, Scale.FISCAL, low, high, sort)
    school = (named.get("s") or "小")[:1]
    if kind in ("grades", "grade", "classes"):
        low = _GRADES[school] + number(named.get("a") or "0")
        high = _GRADES[school] + number(named.get("b") or named.get("a") or "0")
        return _Point(start, end, Scale.FISCAL, low, high, "school")
    if kind == "kindergarten":
        value = _CLASSES[named["k"] or ""]
        return _Point(start, end, Scale.FISCAL, value, value, "school")
    if kind == "graduation":
        return _Point(start, end, Scale.FISCAL, 0, {"小": 12, "中": 15, "高": 18}[school], "before")
    if kind == "school":
        low, high = _SCHOOLS["高校" if school == "高" else school]
        return _Point(start, end, Scale.FISCAL, low, high, "school")
    return _Point(start, end, Scale.FISCAL, 0, 0, "word")


def _suffix(text: str, place: int) -> tuple[str, int]:
    """Return what kind of bound the words after a point make, and where they end."""
    note = re.compile(_NOTE).match(text, place)
    inner = note.end() if note else place
    for start in dict.fromkeys((place, inner)):
        for kind, pattern in _SUFFIXES:
            match = pattern.match(text, start)
            if match and match.end() > start and (kind != "fiscal" or re.search(r"年度|3月", match.group())):
                return kind, match.end()
    return "", place


_LINK = re.compile(r"(?:、|で、?|かつ|の|までの)?")
_THIS_YEAR = re.compile(r"(?:今年度|当該年度|年度内|年度中|その年度)(?:中|内)?に?、?(?:満)?$")


def _from(text: str, point: _Point) -> Hit | None:
    """Read the age that begins with this point, with its second point when it is a range."""
    kind, end = _suffix(text, point.end)
    if text[point.end - 1].isdigit() and text[point.end : point.end + 1] in ("・", "、"):
        kind, end = "from", point.end + 1
    if point.kind == "word":
        return _word(text, point, kind, end)
    if point.scale is Scale.MONTHS and not _is_age(text, point, kind, end):
        return None
    if kind in ("from", "least", "more") or (kind == "child" and text[end : end + 1] in "~-" and text[end : end + 1]):
        return _range(text, point, kind, end)
    if kind == "class" and re.match(r"[~-]|から", text[end : end + 30]):
        return _range(text, point, kind, end)
    bounds = _upper(point, kind) if kind not in ("", "child", "class") else _plain(text, point, kind, end)
    return _hit(text, point.start, end, bounds) if bounds is not None else None


def _is_age(text: str, point: _Point, kind: str, end: int) -> bool:
    """Tell whether so many months are an age and no length of time."""
    if text[point.start : point.end].startswith(("生後", "月齢")) or "歳" in text[point.start : point.end]:
        return not _NOT_AGES.search(text[max(0, point.start - 20) : point.start])
    if _NOT_AGES.search(text[max(0, point.start - 20) : point.start]) or (
        kind not in ("from", "least") and _DURATION.match(text[point.end :])
    ):
        return False
    if kind == "child" or (kind in ("", "below", "until", "most") and _OWNED.match(text[end : end + 30])):
        return True
    return kind in ("from", "least") and bool(
        re.match(rf"(?:満|生後)?{_N}(?:歳|か月(?:児|の|未満|まで|以下|に))", text[end : end + 30])
    )


def _lower(point: _Point, kind: str) -> tuple[Bound, ...]:
    if point.kind in ("birth", "before") or (point.low == 0 and kind != "more"):
        return ()
    if kind == "class":
        return (Bound(Side.LOWER, Scale.FISCAL, Op.GE, point.low + 1, True),) if point.low else ()
    loose = point.kind == "school"
    return (Bound(Side.LOWER, point.scale, Op.GT if kind == "more" else Op.GE, point.low, loose),)


def _upper(point: _Point, kind: str) -> tuple[Bound, ...]:
    if kind == "fiscal":
        years = point.high // 12 if point.scale is Scale.MONTHS else point.high
        return (Bound(Side.UPPER, Scale.FISCAL, Op.LE, years, True),)
    if kind == "class":
        return (Bound(Side.UPPER, Scale.FISCAL, Op.LE, point.high + 1, True),)
    if kind in ("below", "eve", "reach") and point.kind == "number":
        return (Bound(Side.UPPER, point.scale, Op.LT, point.high),)
    if kind == "below":
        return (Bound(Side.UPPER, point.scale, Op.LT, point.low, True),)
    loose = point.kind != "number" or kind in ("until", "anniversary")
    return (Bound(Side.UPPER, point.scale, Op.LE, point.high, loose),)


def _plain(text: str, point: _Point, kind: str, end: int) -> tuple[Bound, ...] | None:
    """Return both bounds of a point that nothing follows (小学生, 3歳児), None when it says no age."""
    if point.kind == "before":
        return _upper(point, "most")
    if point.kind == "birth":
        return None
    if kind == "class":
        return (*_lower(point, "class"), *_upper(point, "class")) if point.low != point.high else _class(point)
    if point.kind == "school":
        return _both(point.scale, point.low, point.high)
    if _THIS_YEAR.search(text[max(0, point.start - 20) : point.start]) and re.match(
        r"に(?:なる|達する|到達)|の", text[end : end + 30]
    ):
        return _both(Scale.FISCAL, point.low, point.high)
    if kind != "child" and not _OWNED.match(text[end : end + 30]):
        return None
    if point.scale is Scale.YEARS and point.high == 0:
        return (Bound(Side.UPPER, Scale.YEARS, Op.LT, 1),)
    return _both(point.scale, point.low, point.high)


def _class(point: _Point) -> tuple[Bound, ...]:
    if point.high == 0:
        return _upper(point, "class")
    return _both(Scale.FISCAL, point.low + 1, point.high + 1)


def _both(scale: Scale, low: int, high: int) -> tuple[Bound, ...]:
    """Return the bounds of a closed range; one value alone is `=`."""
    loose = scale is Scale.FISCAL
    if low == high:
        return (Bound(Side.UPPER, scale, Op.EQ, high, loose),)
    upper = Bound(Side.UPPER, scale, Op.LE, high, loose)
    return (Bound(Side.LOWER, scale, Op.GE, low, loose), upper) if low > 0 else (upper,)


def _range(text: str, point: _Point, kind: str, end: int) -> Hit | None:
    place = end
    if kind in ("child", "class") and (sign := re.match(r"[~-]|から", text[end : end + 30])):
        place = end + sign.end()
    link = _LINK.match(text, place)
    for start in dict.fromkeys((place, link.end() if link else place)):
        second = _point_here(text, start)
        if second is None and (bare := re.match(r"(?:満)?(\d{1,2})(?=か月|歳)", text[start:])):
            second = _point_here(text, start + bare.start())
        if second is not None and second.kind != "birth" and (hit := _joined(text, point, kind, second)):
            return hit
    if kind in ("child", "class"):
        bounds = _plain(text, point, kind, end)
        return _hit(text, point.start, end, bounds) if bounds is not None else None
    if point.kind == "birth":
        return None
    return _hit(text, point.start, end, _lower(point, kind))


def _joined(text: str, first: _Point, kind: str, second: _Point) -> Hit | None:
    after, end = _suffix(text, second.end)
    if second.kind == "word" or after in ("from", "least"):
        return None
    if after == "class" and first.scale is Scale.YEARS:
        return _hit(text, first.start, end, (*_lower(first, "class"), *_upper(second, "class")))
    upper = _upper(second, after or "until")
    if first.scale is Scale.YEARS and second.scale is Scale.MONTHS and "歳" not in text[first.start : first.end]:
        first = replace(first, scale=Scale.MONTHS)
    return _hit(text, first.start, end, (*_lower(first, kind), *upper))


def _word(text: str, point: _Point, kind: str, end: int) -> Hit:
    hit = _hit(text, point.start, point.end, _WORDS[text[point.start : point.end]])
    return replace(hit, word_only=True, rule="age-word", confidence=0.6, for_child=True)


def _hit(text: str, start: int, end: int, bounds: tuple[Bound, ...]) -> Hit:
    return Hit(start, end, Family.AGE, "age", bounds=bounds, confidence=0.95, for_child=_of_child(text, end, bounds))


def _of_child(text: str, end: int, bounds: tuple[Bound, ...]) -> bool:
    near = text[end : end + 12].split("、")[0]
    young = any(b.scale is not Scale.YEARS for b in bounds)
    return young or bool(re.match(r"(?:まで)?の?[^、。方]{0,6}(?:子|児|赤ちゃん|生徒)", near))


_ERAS = {"令和": 2018, "平成": 1988, "昭和": 1925}
_DAY = (
    r"(?:(?P<era%d>令和|平成|昭和)(?P<ey%d>\d{1,2}|元)|(?P<y%d>(?:19|20)\d\d))年(?:\((?:令和|平成|昭和|19|20)[^()]*\))?(?P<m%d>\d{1,2})月"
    r"(?P<d%d>\d{1,2})日"
)
_BORN = re.compile(
    _DAY.replace("%d", "1")
    + r"(?:\([^()]*\))?(?:(?P<op>以降|以後|以前|より前|から|~|まで)(?:"
    + _DAY.replace("%d", "2")
    + r"(?:\([^()]*\))?(?:まで)?)?)?(?:の間)?(?:に|の)?(?:出生|生まれ|誕生)(?:た|した|された|ました|の)?"
)


def read_births(text: str) -> list[Hit]:
    """Return the dates of birth of a folded text (令和6年4月1日以降に生まれた) as tests on 生年月日."""
    found = []
    for match in _BORN.finditer(text):
        first = _iso(match, "1")
        second = _iso(match, "2") if match["m2"] else ""
        if not first:
            continue
        op = match["op"] or ""
        tests = _born(op, first, second)
        found.append(
            Hit(
                match.start(),
                match.end(),
                Family.AGE,
                "birth-date",
                tests,
                settled=True,
                for_child=bool(_BABY.match(text, match.end())),
            )
        )
    return found


_BABY = re.compile(r"(?:の)?(?:お?子|児|乳|幼|新生児|赤ちゃん)")


def _born(op: str, first: str, second: str) -> tuple[str, ...]:
    if second:
        return (f"生年月日 >= '{first}' AND 生年月日 <= '{second}'",)
    sign = {"以降": ">=", "以後": ">=", "から": ">=", "~": ">=", "以前": "<=", "まで": "<=", "より前": "<"}.get(op, "=")
    return (f"生年月日 {sign} '{first}'",)


def _iso(match: "re.Match[str]", which: str) -> str:
    if match[f"era{which}"]:
        count = match[f"ey{which}"]
        year = _ERAS[match[f"era{which}"]] + (1 if count == "元" else int(count))
    else:
        year = int(match[f"y{which}"])
    month, day = int(match[f"m{which}"]), int(match[f"d{which}"])
    return f"{year:04d}-{month:02d}-{day:02d}" if 1 <= month <= 12 and 1 <= day <= 31 else ""
