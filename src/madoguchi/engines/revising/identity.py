"""Tells whether a page is about a programme, and which part of it is.

A page counts as about the programme when its title or a heading names it; a name inside a longer one (児童扶養手当 in
特別児童扶養手当) is another programme.
"""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from madoguchi.engines.revising.folding import core, fold
from madoguchi.engines.revising.layout import Layout, Unit
from madoguchi.engines.revising.markers import PROGRAMME

ENOUGH = 0.5
"""Below this the page counts as one about something else."""
_BEFORE = re.compile(r"(?:[区市町村都国]|本|当|新|旧|第|の|[0-9]|年度|)$")
_PREFIX = re.compile(r"^(?:東京都|[一-龥ヶ]{1,4}[区市町村](?=[ 　]))\s?")
_PLACE = re.compile(r"(?<![一-龥])([一-龥ヶ]{1,4}[区市])(?=[ 　役公のに内にお在民])")


RENAMED = re.compile(
    r"(?:名称|事業名|制度名|呼び名|愛称)(?:が|を|は)[^。「]{0,20}?「(?P<a>[^「」]{2,40})」(?:から|を)、?[^。「]{0,10}?「(?P<b>[^「」]{2,40})」"
    r"|「(?P<c>[^「」]{2,40})」(?:から|は|を)、?[^。「]{0,20}?「(?P<d>[^「」]{2,40})」(?:に|へ|と)[^。]{0,16}?(?:名称|変わ|変更|改称|改め)"
    r"|(?P<f>[^\s「」()。、:]{3,30})\((?:旧(?:名称|称)?[::]?\s?|以前の名称[::])(?P<e>[^()]{3,30})\)"
)
"""A sentence that says the programme has another name: the groups of old and new names are a-b, c-d, e-f."""


def renamed(match: "re.Match[str]") -> tuple[str, str, int, int]:
    """Return the old name, the new one and where the new one stands."""
    old, new = next((pair for pair in (("a", "b"), ("c", "d"), ("e", "f")) if match[pair[0]]), ("a", "b"))
    return match[old], match[new], match.start(new), match.end(new)


def renaming(layout: Layout, names: tuple[str, ...]) -> str:
    """Return the name that the page gives to the programme instead of the record's; empty when it gives none."""
    for unit in layout.units[:400]:
        match = RENAMED.search(unit.text)
        if match and named(renamed(match)[0], names) >= 0.8 and core(renamed(match)[1]) not in names:
            return renamed(match)[1]
    return ""


