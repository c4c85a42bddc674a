"""Reads the eligibility text of a registry record into a proposed condition, piece by piece with the words behind it.

Rules and dictionaries only; it refuses to decide: staff accept each piece, and what no rule can say stays 要確認.
"""

from madoguchi.engines.eligibility.reading.proposal import (
    AgeLimit,
    AgeSource,
    Check,
    Contradiction,
    Ignored,
    Origin,
    Piece,
    Proposal,
    Reason,
    Record,
    Relation,
    Sense,
    Span,
    TextField,
)
from madoguchi.engines.eligibility.reading.reader import read

__all__ = [
    "AgeLimit", "AgeSource", "Check", "Contradiction", "Ignored", "Origin", "Piece", "Proposal", "Reason", "Record",
    "Relation", "Sense", "Span", "TextField", "read",
]  # fmt: skip
