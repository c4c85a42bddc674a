"""What one rule has found on the page, before it is compared with the record; and what all rules know of the page."""

from dataclasses import dataclass, field
from datetime import date

from madoguchi.engines.revising.dates import fiscal_year
from madoguchi.engines.revising.layout import Unit
from madoguchi.engines.revising.model import Field, Value
from madoguchi.engines.revising.standing import Standing


@dataclass(frozen=True, slots=True)
class Found:
    """One value with the words behind it. `why` makes it a doubt; `old` is what the page itself says held before."""

    field: Field
    value: Value
    unit: Unit
    start: int
    end: int
    confidence: float = 0.8
    label: str = ""
    why: str = ""
    standing: Standing = Standing.NOW
    old: Value = None
    removed: bool = False

    def place(self) -> tuple[int, int]:
        """Return the stretch of the page."""
        return self.unit.origin(self.start, self.end)


@dataclass(frozen=True, slots=True)
class Scene:
    """The part of the page that is about the programme, and the days that matter."""

    units: tuple[Unit, ...]
    today: date
    read_on: date
    title: str = ""
    fiscal: int | None = None
    """The 年度 that the page's title, its first heading or its stamp names."""
    names: tuple[str, ...] = field(default=())

    def fiscal_of(self, unit: Unit) -> int | None:
        """Return the 年度 that holds for a unit: its own headings first, then the page's."""
        for heading in (unit.column, unit.row, *reversed(unit.headings)):
            year = fiscal_year(heading) if heading else None
            if year is not None:
                return year
        return self.fiscal
