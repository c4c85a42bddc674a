"""Reads a page against a record: lay it out, find the programme's part, run the rules, compare."""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from madoguchi.engines.revising import identity
from madoguchi.engines.revising.comparing import Result, compare
from madoguchi.engines.revising.dates import fiscal_year
from madoguchi.engines.revising.findings import Found, Scene
from madoguchi.engines.revising.folding import fold
from madoguchi.engines.revising.layout import MOST, Layout, Unit, parse
from madoguchi.engines.revising.model import Change, Confirmed, Doubt, Field, Page, Proposal
from madoguchi.engines.revising.money import find_amounts, find_limits
from madoguchi.engines.revising.online import find_online
from madoguchi.engines.revising.papers import PAPERS, find_papers, find_ways
from madoguchi.engines.revising.places import find_offices, find_residence
from madoguchi.engines.revising.target import find_ages
from madoguchi.engines.revising.views import view
from madoguchi.engines.revising.windows import find_begins, find_ends, find_windows

_ELSEWHERE = re.compile(r"別表|別紙|詳しくは|詳細は|下表|次の表|PDF")


def propose(page: Page, record: Mapping[str, Any], *, today: date, documents: Mapping[str, str] = PAPERS) -> Proposal:
    """Return what the page says differently from the record, what it confirms and what a person must look at.

    `record` has the pack's form, whole or in part. `documents` gives for each id of the pack's documents the words (a
    regular expression) by which pages call it. Any text is read; nothing raises.
    """
    names = identity.names_of(record)
    layout = parse(page.text, lambda text: identity.named(text, names) >= 0.8)
    if identity.renaming(layout, names):
        names = identity.names_on(layout, record)
        layout = parse(page.text, lambda text: identity.named(text, names) >= 0.8)
    about = identity.about(page.title, layout, record)
    if about < identity.ENOUGH:
        end = min(len(page.text), 40)
        return Proposal(
            doubts=(Doubt(Field.PROGRAMME, page.text[:end], 0, end, "別の制度のページかもしれません"),), about=about
        )
    scene = _scene(page, layout, record, today)
    results = compare(page, view(record), [*_found(scene, documents)])
    results += _remaining(page, scene, results)
    if len(page.text) > MOST:
        results.append(
            Doubt(
                Field.PROGRAMME,
                page.text[MOST - 20 : MOST],
                MOST - 20,
                MOST,
                "ページが長いため、ここまでしか読んでいません。",
            )
        )
    return Proposal(
        tuple(dict.fromkeys(item for item in results if isinstance(item, Change))),
        tuple(dict.fromkeys(item for item in results if isinstance(item, Confirmed))),
        tuple(dict.fromkeys(item for item in results if isinstance(item, Doubt))),
        about,
    )


def _scene(page: Page, layout: Layout, record: Mapping[str, Any], today: date) -> Scene:
    read_on = page.read_on if page.read_on != date.min else today
    texts = (page.title, *layout.headings[:2])
    fiscal = next((year for text in texts if (year := fiscal_year(fold(text))) is not None), None)
    units = identity.own_part(layout, record, page.title)
    return Scene(units, today, read_on, page.title, fiscal, identity.names_of(record))


def _found(scene: Scene, documents: Mapping[str, str]) -> Iterator[Found]:
    yield from _names(scene)
    yield from find_ages(scene)
    yield from find_amounts(scene)
    yield from find_limits(scene)
    yield from find_windows(scene)
    yield from find_papers(scene, documents)
    yield from find_online(scene)
    yield from find_ways(scene)
    yield from find_offices(scene)
    yield from find_begins(scene)
    yield from find_ends(scene)
    yield from find_residence(scene)


def _names(scene: Scene) -> Iterator[Found]:
    """Yield the name: a heading that has it, or a sentence that says it was changed."""
    for unit in scene.units:
        match = identity.RENAMED.search(unit.text)
        if match and identity.named(identity.renamed(match)[0], scene.names) >= 0.8:
            _, new, start, end = identity.renamed(match)
            yield Found(Field.NAME, new, unit, start, end, 0.85)


def _remaining(page: Page, scene: Scene, results: list[Result]) -> list[Result]:
    """Leave to a person what the page says elsewhere (別表, 詳しくは…) about a field nothing was read of."""
    seen = {item.field for item in results}
    more: list[Result] = []
    for unit in scene.units:
        match = _ELSEWHERE.search(unit.text)
        field = _about(unit) if match else None
        if match and field and field not in seen:
            seen.add(field)
            start, end = unit.origin(0, len(unit.text))
            more.append(Doubt(field, page.text[start:end], start, end, "くわしい内容は別の場所に書かれています。"))
    return more


def _about(unit: Unit) -> Field | None:
    for field, words in (
        (Field.INCOME_LIMIT, "所得"),
        (Field.AMOUNT, "額|金|料"),
        (Field.DOCUMENTS, "書類|もの"),
        (Field.CLOSES, "期間|期限"),
    ):
        if re.search(words, unit.label):
            return field
    return None
