"""Reads ages out of a page's sentences and out of a record's condition, and writes both in one wording.

A bound is a number of months on the calendar, or a school year (年度年齢). 以下 y歳 and y歳まで hold until the day before the
(y+1)th birthday; 年度末まで(18) is the school year 18. The wording (18歳の年度末まで, 3歳以上6歳未満) is read back by this module.
"""

import re
from dataclasses import dataclass

from madoguchi.engines.revising.folding import NUMBER, number


@dataclass(frozen=True, slots=True)
class Bound:
    """One bound: months of age, or a school year. An upper bound in months is the first month that is out."""

    value: int
    school: bool = False


@dataclass(frozen=True, slots=True)
class Ages:
    """From and to; None is open."""

    low: Bound | None = None
    high: Bound | None = None

    def __str__(self) -> str:
        """Write the ages as they are shown and stored."""
        low = high = ""
        if self.low:
            low = f"年度年齢{self.low.value}歳以上" if self.low.school else f"{_worded(self.low.value)}以上"
        if self.high:
            high = f"{self.high.value}歳の年度末まで" if self.high.school else f"{_worded(self.high.value)}未満"
        return low + high


def _worded(months: int) -> str:
    if months % 12 == 0:
        return f"{months // 12}歳"
    return f"{months // 12}歳{months % 12}か月" if months > 24 else f"生後{months}か月"


@dataclass(frozen=True, slots=True)
class Said:
    """A bound where it stands in a text. `plain` is y歳まで, which may mean the school year."""

    start: int
    end: int
    low: Bound | None
    high: Bound | None
    plain: bool = False


_N = NUMBER
_YEAR_END = (
    r"(?:の|に|と)?(?:達|到達|な)?(?:する|した|る|った|し)?(?:誕生日|日)?(?:の属する|に属する|以後|以降|の後|後)?(?:における|の)?、?"
    r"(?:最初に?(?:迎える|到来する|来る)?の?)?(?:会計)?(?:年度(?:の?(?:末日?|終わり|最後|3月31日|3月末日?)|末日?)|3月(?:31日|末日?)|年度)"
    r"(?:\(\d{0,2}月?\d{0,2}日?\)|\([^()]{0,14}\))?(?:に?至る)?(?:まで|以前|を経過するまで)?"
)
_YEARS = re.compile(
    rf"満?(?P<y>{_N})歳(?:(?P<m>\d{{1,2}})か月)?(?:\((?P<note>[^()]{{1,40}})\))?"
    rf"(?:(?P<end>{_YEAR_END})|(?P<eve>の?(?:お)?誕生日の?前々?日(?:まで)?|(?:に|と)(?:達する|なる|至る)(?:日の?前日|日の?前|前|まで)(?:まで)?|に至る日?まで)"
    rf"|(?P<reached>(?:に|を)(?:達して|迎えて|なって)(?:いる|おり|い)|(?:に|を)(?:達した|迎えた|なった)(?=方|人|者))|(?P<class>児?クラス|児(?!童))|(?:の(?:方|お子(?:さん|さま|様)?|子(?:ども)?|児童))?(?P<op>未満|以下|まで|以上|以降|から|を超え|より|~|-)|(?P<none>))"
)
_MONTHS = re.compile(
    r"(?:生後|満|月齢)(?P<m>\d{1,3})か月(?P<op>未満|以下|まで|以上|以降|から|に至るまで|になるまで|~|-)?|(?<!産後)(?<!妊娠)(?<!出産後)(?<!離職後)(?P<m2>\d{1,3})か月(?P<op2>未満|に至るまで|以上|以下|から|~|-)(?!申請|前)"
)
_SCHOOL = re.compile(
    r"(?P<before>(?:小学校)?(?:就学前|入学前|未就学|就学の始期に達するまで)|小学校(?:に|へ)?(?:入学|就学)する?(?:前|まで)|小学校就学(?:前|まで))(?:の?(?:児童?|お?子(?:さん|ども)?|まで))?"
    r"|(?P<grade>(?P<gs>小学校?|中学校?|高校|高等学校|小|中|高)の?(?P<gn>[1-6一二三四五六])年生?)(?:相当)?(?:年齢)?(?P<gop>まで|以下|以上|から|~|-)?"
    r"|(?P<leave>(?P<ls>小学校|中学校|高校|高等学校|義務教育)(?:を)?(?:卒業|修了|終了)(?:する)?(?:まで|前))"
    r"|(?P<life>(?P<s>小学生|中学生|高校生))(?:年代|世代|相当(?:年齢)?|等|の年齢)*(?P<sop>まで|以下|以上|から|~|-)?"
)
_SCHOOLS = {"小": (7, 12), "中": (13, 15), "高": (16, 18), "義": (7, 15)}
_LOWER, _OPEN = ("以上", "以降", "から", "より", "~", "-"), ("から", "~", "-", "より")


