"""Everything that is kept about a person as a document: the export of all rooms in words, for the PDF.

It shows whatever rooms export, also those it does not know, so that nothing is missing from the paper.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.core import pdf
from madoguchi.core.pdf import Block

MAX_DEPTH = 6


def labels() -> dict[str, str]:
    """Return the words for what this room exports; other rooms' names are shown as they are."""
    return {
        "people": _("あなたと世帯の記録"),
        "account": _("サインインの記録"),
        "consents": _("同意と、だれが見たかの記録"),
        "person": _("登録"),
        "facts": _("記録されている事実"),
        "household": _("世帯"),
        "role": _("続柄"),
        "since": _("いつから"),
        "known_since": _("登録した日時"),
        "other_members": _("ほかの世帯員"),
        "value": _("内容"),
        "source": _("出どころ"),
        "source_record": _("出どころの記録番号"),
        "verified": _("確認ずみ"),
        "method": _("方法"),
        "told_at": _("伝えられた日時"),
        "told_on": _("伝えられた日"),
        "holds_from": _("この日から"),
        "holds_until": _("この日まで"),
        "replaced_at": _("新しい記録に替わった日時"),
    }


def as_pdf(data: Mapping[str, Any], *, name: str, now: datetime, language: str) -> bytes:
    """Return the export of all rooms as an accessible PDF."""
    title = _("わたしの情報")
    blocks = [
        Block("title", title),
        Block("text", _("%(name)s さんについて、この基盤に記録されている情報のすべてです。") % {"name": name or "—"}),
        Block("text", _("作成：%(at)s") % {"at": now.strftime("%Y-%m-%d %H:%M")}),
    ]
    words = labels()
    for room, part in data.items():
        blocks.append(Block("heading", words.get(room, room)))
        blocks += _blocks(part, words, 0)
    return pdf.build(blocks, title=title, language=language, author="Madoguchi 窓口")


def _blocks(value: Any, words: Mapping[str, str], depth: int) -> Iterator[Block]:
    if depth > MAX_DEPTH:
        yield Block("detail", str(value))
    elif isinstance(value, Mapping):
        yield from _mapping(value, words, depth)
    elif isinstance(value, list):
        for item in value:
            yield from _blocks(item, words, depth + 1)
    else:
        yield Block("detail", in_words(value))


def _mapping(value: Mapping[str, Any], words: Mapping[str, str], depth: int) -> Iterator[Block]:
    if "attribute" in value:
        yield Block("subheading", str(value["attribute"]))
    for key, item in value.items():
        if key == "attribute" or item is None or item in ([], {}):
            continue
        label = words.get(key, key)
        if isinstance(item, Mapping | list) and not _is_flat(item):
            yield Block("subheading", label)
            yield from _blocks(item, words, depth + 1)
        else:
            yield Block("detail", f"{label}：{in_words(item)}")


def _is_flat(item: Any) -> bool:
    parts = item.values() if isinstance(item, Mapping) else item
    return not any(isinstance(part, Mapping | list) for part in parts)


def in_words(value: Any) -> str:
    """Return a plain value as a reader sees it."""
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if isinstance(value, list):
        return "、".join(in_words(item) for item in value) or _("なし")
    if isinstance(value, Mapping):
        return "、".join(f"{key} {in_words(item)}" for key, item in value.items())
    return "—" if value is None else str(value)
