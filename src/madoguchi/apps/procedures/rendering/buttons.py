"""The buttons of repeated groups, which work without JavaScript: `add` (value: the group), `remove` (value: `group[0]`)."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from madoguchi.apps.procedures.contracts import GroupButton
from madoguchi.engines.forms import Form

_ITEM = re.compile(r"([a-z][a-z0-9_.]{0,99})\[([0-9]{1,3})\]")


def group_button(form: Form, page_id: str, data: Mapping[str, Sequence[str]]) -> GroupButton | None:
    """Return which button of a group on this page was pressed, None for another one. `data` is name → list of texts."""
    groups = {key for key in form.page(page_id).fields if form.fields[key].group is not None}
    added = (data.get("add") or [""])[0]
    if added in groups:
        return GroupButton("add", added)
    removed = _ITEM.fullmatch((data.get("remove") or [""])[0])
    if removed and removed[1] in groups:
        return GroupButton("remove", removed[1], int(removed[2]))
    return None


def without_item(answers: Mapping[str, Any], button: GroupButton) -> dict[str, Any]:
    """Return the answers without the item that the button removes; unchanged when there is no such item."""
    items = list(answers.get(button.group) or [])
    if button.action == "remove" and 0 <= button.index < len(items):
        del items[button.index]
    return {**answers, button.group: items}