def read_bounds(text: str) -> list[Said]:
    """Return the bounds of a folded text in order of their places."""
    found = [*_years(text), *_months(text), *_schools(text)]
    found.sort(key=lambda said: (said.start, -said.end))
    kept: list[Said] = []
    for said in found:
        if not kept or said.start >= kept[-1].end:
            kept.append(said)
    return _closed(text, kept)


def _years(text: str) -> list[Said]:
    found = []
    for match in _YEARS.finditer(text):
        years, months, op = number(match["y"]), number(match["m"] or "0"), match["op"]
        if years > 130 or text[max(match.start() - 1, 0) : match.start()] in ("第", "各"):
            continue
        span = match.span()
        value = years * 12 + months
        note = match["note"] or ""
        if match["end"] is not None or (op == "まで" and re.search(r"年度|3月31日|学年|[小中高].{0,3}年", note)):
            found.append(Said(*span, None, Bound(years, True)))
        elif match["eve"] is not None:
            found.append(Said(*span, None, Bound(value)))
        elif match["reached"] is not None:
            found.append(Said(*span, Bound(value), None))
        elif match["class"] is not None:
            if "クラス" in match["class"]:
                found.append(Said(*span, Bound(years + 1, True), Bound(years + 1, True)))
        elif op in _LOWER:
            found.append(Said(*span, Bound(value), None))
        elif op == "を超え":
            found.append(Said(*span, Bound(value + 12), None))
        elif op in ("未満",):
            found.append(Said(*span, None, Bound(value)))
        elif op in ("以下", "まで"):
            over = value + (1 if months else 12)
            found.append(Said(*span, None, Bound(over), plain=op == "まで" and not months))
        else:
            found.append(Said(*span, None, None))
    return found


def _months(text: str) -> list[Said]:
    found = []
    for match in _MONTHS.finditer(text):
        value, op = int(match["m"] or match["m2"]), match["op"] or match["op2"] or ""
        if op in _LOWER:
            found.append(Said(*match.span(), Bound(value), None))
        elif op in ("未満", "に至るまで", "になるまで"):
            found.append(Said(*match.span(), None, Bound(value)))
        elif op in ("以下", "まで"):
            found.append(Said(*match.span(), None, Bound(value + 1)))
    return found


def _schools(text: str) -> list[Said]:
    found = []
    for match in _SCHOOL.finditer(text):
        span = match.span()
        if match["before"]:
            found.append(Said(*span, None, Bound(6, True)))
        elif match["grade"]:
            year = {"小": 6, "中": 12, "高": 15}[match["gs"][0]] + number(match["gn"])
            found.append(_school(span, year, year, match["gop"]))
        elif match["leave"]:
            found.append(Said(*span, None, Bound(_SCHOOLS[match["ls"][0]][1], True)))
        else:
            low, high = _SCHOOLS[match["s"][0]]
            found.append(_school(span, low, high, match["sop"]))
    return found


def _school(span: tuple[int, int], low: int, high: int, op: str | None) -> Said:
    if op in ("まで", "以下"):
        return Said(*span, None, Bound(high, True))
    return Said(*span, Bound(low, True), None if op in _LOWER else Bound(high, True))


def _closed(text: str, found: list[Said]) -> list[Said]:
    """Join a lower bound with the upper one right behind it; 0歳から bounds nothing below."""
    closed: list[Said] = []
    for said in found:
        last = closed[-1] if closed else None
        if (
            last
            and last.low
            and (last.high is None or last.high == last.low)
            and said.high
            and said.start - last.end <= 4
        ):
            gap = text[last.end : said.start]
            if re.fullmatch(r"[、かつで ~\-から]*", gap) and (
                gap or last.high is None or text[last.end - 1] in "~-らり上"
            ):
                low = last.low
                closed[-1] = Said(last.start, said.end, low, said.high, said.plain)
                continue
        closed.append(said)
    return closed


def ages_of(said: Said) -> Ages:
    """Return the ages of what was said; 0歳以上 is no bound."""
    return Ages(said.low if said.low and said.low.value > 0 else None, said.high)


