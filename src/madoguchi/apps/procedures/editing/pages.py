"""Changes to the pages and fields of a form: order, adding, removing, own words, when a field is shown and required.

Every function returns a new record and leaves the given one as it is. `Impossible` says why a change cannot be made.
"""

import copy
import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

Record = Mapping[str, Any]
KEY = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)*")
ID = re.compile(r"[a-z0-9][a-z0-9_-]*")
MAX_KEY = 100


class Impossible(Exception):
    """A change that cannot be made; the words say why and what to do."""


def key_of(use: Any) -> str:
    """Return the key of a field as a page names it: a plain key, or `use` with own words."""
    return str(use if isinstance(use, str) else use["use"])


def page_of(record: Record, page_id: str) -> dict[str, Any]:
    """Return a page of the record; raise `Impossible` when there is none."""
    for page in record["form"]["pages"]:
        if page["id"] == page_id:
            return dict(page)
    raise Impossible(_("そのページはもうありません。一覧からやり直してください。"))


def use_of(record: Record, page_id: str, key: str) -> dict[str, Any]:
    """Return how a page uses a field, always as a mapping with `use`; raise `Impossible` when it does not."""
    for use in page_of(record, page_id)["fields"]:
        if key_of(use) == key:
            return {"use": key} if isinstance(use, str) else dict(use)
    raise Impossible(_("その項目はもうありません。一覧からやり直してください。"))


def _changed(record: Record, page_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return a copy of the record and the page within it."""
    page_of(record, page_id)
    new = copy.deepcopy(dict(record))
    return new, next(page for page in new["form"]["pages"] if page["id"] == page_id)


def move_field(record: Record, page_id: str, key: str, step: int) -> dict[str, Any]:
    """Move a field up (-1) or down (1); from the end of a page it goes on to the next one."""
    new, page = _changed(record, page_id)
    use_of(record, page_id, key)
    names = [key_of(use) for use in page["fields"]]
    place = names.index(key)
    target = place + step
    if 0 <= target < len(names):
        page["fields"][place], page["fields"][target] = page["fields"][target], page["fields"][place]
        return new
    pages = new["form"]["pages"]
    other = pages.index(page) + step
    if not 0 <= other < len(pages):
        return new
    if len(names) == 1:
        raise Impossible(_("ページに項目が1つもなくなります。ページごと消すか、ほかの項目を先に足してください。"))
    use = page["fields"].pop(place)
    pages[other]["fields"].insert(0 if step > 0 else len(pages[other]["fields"]), use)
    return new


def remove_field(record: Record, page_id: str, key: str) -> dict[str, Any]:
    """Take a field off its page; a field that only this procedure has goes too."""
    new, page = _changed(record, page_id)
    use_of(record, page_id, key)
    if len(page["fields"]) == 1:
        raise Impossible(_("ページに項目が1つもなくなります。ページごと消すか、ほかの項目を先に足してください。"))
    page["fields"] = [use for use in page["fields"] if key_of(use) != key]
    own = new.get("own_fields", {})
    own.pop(key, None)
    if not own:
        new.pop("own_fields", None)
    return new


def add_field(record: Record, page_id: str, key: str) -> dict[str, Any]:
    """Add a field of the bank at the end of a page."""
    if key in fields_used(record):
        raise Impossible(_("その項目はもうこの様式にあります。ほかの項目を選んでください。"))
    new, page = _changed(record, page_id)
    page["fields"].append(key)
    return new


def add_own_field(record: Record, page_id: str, key: str, field: Mapping[str, Any]) -> dict[str, Any]:
    """Add a new field that only this procedure has, at the end of a page."""
    if not KEY.fullmatch(key) or len(key) > MAX_KEY:
        raise Impossible(_("項目の名前は、半角の英小文字、数字、下線と点で書いてください（例：shop.seats）。"))
    new = add_field(record, page_id, key)
    new.setdefault("own_fields", {})[key] = dict(field)
    return new


def set_use(record: Record, page_id: str, key: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change how a page uses a field: required, show_if, label, hint …; a value of None takes the change back."""
    new, page = _changed(record, page_id)
    use = {**use_of(record, page_id, key), **changes}
    use = {name: value for name, value in use.items() if value is not None}
    page["fields"] = [(use if len(use) > 1 else key) if key_of(old) == key else old for old in page["fields"]]
    return new


def fields_used(record: Record) -> list[str]:
    """Return the keys of all fields of the form in their order."""
    return [key_of(use) for page in record["form"]["pages"] for use in page["fields"]]


def add_page(record: Record, page_id: str, title: Mapping[str, str], key: str) -> dict[str, Any]:
    """Add a page at the end with its first field."""
    if not ID.fullmatch(page_id) or len(page_id) > MAX_KEY:
        raise Impossible(_("ページの名前は、半角の英小文字、数字、ハイフンで書いてください（例：children）。"))
    if any(page["id"] == page_id for page in record["form"]["pages"]):
        raise Impossible(_("同じ名前のページがあります。ほかの名前にしてください。"))
    if key in fields_used(record):
        raise Impossible(_("その項目はもうこの様式にあります。ほかの項目を選んでください。"))
    new = copy.deepcopy(dict(record))
    new["form"]["pages"].append({"id": page_id, "title": dict(title), "fields": [key]})
    return new


def set_page(record: Record, page_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Change title or show_if of a page; None takes show_if back."""
    new, page = _changed(record, page_id)
    page.update(changes)
    for name in [name for name, value in page.items() if value is None]:
        del page[name]
    return new


def move_page(record: Record, page_id: str, step: int) -> dict[str, Any]:
    """Move a page up (-1) or down (1)."""
    new, page = _changed(record, page_id)
    pages = new["form"]["pages"]
    place = pages.index(page)
    target = place + step
    if 0 <= target < len(pages):
        pages[place], pages[target] = pages[target], pages[place]
    return new


def remove_page(record: Record, page_id: str) -> dict[str, Any]:
    """Take a page with its fields off the form."""
    new, page = _changed(record, page_id)
    if len(new["form"]["pages"]) == 1:
        raise Impossible(_("様式には1ページ以上が必要です。"))
    new["form"]["pages"].remove(page)
    gone = {key_of(use) for use in page["fields"]}
    own = {key: field for key, field in new.pop("own_fields", {}).items() if key not in gone}
    return {**new, "own_fields": own} if own else new
