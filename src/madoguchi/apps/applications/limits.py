"""Legal limits for the applicant: the last day, and how many days are left, from an answer or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from madoguchi.apps.applications.known import value_at
from madoguchi.core.closing_days import calendar_of
from madoguchi.engines.calendars import days_left, last_day, read_limit


@dataclass(frozen=True, slots=True)
class Deadline:
    """The last day on which something may be filed. `days_left` is negative when it has passed."""

    last: date | None
    """None while the day from which it runs is not known."""
    days_left: int
    text: Mapping[str, str]
    consequence: Mapping[str, str]
    law: str

    @property
    def is_near(self) -> bool:
        """Tell whether a week or less is left."""
        return self.last is not None and self.days_left <= 7


def deadline_of(
    record: Mapping[str, Any] | None, answers: Mapping[str, Any], organisation_id: str, *, today: date
) -> Deadline | None:
    """Return the limit of a record in the pack's form, None when there is none. `organisation_id` gives the open days."""
    if not record:
        return None
    event = _day(value_at(answers, record["event"]))
    text, consequence = record.get("text") or {}, record.get("consequence") or {}
    if event is None:
        return Deadline(None, 0, text, consequence, record.get("law", ""))
    last = last_day(event, read_limit(record), calendar_of(organisation_id))
    return Deadline(last, days_left(last, today), text, consequence, record.get("law", ""))


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
