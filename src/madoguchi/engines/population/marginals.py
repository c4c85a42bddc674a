"""The published table: residents by municipality, sex, nationality and five-year band; and a smaller one of its shape."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BANDS = tuple(range(0, 105, 5))
"""First age of each band; the last is open."""
Cell = tuple[str, str]
"""(sex, nationality) in the table's words."""


class PopulationError(ValueError):
    """A population that cannot be made: what, why, what to do."""


@dataclass(frozen=True, slots=True)
class Marginals:
    """Municipality code → (sex, nationality) → residents per band."""

    table: Mapping[str, Mapping[Cell, NDArray[np.int64]]]

    @property
    def total(self) -> int:
        """Return the number of residents."""
        return int(sum(counts.sum() for cells in self.table.values() for counts in cells.values()))


def scaled(marginals: Marginals, size: int) -> Marginals:
    """Return a table with exactly `size` residents: largest remainders decide the rounding."""
    total = marginals.total
    if not 0 < size <= total:
        raise PopulationError(f"The size must lie between 1 and {total:,}; {size:,} was asked. Choose another --size.")
    if size == total:
        return marginals
    keys = [(code, cell) for code, cells in sorted(marginals.table.items()) for cell in sorted(cells)]
    flat = np.concatenate([marginals.table[code][cell] for code, cell in keys])
    exact = flat * (size / total)
    counts = np.floor(exact).astype(np.int64)
    order = np.argsort(-(exact - counts), kind="stable")
    counts[order[: size - int(counts.sum())]] += 1
    table: dict[str, dict[Cell, NDArray[np.int64]]] = {}
    for place, (code, cell) in enumerate(keys):
        table.setdefault(code, {})[cell] = counts[place * len(BANDS) : (place + 1) * len(BANDS)]
    return Marginals(table)
