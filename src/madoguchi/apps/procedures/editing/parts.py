"""Changes to the other parts of a record: texts, documents, clock, checks. New records; the given one stays."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.apps.procedures.editing.pages import Impossible

Record = Mapping[str, Any]


def set_texts(record: Record, texts: Mapping[str, Mapping[str, str] | str | None]) -> dict[str, Any]:
    """Set texts by their dotted path; every one needs Japanese and English. None leaves it as it is."""
    new = copy.deepcopy(dict(record))
    for path, value in texts.items():
        if value is None:
            continue
        if isinstance(value, Mapping) and not {"ja", "en"} <= set(value):
            raise Impossible(_("日本語と英語の両方を書いてください。"))
        *parents, last = path.split(".")
        target = new
        for name in parents:
            target = target.setdefault(name, {})
        target[last] = dict(value) if isinstance(value, Mapping) else value
    return new


def set_item(record: Record, part: str, item_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change an entry of a list (documents, checks) by its id; a value of None takes the entry's value away."""
    new = copy.deepcopy(dict(record))
    for item in new.get(part) or ():
        if item["id"] == item_id:
            item.update(changes)
            for name in [name for name, value in item.items() if value is None]:
                del item[name]
            return new
    raise Impossible(_("その行はもうありません。一覧からやり直してください。"))


def add_item(record: Record, part: str, item: Mapping[str, Any]) -> dict[str, Any]:
    """Add an entry at the end of a list."""
    new = copy.deepcopy(dict(record))
    items = new.setdefault(part, [])
    if any(old["id"] == item["id"] for old in items):
        raise Impossible(_("同じIDの行があります。ほかのIDにしてください。"))
    items.append(dict(item))
    return new


def remove_item(record: Record, part: str, item_id: str) -> dict[str, Any]:
    """Take an entry out of a list; an entry that is not there changes nothing."""
    new = copy.deepcopy(dict(record))
    new[part] = [item for item in new.get(part) or () if item["id"] != item_id]
    return new


def move_item(record: Record, part: str, item_id: str, step: int) -> dict[str, Any]:
    """Move an entry of a list up (-1) or down (1)."""
    new = copy.deepcopy(dict(record))
    items = new.get(part) or []
    place = next((number for number, item in enumerate(items) if item["id"] == item_id), -1)
    if place >= 0 and 0 <= place + step < len(items):
        items[place], items[place + step] = items[place + step], items[place]
    return new


def set_clock(record: Record, periods: Mapping[str, tuple[int, str] | None], more: Mapping[str, Any]) -> dict[str, Any]:
    """Set the periods (`online`, `paper`: days and unit) and other values of the clock; None takes a value away."""
    new = copy.deepcopy(dict(record))
    clock = new["clock"]
    for name, period in periods.items():
        clock[name] = None if period is None else {"days": period[0], "unit": period[1]}
    clock.update(more)
    new["clock"] = {name: value for name, value in clock.items() if value is not None}
    return new


def number_of(text: str, *, least: int, most: int) -> int:
    """Return a whole number within bounds; raise `Impossible` for anything else."""
    if not text.isdecimal() or len(text) > 9 or not least <= int(text) <= most:
        raise Impossible(
            _("数字を読み取れません。%(least)sから%(most)sまでの整数で入力してください。")
            % {"least": least, "most": most}
        )
    return int(text)


def choice_of(text: str, choices: Sequence[str]) -> str:
    """Return one of the choices; raise `Impossible` for another text."""
    if text not in choices:
        raise Impossible(_("選べない値が送られました。並んでいる中から選んでください。"))
    return text