_ATOM = re.compile(
    r"(?<![\w.])(?P<neg>NOT\s+)?(?:(?:児童|本人|申請者)\.)?(?:年度末まで\((?P<end>\d+)\)|(?P<pre>就学前年度\(\))|(?P<name>年齢|月齢|年度年齢)\s*"
    r"(?:BETWEEN\s+(?P<a>\d+)\s+AND\s+(?P<b>\d+)|(?P<op><=|>=|<>|<|>|=)\s*(?P<n>\d+))"
    r"|基準日\s*(?:BETWEEN\s+到達日\((?P<ra>\d+),\s*'(?P<ua>[月年])'\)\s+AND\s+到達日\((?P<rb>\d+),\s*'(?P<ub>[月年])'\)"
    r"|(?P<rop><=|>=|<|>)\s*到達日\((?P<rn>\d+),\s*'(?P<ru>[月年])'\)))"
)


@dataclass(frozen=True, slots=True)
class Atom:
    """One test of age in a condition: where it stands and what it bounds."""

    start: int
    end: int
    ages: Ages
    text: str


def atoms(condition: str) -> list[Atom]:
    """Return the tests of age of a condition text that speak of the subject, in order; those behind NOT or inside 存在(…) are left out."""
    found = []
    for match in _ATOM.finditer(condition):
        if match["neg"] or _inside(condition, match.start()):
            continue
        ages = _atom(match)
        if ages is not None:
            found.append(Atom(match.start(), match.end(), ages, match.group()))
    return found


def _inside(condition: str, place: int) -> bool:
    """Tell whether a place stands inside 存在(…), 全員(…) or 人数(…)."""
    for opening in re.finditer(r"(?:存在|全員|人数)\(", condition[:place]):
        part = condition[opening.end() : place]
        if part.count("(") >= part.count(")"):
            return True
    return False


def _atom(match: "re.Match[str]") -> Ages | None:
    if match["end"]:
        return Ages(None, Bound(int(match["end"]), True))
    if match["pre"]:
        return Ages(Bound(6, True), Bound(6, True))
    if match["name"]:
        if match["a"]:
            return _interval(match["name"], int(match["a"]), int(match["b"]))
        return _compared(match["name"], match["op"], int(match["n"]))
    if match["ra"]:
        return Ages(Bound(_months_of(match["ra"], match["ua"])), Bound(_months_of(match["rb"], match["ub"])))
    value = _months_of(match["rn"], match["ru"])
    return Ages(Bound(value), None) if match["rop"] in (">=", ">") else Ages(None, Bound(value))


def _months_of(value: str, unit: str) -> int:
    return int(value) * (12 if unit == "年" else 1)


def _interval(name: str, low: int, high: int) -> Ages:
    if name == "年度年齢":
        return Ages(Bound(low, True) if low > 0 else None, Bound(high, True))
    step = 12 if name == "年齢" else 1
    return Ages(Bound(low * step) if low > 0 else None, Bound((high + 1) * step))


def _compared(name: str, op: str, value: int) -> Ages | None:
    if op == "=":
        return _interval(name, value, value)
    if op == "<>":
        return None
    if op in (">=", ">"):
        low = value + (op == ">")
        return Ages(_bound(name, low), None) if low > 0 else Ages()
    high = value + (op == "<=")
    return Ages(None, Bound(high - 1, True)) if name == "年度年齢" else Ages(None, _bound(name, high))


def _bound(name: str, value: int) -> Bound:
    return Bound(value, True) if name == "年度年齢" else Bound(value * (12 if name == "年齢" else 1))


def atom_text(ages: Ages) -> str:
    """Write ages as condition text, with the shortest test that says them."""
    low, high = ages.low, ages.high
    if low and high and low.school and high.school:
        return f"年度年齢 BETWEEN {low.value} AND {high.value}"
    if low and high and not low.school and not high.school:
        if low.value % 12 == 0 and high.value % 12 == 0:
            return f"年齢 BETWEEN {low.value // 12} AND {high.value // 12 - 1}"
        return f"月齢 BETWEEN {low.value} AND {high.value - 1}"
    parts = []
    if low:
        parts.append(f"年度年齢 >= {low.value}" if low.school else _counted(low.value, ">="))
    if high:
        parts.append(f"年度末まで({high.value})" if high.school else _counted(high.value, "<"))
    return " AND ".join(parts)


def _counted(months: int, sign: str) -> str:
    return f"年齢 {sign} {months // 12}" if months % 12 == 0 else f"月齢 {sign} {months}"
