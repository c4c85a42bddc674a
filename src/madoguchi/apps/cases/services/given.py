"""What callers hand in, made sound: texts with a limit, values of a decision. Raises `Invalid` that names the field."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from madoguchi.apps.cases import words
from madoguchi.apps.cases.contracts import Invalid, Refusal
from madoguchi.apps.cases.machine import ADVERSE
from madoguchi.apps.people import api as people
from madoguchi.core.jsonable import plain

MAX_TEXT = 4_000
MAX_VALUES = 30
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def text_of(text: str, field: str, *, required: bool = True) -> str:
    """Return a text trimmed and without individual numbers; raise `Invalid` when it is empty or too long."""
    kept = words.clean(_CONTROL.sub("", text.replace("\r\n", "\n")))
    if required and not kept:
        raise Invalid(Refusal("text_missing", {"field": field}))
    if len(kept) > MAX_TEXT:
        raise Invalid(Refusal("text_too_long", {"field": field, "most": MAX_TEXT}))
    return kept


def answers_of(changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return answers as JSON values without individual numbers, at any depth."""
    return {key: _clean(value) for key, value in plain(changes).items()}


def _clean(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _clean(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_clean(item) for item in value]
    return people.without_individual_numbers(value) if isinstance(value, str) else value


def outcome_of(outcome: str, outcomes: Sequence[str]) -> str:
    """Return an outcome that the procedure knows."""
    if outcome not in outcomes:
        raise Invalid(Refusal("bad_outcome", {"field": "outcome", "outcomes": list(outcomes)}))
    return outcome


def reasons_of(record: Mapping[str, Any], outcome: str, reasons: Sequence[str], text: str) -> list[str]:
    """Return the ids of the refusal reasons; an adverse outcome needs one of them or a text (行政手続法 第8条)."""
    known = [item["id"] for item in (record.get("decision") or {}).get("refusal_reasons") or ()]
    strange = [item for item in reasons if item not in known]
    if strange:
        raise Invalid(Refusal("bad_reason", {"field": "reasons", "reasons": strange}))
    if outcome in ADVERSE and not reasons and not text:
        raise Invalid(Refusal("no_reason", {"field": "reasons"}))
    return [item for item in known if item in reasons]


def values_of(values: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the values of a decision: texts, whole numbers, dates; `amount` in yen, `from` ≤ `until` as ISO days."""
    kept: dict[str, Any] = plain(values or {})
    if len(kept) > MAX_VALUES or not all(isinstance(item, str | int | bool | None) for item in kept.values()):
        raise Invalid(Refusal("bad_values", {"field": "values"}))
    amount = kept.get("amount")
    if amount is not None and (isinstance(amount, bool) or not isinstance(amount, int) or amount < 0):
        raise Invalid(Refusal("bad_amount", {"field": "amount"}))
    days = {name: _day(kept[name], name) for name in ("from", "until") if kept.get(name)}
    if len(days) == 2 and days["until"] < days["from"]:
        raise Invalid(Refusal("until_before_from", {"field": "until"}))
    return kept


def _day(value: Any, field: str) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise Invalid(Refusal("bad_date", {"field": field})) from None
