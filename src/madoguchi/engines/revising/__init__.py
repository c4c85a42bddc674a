"""Compares a municipality's page with a registry record and proposes changes, each with its quotation from the page.

Rules only, no network and no clock; it decides nothing: staff accept or reject each change.
"""

from madoguchi.engines.revising.applying import apply
from madoguchi.engines.revising.asking import judge, question
from madoguchi.engines.revising.model import (
    CannotApplyError,
    Change,
    Confirmed,
    Doubt,
    Field,
    Kind,
    Page,
    Proposal,
    Refusal,
    Value,
)
from madoguchi.engines.revising.proposing import propose

__all__ = [
    "CannotApplyError", "Change", "Confirmed", "Doubt", "Field", "Kind", "Page", "Proposal", "Refusal", "Value",
    "apply", "judge", "propose", "question",
]  # fmt: skip
