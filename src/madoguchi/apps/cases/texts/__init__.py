"""Words of the cases room in the reader's language: refusals, states, actions, outcomes, findings of checks."""

from madoguchi.apps.cases.texts.findings import aid, finding
from madoguchi.apps.cases.texts.names import (
    action,
    check_name,
    desk,
    field_label,
    outcome,
    party,
    result,
    standing,
    state,
)
from madoguchi.apps.cases.texts.refusals import explained, refusal
from madoguchi.apps.cases.texts.status import (
    Turn,
    clearness,
    days_left,
    holder,
    next_step,
    points,
    steps,
    trouble,
    turn,
)

__all__ = [
    "Turn",
    "action",
    "aid",
    "check_name",
    "clearness",
    "days_left",
    "desk",
    "explained",
    "field_label",
    "finding",
    "holder",
    "next_step",
    "outcome",
    "party",
    "points",
    "refusal",
    "result",
    "standing",
    "state",
    "steps",
    "trouble",
    "turn",
]
