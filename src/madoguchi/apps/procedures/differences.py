"""What differs between two records, as lines that staff can read: where, before, after.

Lists whose entries have ids are compared entry by entry, so that a field moved or added is said as such.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.apps.procedures import safeyaml

IGNORED = frozenset({"version"})
MAX_LINES = 500


@dataclass(frozen=True, slots=True)
class Difference:
    """One change: where, what stood there, what stands there now; None for nothing."""

    place: str
    old: str | None
    new: str | None


def differences(old: Mapping[str, Any] | None, new: Mapping[str, Any]) -> list[Difference]:
    """Return the changes from one record to another in the order of the new one; all of it when there is no old one."""
    return [item for item, _number in zip(_between((), old or {}, new), range(MAX_LINES), strict=False)]


def _between(place: tuple[str, ...], old: Any, new: Any) -> Iterator[Difference]:
    if old == new:
        return
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for name in [*new, *(name for name in old if name not in new)]:
            if place or name not in IGNORED:
                yield from _between((*place, str(name)), old.get(name), new.get(name))
    elif _named(old) and _named(new):
        yield from _lists(place, old, new)
    else:
        yield Difference(_words(place), _said(old), _said(new))


def _named(value: Any) -> bool:
    """Tell whether every entry of a list has a name of its own."""
    if not isinstance(value, list) or not value:
        return False
    names = [_name(item) for item in value]
    return all(names) and len(set(names)) == len(names)


def _name(item: Any) -> str:
    if isinstance(item, Mapping):
        return str(item.get("id") or item.get("use") or item.get("value") or "")
    return item if isinstance(item, str) else ""


def _lists(place: tuple[str, ...], old: Sequence[Any], new: Sequence[Any]) -> Iterator[Difference]:
    before, after = {_name(item): item for item in old}, {_name(item): item for item in new}
    for name, item in after.items():
        if name not in before:
            yield Difference(_words((*place, name)), None, _said(item))
        else:
            yield from _between((*place, name), _whole(before[name]), _whole(item))
    for name, item in before.items():
        if name not in after:
            yield Difference(_words((*place, name)), _said(item), None)
    kept_before, kept_after = [n for n in before if n in after], [n for n in after if n in before]
    if kept_before != kept_after:
        yield Difference(_words((*place, "order")), "、".join(kept_before), "、".join(kept_after))


def _whole(item: Any) -> Any:
    """Return a field named by its plain key as the mapping that means the same."""
    return {"use": item} if isinstance(item, str) else item


def _said(value: Any) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    return safeyaml.write(value).strip() if isinstance(value, (dict, list)) else str(value)


def _words(place: Sequence[str]) -> str:
    names = _names()
    return " › ".join(names.get(part, part) for part in place)


def _names() -> dict[str, str]:
    return {
        "name": _("名称"), "summary": _("概要"), "office": _("担当窓口"), "law": _("根拠法令"), "form": _("様式"),
        "pages": _("ページ"), "fields": _("項目"), "title": _("見出し"), "label": _("項目名"), "hint": _("説明"),
        "required": _("必須"), "show_if": _("表示する条件"), "order": _("順番"), "rules": _("全体の確認"),
        "documents": _("書類"), "fees": _("手数料"), "deadline": _("期限"), "clock": _("標準処理期間"),
        "paper": _("紙の様式"), "online": _("オンライン"), "checks": _("審査の確認"), "decision": _("決定"),
        "effective_from": _("この日から有効"), "retention_years": _("保存年数"), "level": _("本人確認の強さ"),
        "own_fields": _("この手続きだけの項目"), "ja": _("日本語"), "en": _("英語"), "easy": _("やさしい日本語"),
        "days": _("日数"), "unit": _("単位"), "options": _("選択肢"), "letter": _("通知書"),
    }  # fmt: skip
