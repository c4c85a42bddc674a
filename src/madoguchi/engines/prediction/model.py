"""What was learnt, as plain values that can be kept as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

Row = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """A procedure or an office: finished cases behind it, its place in log days, its shares not ended by edge of the grid.

    An empty row means: too few of its own, the row of the group around it holds.
    """

    n: int
    location: float
    row: Row = ()


@dataclass(frozen=True, slots=True)
class Model:
    """All that `predict` needs. Effects are in log days; nothing in it tells of a single case."""

    as_of: int
    level: float
    half_life: float
    """Days after which a case weighs half."""
    levels: dict[str, tuple[float, float, float]]
    """For a fresh, a waiting and a corrected case: where low, middle and high lie in its distribution."""
    overall: Group
    procedures: dict[str, Group]
    offices: dict[str, dict[str, Group]]
    """Procedure → organisation."""
    corrected: dict[str, Row]
    usual_pause: dict[str, int]
    """Middle number of paused days of corrected cases, by procedure."""
    channel: dict[str, float]
    month: tuple[float, ...]
    weekday: tuple[float, ...]
    load: float
    usual_load: dict[str, float]
    """Mean log of 1 + load, by organisation; the key "" holds for organisations that are not known."""

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> "Model":
        """Return the model that `to_dict` wrote, also after JSON has made lists of tuples."""
        values = dict(data)
        return cls(
            **values
            | {
                "levels": {state: (low, middle, high) for state, (low, middle, high) in data["levels"].items()},
                "overall": _group(data["overall"]),
                "procedures": {name: _group(item) for name, item in data["procedures"].items()},
                "offices": {
                    name: {office: _group(item) for office, item in items.items()}
                    for name, items in data["offices"].items()
                },
                "corrected": {name: tuple(row) for name, row in data["corrected"].items()},
                "month": tuple(data["month"]),
                "weekday": tuple(data["weekday"]),
            }
        )


def _group(data: Mapping[str, Any]) -> Group:
    return Group(data["n"], data["location"], tuple(data["row"]))