def names_of(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the compared forms of a record's name: whole, without the municipality, without what stands in brackets."""
    name = fold(str((record.get("name") or {}).get("ja") or ""))
    forms = [name, _PREFIX.sub("", name)]
    forms += [re.sub(r"\([^()]*\)", "", form) for form in list(forms)]
    found = [core(form) for form in forms]
    found += [re.sub(r"の?(?:区市町村|費用|に係る|申請|利用)", "", form) for form in list(found)]
    return tuple(dict.fromkeys(form for form in found if len(form) >= 3))


def names_on(layout: Layout, record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names by which the page may call the programme: the record's, and the new one that it tells of."""
    names = names_of(record)
    new = renaming(layout, names)
    return (*names, *names_of({"name": {"ja": new}})) if new else names


def _notes(record: Mapping[str, Any]) -> tuple[str, ...]:
    """Return what tells a programme from one of the same name: what stands in brackets (育成手当, 第2期)."""
    name = fold(str((record.get("name") or {}).get("ja") or ""))
    return tuple(core(note) for note in re.findall(r"\(([^()]*)\)", name))


@lru_cache(4096)
def named(text: str, names: tuple[str, ...]) -> float:
    """Return how well a heading or title names the programme, from 0 to 1."""
    given = core(text)
    best = 0.0
    for name in names:
        place = given.find(name)
        while place >= 0:
            if _whole(given, place, name):
                best = max(best, 1.0 if len(name) >= 4 else 0.8)
            place = given.find(name, place + 1)
        if best < 1.0 and len(name) >= 5 and len(given) >= 4:
            best = max(best, 0.9 * _alike(name, given))
    return best


def _whole(given: str, place: int, name: str) -> bool:
    """Tell whether a name stands by itself and is not the end of a longer one."""
    before = given[:place]
    return (
        not before
        or bool(re.search(r"[区市町村都国のと・]$|[ぁ-ん0-9]$|年度$|家庭$|改正$|対象$", before))
        or not re.match(r"[一-龥]", name[0])
    )


def _alike(name: str, given: str) -> float:
    """Return the share of the name's pairs of letters that stand in the other, if neither is the other's end."""
    pairs = {name[n : n + 2] for n in range(len(name) - 1)}
    others = {given[n : n + 2] for n in range(min(len(given), 60) - 1)}
    share = len(pairs & others) / len(pairs)
    extra = len(others - pairs) / max(len(others), 1)
    return share if share >= 0.75 and extra <= 0.5 and name not in given else 0.0


def about(title: str, layout: Layout, record: Mapping[str, Any]) -> float:
    """Return how sure it is that the page is about the programme, from 0 to 1."""
    names = names_on(layout, record)
    if not names:
        return 0.0
    tops = list(layout.headings[:2])
    first = max([named(title, names), *(named(top, names) for top in tops)], default=0.0)
    heading = max((named(text, names) for text in layout.headings), default=0.0)
    body = "".join(core(unit.text) for unit in layout.units[:400])
    mentions = sum(
        1 for name in names[:1] for at in re.finditer(re.escape(name), body) if _whole(body, at.start(), name)
    )
    score = max(0.95 * first, 0.85 * heading)
    if score < ENOUGH:
        other = any(PROGRAMME.search(text.strip()) and len(text) >= 4 for text in (title, *tops) if text)
        score = max(score, 0.3 if other or not mentions else 0.55 if mentions >= 2 else 0.35)
    return round(score * _home(title, layout, record), 2)


def _home(title: str, layout: Layout, record: Mapping[str, Any]) -> float:
    """Return 1, or less when the record belongs to one municipality and the page names only another."""
    name = fold(str((record.get("name") or {}).get("ja") or ""))
    match = re.match(r"^([一-龥ヶ]{1,4}[区市町村])[ ]", name)
    if not match:
        return 1.0
    text = fold(title) + " " + " ".join(unit.text for unit in layout.units[:200])
    if match[1] in text:
        return 1.0
    others = [place for place in _PLACE.findall(text) if place not in ("特別区", "各区", "各市", "地区")]
    return 0.4 if others else 1.0


def own_part(layout: Layout, record: Mapping[str, Any], title: str) -> tuple[Unit, ...]:
    """Return the units about the programme: all, without the parts under headings that name another programme."""
    names, notes = names_on(layout, record), _notes(record)
    ours = [heading for heading in layout.headings if named(heading, names) >= 0.6]
    general = (
        not ours or named(title, names) >= 0.6 or (bool(layout.headings) and named(layout.headings[0], names) >= 0.6)
    )
    texts = (record.get(key) for key in ("benefit_text", "summary"))
    said = core(" ".join(str(text.get("ja") or "") for text in texts if isinstance(text, Mapping)))
    kept = []
    for unit in layout.units:
        if not unit.programme:
            inside = general
        elif named(unit.programme, names) >= 0.6:
            inside = not _other_note(unit.programme, notes, ours)
        else:
            inside = general and (core(unit.programme) in said or not PROGRAMME.search(unit.programme))
        if inside and not _other_label(unit, names):
            kept.append(unit)
    return tuple(kept)


def _other_note(heading: str, notes: tuple[str, ...], ours: list[str]) -> bool:
    """Tell two programmes of one name apart by what stands in brackets."""
    given = [core(note) for note in re.findall(r"\(([^()]*)\)", fold(heading))]
    if not notes or not given or len(ours) < 2:
        return False
    return not any(note in mine or mine in note for note in given for mine in notes)


def _other_label(unit: Unit, names: tuple[str, ...]) -> bool:
    """Tell a row of a list of programmes that is another programme's."""
    return bool(
        unit.row and len(unit.row) >= 4 and re.search(r"(?:手当|給付金|支援金|一時金|医療費助成|ワクチン|健診|年金|助成金)$", unit.row)
        and named(unit.row, names) < 0.6 and not re.fullmatch(r"(?:支給|助成|給付|手当)?.{0,2}(?:手当|助成金|給付金)", unit.row)
    )  # fmt: skip
