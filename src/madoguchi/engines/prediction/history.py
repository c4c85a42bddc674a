"""What prediction reads and answers: past cases as columns, one case, one interval.

Days are ordinals (`date.toordinal()`), so that weekday and month follow from them.
"""

from dataclasses import dataclass, fields
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

Days = NDArray[np.int64]
Numbers = NDArray[np.float64]
Names = NDArray[np.str_]
Flags = NDArray[np.bool_]
Basis = Literal["office", "procedure", "all", "standard"]
OPEN = -1


class PredictionError(ValueError):
    """Columns or settings from which nothing can be learnt: what, why, what to do."""


@dataclass(frozen=True, slots=True)
class History:
    """Past cases, one row each; all columns have one length. Raises PredictionError.

    `load` is how many cases of the procedure lay open at the office when the case came in, `paused_days` how long it waited
    for the applicant so far, `correction` whether a correction was asked for so far.
    """

    started: Days
    finished: Days
    """The day of the decision, or OPEN (-1)."""
    procedure: Names
    organisation: Names
    channel: Names
    correction: Flags
    load: Days
    paused_days: Days

    def __post_init__(self) -> None:
        lengths = {column.name: len(getattr(self, column.name)) for column in fields(self)}
        if len(set(lengths.values())) > 1:
            raise PredictionError(f"The columns differ in length: {lengths}. Give one value per case in each.")
        closed = self.finished != OPEN
        if bool(np.any(closed & (self.finished < self.started))):
            row = int(np.argmax(closed & (self.finished < self.started)))
            raise PredictionError(f"Case {row} was finished before it was started. Correct its days or leave it out.")
        if bool(np.any(self.load < 0)) or bool(np.any(self.paused_days < 0)):
            raise PredictionError("A load or a number of paused days is below 0. Correct it or leave the case out.")

    def __len__(self) -> int:
        return len(self.started)

    def take(self, rows: Any) -> "History":
        """Return some of the cases (a mask, a slice or row numbers)."""
        return History(*(getattr(self, column.name)[rows] for column in fields(self)))


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it is known today; the columns of `History` in the singular."""

    procedure: str
    organisation: str
    channel: str
    started: int
    correction: bool = False
    load: int = 0
    paused_days: int = 0


@dataclass(frozen=True, slots=True)
class Interval:
    """Between which days a case should be finished, and on what that rests.

    `low`, `middle` and `high` are day ordinals; `n` is the number of finished cases behind them. A caller who has no
    prediction and shows the published period instead says so with the basis `standard`; `predict` never answers it.
    """

    low: int
    middle: int
    high: int
    n: int
    basis: Basis
