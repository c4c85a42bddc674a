"""The sent form of one page as plain values: what may not be set is taken out, what is verified is put in, items move.

Pure: it knows names and texts of a form, no draft and no person.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from madoguchi.apps.applications.contracts import Known
from madoguchi.engines import forms

Data = dict[str, list[str]]
_ITEM = re.compile(r"^(?P<group>[a-z0-9_.]+)\[(?P<index>[0-9]{1,3})\]\.(?P<rest>.+)$")
DATE_PARTS = (".year", ".month", ".day")


def read(posted: Mapping[str, Sequence[str]]) -> Data:
    """Return a sent form as name → texts."""
    return {name: list(texts) for name, texts in posted.items()}


def with_verified(data: Data, known: Mapping[str, Known]) -> Data:
    """Return the form in which verified values stand instead of whatever was sent under their names."""
    names = {name for path in known for name in (path, *(path + part for part in DATE_PARTS))}
    kept = {name: texts for name, texts in data.items() if name not in names}
    return kept | {path: as_texts(one.value) for path, one in known.items()}


def as_texts(value: Any) -> list[str]:
    """Return an answer as a form would send it."""
    if isinstance(value, bool):
        return ["yes" if value else "no"]
    if isinstance(value, list):
        return [str(item) for item in value]
    return [] if value is None else [str(value)]


def kept_items(data: Data, group: str) -> list[int]:
    """Return the indices of the items of a group in which anything was written, in order."""
    found = set()
    for name, texts in data.items():
        match = _ITEM.match(name)
        if match and match["group"] == group and any(text.strip() for text in texts):
            found.add(int(match["index"]))
    return sorted(found)


def without_item(data: Data, group: str, index: int) -> Data:
    """Return the form without one item; the later ones move up."""
    made: Data = {}
    for name, texts in data.items():
        match = _ITEM.match(name)
        if match is None or match["group"] != group or int(match["index"]) < index:
            made[name] = texts
        elif int(match["index"]) > index:
            made[f"{group}[{int(match['index']) - 1}].{match['rest']}"] = texts
    return made


def typed_inputs(data: Data, known: Mapping[str, Known], names: Sequence[str]) -> int:
    """Return how many inputs of a page the person filled herself; what is known already does not count."""
    told = {path: as_texts(one.value) for path, one in known.items()}
    roots = {name.split("[")[0] for name in names}
    count = 0
    for name, texts in data.items():
        root = name.split("[")[0]
        base = next((name[: -len(part)] for part in DATE_PARTS if name.endswith(part)), name)
        is_input = root in roots or base in roots
        is_repeat = base != name and not name.endswith(DATE_PARTS[0])
        count += is_input and not is_repeat and any(text.strip() for text in texts) and told.get(name) != texts
    return count


def groups_of(form: forms.Form, page_id: str) -> tuple[str, ...]:
    """Return the repeated groups on a page."""
    page = next(page for page in form.pages if page.id == page_id)
    return tuple(key for key in page.fields if form.fields[key].group is not None)


def paths_shown(form: forms.Form, page_id: str, answers: Mapping[str, Any], *, on: date) -> frozenset[str]:
    """Return the paths of a page that are asked with these answers, those in the items of groups too."""
    found = set(forms.shown_in(form, page_id, answers, today=on))
    for key in tuple(found):
        if form.fields[key].group is not None:
            for index in range(len(answers.get(key) or ())):
                inner = forms.shown_in(form, page_id, answers, today=on, item=(key, index))
                found |= {f"{key}[{index}].{name}" for name in inner}
    return frozenset(found)
