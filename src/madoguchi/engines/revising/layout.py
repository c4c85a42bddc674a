"""Parts a page into units that rules read: sentences, list items and cells, each with the headings it stands under.

Navigation, footers and lists of other pages are left out; lines that a PDF broke inside a sentence are joined again. Every
unit knows where its characters stand in the page.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from madoguchi.engines.revising.folding import fold
from madoguchi.engines.revising.markers import (
    ANSWER,
    ASIDE,
    BRACKET,
    BULLET,
    INLINE,
    LABEL,
    MARK,
    NAVIGATION,
    ONLY_LABEL,
    PROGRAMME,
    QUESTION,
    SPACED,
    STAMP,
)

MOST = 40_000
"""So many characters of a page are read; a municipality's page has a few thousand, a leaflet of 30 sides about 30,000."""
_FAR = 1 << 62
LONGEST = 600
"""A sentence longer than this is cut, so that no rule looks far."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence, an item or a cell: folded text, the headings above it, the row and column it stands in."""

    text: str
    spots: tuple[tuple[int, int], ...]
    """(place in the text, place in the page) where a piece begins."""
    headings: tuple[str, ...] = ()
    row: str = ""
    column: str = ""
    programme: str = ""
    """The last heading that names a programme."""
    listed: bool = False
    tabular: bool = False
    label: str = field(init=False, default="")

    def origin(self, start: int, end: int) -> tuple[int, int]:
        """Return the stretch of the page behind the stretch [start, end) of the text, which is not empty."""
        return self._place(start), self._place(end - 1) + 1

    def _place(self, at: int) -> int:
        mine, theirs = self.spots[bisect_right(self.spots, (at, _FAR)) - 1]
        return theirs + at - mine

    def __post_init__(self) -> None:
        """Say once what the nearest heading, the row and the column call the unit."""
        parts = (self.headings[-1] if self.headings else "", self.row, self.column)
        object.__setattr__(self, "label", " ".join(part for part in parts if part))


@dataclass(slots=True)
class _Line:
    start: int
    text: str


@dataclass(slots=True)
class _State:
    """Where in the page the reader stands."""

    path: list[tuple[str, str]] = field(default_factory=list)
    programme: str = ""
    aside: bool = False
    header: tuple[str, ...] = ()
    table: int = 0
    own_mark: str = ""
    labelled: bool = False
    """The line before was the heading of a part: what follows is its content, unless it is plainly a heading."""

    def is_item(self, text: str) -> bool:
        """Tell a line that looks like a heading from the content of the heading above it."""
        mark = MARK.match(text)
        if mark is None:
            return self.labelled
        counted = _kind(mark["mark"]) in ("1", "(1)", "①") or mark["mark"][0] in "アイウエオ"
        return (
            counted
            and bool(self.path)
            and self.path[-1][0] != _kind(mark["mark"])
            and bool(re.search(r"必要|書類|持ち物|用意|持参", self.path[-1][1]))
        )

    def enter(self, mark: str, text: str, *, named: bool) -> None:
        """Go under a heading: a mark seen before closes what stood under it. `named`: it is the programme's own name."""
        marks = [item[0] for item in self.path]
        if mark in marks:
            del self.path[marks.index(mark) :]
        self.path = [*self.path[-3:], (mark, text)]
        self.aside = bool(ASIDE.search(text))
        self.table = 0
        if named:
            self.own_mark = mark
        if (
            named
            or (mark and mark == self.own_mark and not _only_label(text))
            or (PROGRAMME.search(text) and len(text) >= 4 and not _only_label(text))
        ):
            self.programme = text

    def headings(self, *more: str) -> tuple[str, ...]:
        """Return the headings above, and those of the line itself."""
        return (*(text for _, text in self.path), *(text for text in more if text))


@dataclass(frozen=True, slots=True)
class Layout:
    """The units of a page in order, the headings alone, and the day the page says it was updated on (as text)."""

    units: tuple[Unit, ...]
    headings: tuple[str, ...]
    stamp: str


def _only_label(text: str) -> bool:
    """Tell a heading of a part (助成内容, 手当額, 対象) from the name of a programme."""
    return bool(ONLY_LABEL.fullmatch(text))


def _nothing(text: str) -> bool:
    return not text


