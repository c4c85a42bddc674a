"""Words of the cases room in the reader's language: refusals, states, actions, outcomes, findings of checks."""

from madoguchi.apps.cases.texts.findings import aid, finding
from madoguchi.apps.cases.texts.names import action, check_name, field_label, outcome, party, result, standing, state
from madoguchi.apps.cases.texts.refusals import explained, refusal

__all__ = [
    "action",
    "aid",
    "check_name",
    "explained",
    "field_label",
    "finding",
    "outcome",
    "party",
    "refusal",
    "result",
    "standing",
    "state",
]
