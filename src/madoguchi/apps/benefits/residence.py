"""Who tells where recipients lived. Registers are joined to this room in `site/wiring.py`; nothing of theirs is known here."""

from datetime import datetime
from typing import Protocol

from madoguchi.apps.benefits.contracts import BenefitScheme, Residence


class ResidenceSource(Protocol):
    """What registers tell of one person for one benefit. Called outside of any transaction: each reading is logged."""

    def residence_of(
        self, terms: BenefitScheme, subject_id: str, *, case_reference: str, now: datetime
    ) -> Residence | None:
        """Return birth, stays in the area and death as known now; None when registers tell too little."""


class NoSource:
    """Before a source is registered nothing is told."""

    def residence_of(
        self, terms: BenefitScheme, subject_id: str, *, case_reference: str, now: datetime
    ) -> Residence | None:
        """Return None: nothing is known."""
        return None


_sources: list[ResidenceSource] = [NoSource()]


def register(source: ResidenceSource) -> None:
    """Name the source; called once when Django starts."""
    _sources[:] = [source]


def source() -> ResidenceSource:
    """Return the registered source."""
    return _sources[0]
