"""Reads for which ages a programme is, out of the parts of a page that say for whom it is."""

import re
from collections.abc import Iterator

from madoguchi.engines.revising.ages import Ages, Said, ages_of, read_bounds
from madoguchi.engines.revising.findings import Found, Scene
from madoguchi.engines.revising.layout import Unit
from madoguchi.engines.revising.model import Field
from madoguchi.engines.revising.standing import Standing, day_of_change, standing

_TARGET = re.compile(r"対象|年齢|何歳|いつまで|だれ|誰|どんな人|資格|要件|受けられる|利用できる|もらえる")
_SAYS = re.compile(
    r"対象(?:は|に|と|です|年齢|者|児童)|を対象|が対象|対象。|に支給|を養育|育てて|に助成|助成し(?:ます|て)|の(?:方|お子さん|児童|お子さま|子ども)(?:が|は|に|を)"
)
_NOT_TARGET = re.compile(
    r"円|対象外|除[きく]|保護者(?:は|が)|申請者(?:は|が)|同居|扶養|別表|持ち物|同伴|委任|署名|代理|兄姉|第[0-9一二三]子|上の子|きょうだい|例外|特例|経過"
)
_RAISED = re.compile(r"^(?:の方|の児童|のお子さん|とし|)?(?:から|→|⇒|だったものを|を)")
_WIDENED = re.compile(r"拡大|拡充|引き?上げ|引き?下げ|変更|改め|延長|見直|→|⇒|になり|となり")


def find_ages(scene: Scene) -> Iterator[Found]:
    """Yield the ages that the page says the programme is for."""
    for unit in scene.units:
        if not re.search(r"歳|か月|学|高校", unit.text):
            continue
        about = bool(_TARGET.search(unit.label)) and not re.search(
            r"対象(?:外|経費|費用|と?ならない)|所得|額", unit.label
        )
        if not about and not _SAYS.search(unit.text):
            continue
        if _NOT_TARGET.search(unit.text if not about else re.sub(r"扶養|同居|[^、。]*を除[きく]", "", unit.text)):
            continue
        yield from _read(scene, unit, about=about)


def _read(scene: Scene, unit: Unit, *, about: bool) -> Iterator[Found]:
    said = [item for item in read_bounds(unit.text) if item.low or item.high]
    if not said:
        return
    groups = _by_time(scene, unit, said)
    for when, items in groups:
        found = _one(items)
        start, end = items[0].start, items[-1].end
        if found is None:
            yield Found(Field.AGE, None, unit, start, end, 0.5, why="年齢がいくつも書かれています。", standing=when)
        elif found != Ages():
            plain = any(item.plain for item in items) and not any(item.high and item.high.school for item in items)
            yield Found(
                Field.AGE,
                str(found),
                unit,
                start,
                end,
                0.85 if about else 0.7,
                standing=when,
                label="plain" if plain else "",
            )


def _by_time(scene: Scene, unit: Unit, said: list[Said]) -> list[tuple[Standing, list[Said]]]:
    """Group what is said by when it holds: 15歳…から18歳…に拡大, 改正前 and 改正後."""
    fiscal = scene.fiscal_of(unit)
    changed = day_of_change(" ".join((*unit.headings[-2:], unit.text)), fiscal=fiscal, near=scene.read_on)
    to_come = changed is not None and changed > scene.today
    grouped: dict[Standing, list[Said]] = {}
    last = 0
    for number, item in enumerate(said):
        after = unit.text[item.end : said[number + 1].start] if number + 1 < len(said) else ""
        if (
            item.high
            and after
            and len(after) <= 12
            and ("→" in after or _RAISED.match(after))
            and _WIDENED.search(unit.text[item.end :])
        ):
            when = Standing.NOW if to_come else Standing.PAST
        elif Standing.PAST in grouped and number and _WIDENED.search(unit.text[item.end :][:20]):
            when = Standing.NOW
        else:
            words = " ".join((unit.row, unit.column, unit.text[last : item.start], _note(unit.text[item.end :])))
            when = standing(words, today=scene.today, fiscal=None, near=scene.read_on, changed=changed)
        grouped.setdefault(when, []).append(item)
        last = item.end
    return list(grouped.items())


def _note(text: str) -> str:
    match = re.match(r"\(([^()]{2,30})\)", text)
    return match[1] if match and re.search(r"まで|から|改正|以降", match[1]) else ""


def _one(items: list[Said]) -> Ages | None:
    """Return the ages that several bounds say together; None when they do not agree."""
    lows = {ages_of(item).low for item in items if item.low} - {None}
    highs = {item.high for item in items if item.high}
    schooled = {high for high in highs if high.school}
    if schooled and len(highs) > 1:
        highs = {
            high for high in highs if high.school or not any(_same(high.value, school.value) for school in schooled)
        }
    if len(lows) > 1:
        lows = {
            low for low in lows if low and not any(low.school and not other.school for other in lows if other)
        } or lows
    if len(highs) > 1 or len(lows) > 1:
        return None
    low, high = next(iter(lows), None), next(iter(highs), None)
    return Ages(low if not (low and low.value == 0) else None, high)


def _same(months: int, school: int) -> bool:
    """Tell whether 18歳まで and the school year 18 mean the same age."""
    return months in ((school + 1) * 12, school * 12)
