"""The small builder of conditions: rows of field, operator, value, all or any of which must hold.

A condition of another shape is not taken apart: the builder says so, and the expert way (YAML) is used instead.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.apps.procedures.editing.pages import Impossible

OPERATORS = ("is", "is_not", "known", "at_least", "at_most")
ROWS = 3
"""Empty rows that are offered."""


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison as text."""

    field: str = ""
    operator: str = "is"
    value: str = ""


@dataclass(frozen=True, slots=True)
class Builder:
    """A condition as rows; `mode` is always | never | all | any | other (too rich for rows)."""

    mode: str
    rows: tuple[Row, ...] = ()

    @property
    def offered(self) -> tuple[Row, ...]:
        """Return the rows and empty ones to fill."""
        return (*self.rows, *(Row() for _unused in range(max(1, ROWS - len(self.rows)))))


def builder_of(condition: Any, default: bool = True) -> Builder:
    """Return a condition as rows; None stands for the default."""
    condition = default if condition is None else condition
    if isinstance(condition, bool):
        return Builder("always" if condition else "never")
    if isinstance(condition, Mapping) and len(condition) == 1 and ("all" in condition or "any" in condition):
        mode = "all" if "all" in condition else "any"
        rows = [_row(part) for part in condition[mode]]
        if all(rows):
            return Builder(mode, tuple(row for row in rows if row))
        return Builder("other")
    row = _row(condition)
    return Builder("all", (row,)) if row else Builder("other")


def _row(part: Any) -> Row | None:
    if not isinstance(part, Mapping):
        return None
    if set(part) == {"not"}:
        inner = _row(part["not"])
        return Row(inner.field, "is_not", inner.value) if inner and inner.operator == "is" else None
    operators = set(part) - {"field"}
    if "field" not in part or len(operators) != 1:
        return None
    operator = operators.pop()
    value = part[operator]
    if operator not in {"is", "known", "at_least", "at_most"} or isinstance(value, (dict, list)):
        return None
    if operator == "known" and value is not True:
        return None
    return Row(str(part["field"]), operator, _as_text(value))


def _as_text(value: Any) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def condition_of(mode: str, rows: Sequence[Row], kinds: Mapping[str, str]) -> Any:
    """Return the condition of the rows; `kinds` tells the kind of each field, so that values get their type.

    Rows without a field are left out. Raise `Impossible` for an unknown field, operator or mode, or a value that does not fit.
    """
    if mode in {"always", "never"}:
        return mode == "always"
    parts = [_part(row, kinds) for row in rows if row.field]
    if mode not in {"all", "any"} or not parts:
        raise Impossible(_("条件の行がありません。項目を選ぶか、「いつも」を選んでください。"))
    return parts[0] if len(parts) == 1 else {mode: parts}


def _part(row: Row, kinds: Mapping[str, str]) -> dict[str, Any]:
    if row.field not in kinds or row.operator not in OPERATORS:
        raise Impossible(_("条件の項目を読み取れません。選び直してください。"))
    if row.operator == "known":
        return {"field": row.field, "known": True}
    value = _typed(row.value.strip(), kinds[row.field])
    if row.operator == "is_not":
        return {"not": {"field": row.field, "is": value}}
    return {"field": row.field, row.operator: value}


def _typed(text: str, kind: str) -> Any:
    if not text:
        raise Impossible(_("条件の値が空です。値を入力してください。"))
    if kind == "yes_no":
        if text not in {"yes", "no", "はい", "いいえ"}:
            raise Impossible(_("この項目の値は yes か no です。"))
        return text in {"yes", "はい"}
    if kind in {"integer", "yen", "group"}:
        if not text.lstrip("-").isdecimal() or len(text) > 15:
            raise Impossible(_("この項目の値は整数です。数字で入力してください。"))
        return int(text)
    return text[:200]
