"""What a draft holds, as one sealed value bound to its row: answers, chosen children, pages sent.

It knows the form of a draft's content, never a question or a rule.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from madoguchi.core import sealed_rows, vault

ONE_CHILD = ""
"""Under this name `wards` keeps the child that the questions about one child are about."""


@dataclass(frozen=True, slots=True)
class Content:
    """The content of one draft. Values are replaced, never changed in place."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    wards: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Group key → person id of the chosen child per item, empty for an item that was typed."""
    saved: Mapping[str, int] = field(default_factory=dict)
    """Page id → number of the draft when it was last sent. On a page that was sent nothing is offered again."""
    shown: Mapping[str, Any] = field(default_factory=dict)
    """Path → verified value as the person last saw it."""
    told: tuple[str, ...] = ()
    """Labels of questions whose answers a new version of a procedure dropped, until the person has seen it."""

    def with_answers(self, answers: Mapping[str, Any]) -> "Content":
        """Return the content with other answers."""
        return replace(self, answers=dict(answers))


def context_of(row: Any) -> str:
    """Return what the sealed content of a draft is bound to."""
    return f"applications.draft:{row.pk}"


def put(row: Any, content: Content, *, sealer: vault.Sealer | None = None) -> None:
    """Seal content into a draft that is saved afterwards."""
    plain = {
        "answers": dict(content.answers),
        "wards": {key: list(ids) for key, ids in content.wards.items()},
        "saved": dict(content.saved),
        "shown": dict(content.shown),
        "told": list(content.told),
    }
    sealed_rows.put(row, json.dumps(plain, ensure_ascii=False).encode(), context=context_of(row), sealer=sealer)


def content_of(row: Any) -> Content:
    """Return the content of a draft, empty once it was removed; raise `vault.VaultError` when it does not open."""
    if row.sealed is None:
        return Content()
    plain = json.loads(sealed_rows.plain_of(row, context=context_of(row)))
    return Content(
        answers=plain["answers"],
        wards={key: tuple(ids) for key, ids in plain["wards"].items()},
        saved=plain["saved"],
        shown=plain["shown"],
        told=tuple(plain["told"]),
    )