def parse(text: str, is_name: Callable[[str], bool] = _nothing) -> Layout:
    """Part a page (its first MOST characters) into units; a short line for which `is_name` holds is a heading."""
    folded = fold(text[:MOST])
    lines = [_Line(match.start(), match.group()) for match in re.finditer(r"[^\n]+", folded) if match.group().strip()]
    width = _width(lines)
    state, units, headings, stamp = _State(), [], [], ""
    waiting: list[_Line] = []
    for at, line in enumerate(lines):
        if not waiting and NAVIGATION.search(line.text.strip()[:120]) and "\t" not in line.text:
            continue
        if not waiting and len(line.text) < 60 and STAMP.search(line.text.strip()):
            stamp = stamp or line.text
            continue
        heading = "" if waiting else _heading(line, width) or _title(line, is_name)
        if heading and not is_name(heading) and not _only_label(heading) and state.is_item(line.text):
            heading = ""
        state.labelled = bool(heading) and not is_name(heading) and not PROGRAMME.search(heading)
        if heading:
            mark = MARK.match(line.text)
            state.enter(
                _kind(mark["mark"]) if mark else ("Q" if QUESTION.match(line.text) else ""),
                heading,
                named=is_name(heading),
            )
            headings.append(heading)
            if not state.aside:
                units.append(_plain(line, state, headings=True))
            continue
        waiting.append(line)
        after = lines[at + 1] if at + 1 < len(lines) else None
        if after is not None and _goes_on(line, after, width, folded):
            continue
        if not state.aside or _leaves_aside(waiting[0]):
            units += _read(waiting, state)
        waiting = []
    return Layout(tuple(units), tuple(headings), stamp)


def _leaves_aside(line: _Line) -> bool:
    return bool(re.match(r"\s*(?:お?問い?合わ?せ|担当)", line.text))


def _kind(mark: str) -> str:
    if mark[:1] == "第" or mark[:1].isdigit():
        return "1"
    return "(1)" if mark[:1] == "(" else "①" if "①" <= mark[:1] <= "⑳" else mark[:1]


