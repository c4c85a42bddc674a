"""Letters of cases: what they say, how they are kept, how anybody checks that one is genuine."""

from madoguchi.apps.cases.letters.keeping import STORE, keep, pdf_of, proof_of
from madoguchi.apps.cases.letters.writing import UPHELD, Made, Said, decision, decision_said, objection, sample

__all__ = [
    "STORE",
    "UPHELD",
    "Made",
    "Said",
    "decision",
    "decision_said",
    "keep",
    "objection",
    "pdf_of",
    "proof_of",
    "sample",
]