def _width(lines: list[_Line]) -> int:
    """Return the width at which a PDF breaks its lines, 0 when the page does not."""
    lengths = sorted(len(line.text.rstrip()) for line in lines if "\t" not in line.text)
    if len(lengths) < 6:
        return 0
    most = lengths[-max(1, len(lengths) // 20)]
    full = sum(1 for length in lengths if most - 3 <= length <= most + 3)
    return most if 16 <= most <= 60 and full * 5 >= len(lengths) and full >= 3 else 0


def _goes_on(line: _Line, after: _Line, width: int, folded: str) -> bool:
    """Tell whether the sentence of this line goes on in the next one."""
    text, follower = line.text.rstrip(), after.text
    between = folded[line.start + len(line.text) : after.start]
    if "\t" in text or "\t" in follower or between.count("\n") > 1 or re.search(r"[。::]$", text):
        return False
    if MARK.match(follower) or BULLET.match(follower) or QUESTION.match(follower) or ANSWER.match(follower):
        return False
    if INLINE.match(follower) or re.search(r"(?:まで|もの|こと)$", text) or _only_label(follower.strip()):
        return False
    if re.search(r"[、はがをにのでと(「]$", text) and len(text) >= 10:
        return True
    if re.search(r"\d$", text) and re.match(r"\s*[\d円年月日歳か万千、]", follower):
        return True
    return bool(width) and len(text) >= width - 3


def _title(line: _Line, is_name: Callable[[str], bool]) -> str:
    """Return a line that is the programme's name and little more."""
    text = line.text.strip()
    short = len(text) <= 40 and "\t" not in text and not re.search(r"[。:]|\d円|です|ます", text)
    return text.strip("■□●◆◇【】〔〕《》<> ") if short and is_name(text) else ""


def _heading(line: _Line, width: int) -> str:
    """Return the text of a heading line, empty when the line is none."""
    text = line.text.strip()
    if "\t" in text or len(text) > 60:
        return ""
    if question := QUESTION.match(text):
        return text[question.end() :]
    mark = MARK.match(text)
    bare = text[mark.end() :] if mark else text
    if mark and mark["mark"] in "【〔《<[":
        closing = BRACKET.match(bare)
        return closing["label"].strip() if closing and closing.end() >= len(bare) else ""
    bare = bare.strip("■□●◆◇【】〔〕《》<> ")
    if (
        BULLET.match(text)
        or INLINE.match(bare)
        or re.search(r"[はがをに]、|\d$|[。、]$|です$|ます$|\d円|という|ください", bare)
        or len(bare) < 2
    ):
        return ""
    if re.search(
        r"(?:する|した|いる|ある|未満|以上|以下|まで)(?:の)?(?:方|人|者|児童|世帯)?$|(?:方|児童|お子さん|お子さま|世帯)$",
        bare,
    ):
        return (
            bare
            if re.search(r"(?:対象|できる|受けられる)(?:となる|になる)?(?:方|人|者|児童|お子さん|世帯)$", bare)
            and len(bare) < 16
            else ""
        )
    if width and len(text) >= width - 2:
        return ""
    if ASIDE.search(bare) and len(bare) <= 24:
        return bare
    spaced = SPACED.match(bare)
    if spaced and _only_label(spaced["label"]):
        return ""
    if PROGRAMME.search(bare) and "、" not in bare and len(bare) <= 40 and not re.match(r"^[(]?\d", bare):
        return bare
    if (
        len(bare) <= 26
        and LABEL.search(bare)
        and not re.search(r"\d{1,2}日|\d課|(?<!担当)(?<!所管)課$|係$", bare)
        and not SPACED.match(bare)
    ):
        return bare
    return bare if mark and mark["mark"][0] in "■□◆◇●▼#" and len(bare) <= 30 and not re.search(r"\d", bare) else ""


_GAP = re.compile(
    r"(?<=[\d年月日令和平成第])[ ]+(?=[\d年月日歳円万千か分])|(?<=[ぁ-んァ-ヶ一-龥、])[ ]+(?=\d)|(?<=[\d歳円月日])[ ]+(?=[ぁ-ん])"
)


def _pieces(start: int, text: str) -> Iterator[tuple[int, str]]:
    """Yield the pieces of a stretch without the gaps that stand inside dates and figures."""
    place = 0
    for gap in _GAP.finditer(text):
        yield start + place, text[place : gap.start()]
        place = gap.end()
    yield start + place, text[place:]


def _joined(lines: list[_Line]) -> tuple[str, list[tuple[int, int]]]:
    whole, spots = "", []
    for number, line in enumerate(lines):
        lead = len(line.text) - len(line.text.lstrip()) if number else 0
        for place, piece in _pieces(line.start + lead, line.text[lead:].rstrip()):
            if piece:
                spots.append((len(whole), place))
                whole += piece
    return whole, spots


def _cut(text: str, spots: list[tuple[int, int]], start: int, end: int) -> tuple[str, tuple[tuple[int, int], ...]]:
    """Return a stretch of a joined text with its own spots."""
    first = max(bisect_right(spots, (start, _FAR)) - 1, 0)
    mine, theirs = spots[first]
    own = [(0, theirs + start - mine)]
    for at, place in spots[first + 1 :]:
        if at >= end:
            break
        own.append((at - start, place))
    return text[start:end], tuple(own)


def _plain(line: _Line, state: _State, *, headings: bool = False) -> Unit:
    text, spots = _joined([line])
    path = state.headings()
    return Unit(text, tuple(spots), path[:-1] if headings else path, programme=state.programme)


def _read(lines: list[_Line], state: _State) -> list[Unit]:
    """Read one paragraph, item or row of a table."""
    if "\t" in lines[0].text:
        return _row(lines[0], state)
    state.table = 0
    text, spots = _joined(lines)
    start, label = 0, ""
    answer = ANSWER.match(text)
    bullet = BULLET.match(text)
    mark = None if bullet or answer else MARK.match(text)
    if answer or bullet or mark:
        start = (answer or bullet or mark).end()  # type: ignore[union-attr]
    if mark and mark["mark"] in "【〔《<[":
        bracket = BRACKET.match(text[start:])
        if bracket:
            label, start = bracket["label"], start + bracket.end()
    if not label:
        for pattern in (INLINE, SPACED):
            found = pattern.match(text[start:])
            if found and LABEL.search(found["label"]) and not re.search(r"ます|です", found["label"]):
                label, start = found["label"], start + found.end()
                break
    own = state.headings(label)
    return [
        Unit(*_cut(text, spots, first, last), own, programme=state.programme, listed=bool(bullet or mark))
        for first, last in _sentences(text, start)
    ]


def _sentences(text: str, start: int) -> Iterator[tuple[int, int]]:
    for match in re.compile(rf"[^。\n]{{1,{LONGEST}}}。?").finditer(text, start):
        if match.group().strip(" 。"):
            yield match.span()


def _row(line: _Line, state: _State) -> list[Unit]:
    """Read a row: the first cell names it; the first row of a table names the columns unless it is a label itself."""
    cells = [match for match in re.finditer(r"[^\t]+", line.text) if match.group().strip()]
    state.table += 1
    if not cells:
        return []
    texts = tuple(cell.group().strip() for cell in cells)
    if state.table == 1:
        state.header = texts if _is_header(texts) else ()
        if state.header:
            return []
    units: list[Unit] = []
    for number, cell in enumerate(cells):
        if number == 0 and len(cells) > 1:
            continue
        column = state.header[number] if number < len(state.header) else ""
        row = texts[0] if len(cells) > 1 else ""
        text, spots = _joined([_Line(line.start + cell.start(), cell.group())])
        spare = Unit("", (), state.headings(), row, column, state.programme, tabular=True)
        units += [
            Unit(*_cut(text, spots, first, last), spare.headings, row, column, state.programme, tabular=True)
            for first, last in _sentences(text, 0)
        ]
    return units


def _is_header(cells: tuple[str, ...]) -> bool:
    if len(cells) < 2 or any(re.search(r"。|\d[万千億]*円", cell) or len(cell) > 30 for cell in cells):
        return False
    if re.search(r"改正|変更|現行|新旧|\d年度?\d{0,2}月?(?:分)?(?:から|まで|以降)", "".join(cells[1:])):
        return True
    return bool(
        re.search(
            r"^(?:区分|項目|種類|種別|内容|対象|事項|年齢|児童|等級|世帯|課程|学校|人数|期間|適用|お?子|給付|年度|制度|回|)",
            cells[0],
        )
    ) and bool(re.search(r"額|円|金|内容|新|旧|料|負担|限度|説明|詳細|備考|必要|条件", "".join(cells[1:])))
