"""Residents of one partition (a municipality) as vertical bits: one plane of 64-bit words per bit of each column.

Rows are sorted by birth, so that every age becomes a prefix of rows; birth days that are not known stand last. The frame
that comes in is that of the Polars back end (one row per member, whole households, children eldest first).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from madoguchi.engines.eligibility.columnar import kernels
from madoguchi.engines.eligibility.explain import BIRTH
from madoguchi.engines.eligibility.plans import HOUSEHOLD, PERSON

if TYPE_CHECKING:
    import polars as pl

Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
EPOCH = date(1970, 1, 1).toordinal()
ALWAYS, NEVER = -1, -2
_UNKNOWN_BIRTH = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True)
class Column:
    """Where a column's bits stand: `bits` planes from `first`, `known` the plane of known rows (−1 = all are).

    A row's bits are its value minus `offset`, or its code for texts; zero where it is not known.
    """

    first: int
    bits: int
    known: int
    offset: int
    codes: Mapping[str, int] | None
    greatest: int = 0
    """The greatest value of any row, in the column's own counting."""

    def local(self, value: object) -> int | None:
        """Return a literal in the column's own counting; None when no row can have it."""
        if self.codes is not None:
            return self.codes.get(str(value))
        if isinstance(value, date):
            return value.toordinal() - EPOCH - self.offset
        if not isinstance(value, int):
            raise TypeError(f"{value!r} is compared with a column of numbers. Compare it with a number, truth or date.")
        return int(value) - self.offset

    @property
    def most(self) -> int:
        """Return the greatest value that fits, in the column's own counting."""
        return (1 << self.bits) - 1


@dataclass(frozen=True, slots=True)
class Residents:
    """One partition. Arrays are indexed by row (sorted by birth) unless they say otherwise."""

    municipality: str | None
    size: int
    planes: Words
    """planes × words"""
    columns: Mapping[str, Column]
    births: NDArray[np.int32]
    """Days since 1970 of the rows whose birth is known, ascending; the other rows follow."""
    persons: Ints
    households: NDArray[np.int32]
    """Household number, counted from 0 within the partition."""
    starts: NDArray[np.int32]
    """Where each household's members begin in `members`; one more than there are households."""
    members: NDArray[np.int32]
    """Rows by household, in the order of the frame."""

    @property
    def words(self) -> int:
        """Return the number of 64-bit words of one plane."""
        return int(self.planes.shape[1])

    def highest(self, name: str) -> int | None:
        """Return the greatest value of a whole-number column, None when there is no such column."""
        column = self.columns.get(name)
        return None if column is None or column.codes is not None else column.offset + column.greatest

    def rows_of(self, bits: Words) -> Ints:
        """Return the row numbers of the set bits of one plane, in order."""
        flags = np.unpackbits(bits.view(np.uint8), bitorder="little")[: self.size]
        return np.flatnonzero(flags)

    @classmethod
    def from_frame(
        cls, frame: "pl.DataFrame", *, municipality: str | None = None, columns: Collection[str] | None = None
    ) -> "Residents":
        """Pack a frame; `columns` leaves out what no condition reads. Raise ValueError where a key column is missing."""
        for name in (HOUSEHOLD, PERSON):
            if name not in frame.columns:
                raise ValueError(
                    f"The residents have no column {name}. Give every row a household and a person number."
                )
        order, births = _by_birth(frame)
        households, starts, members = _households(frame[HOUSEHOLD].to_numpy(), order)
        wanted = [n for n in frame.columns if n not in (HOUSEHOLD, PERSON, BIRTH) and (columns is None or n in columns)]
        packer = _Packer(frame.height)
        for name in wanted:
            packer.add(name, frame[name].gather(order))
        if BIRTH in frame.columns:
            packer.add_known(BIRTH, len(births))
        persons = frame[PERSON].to_numpy()[order].astype(np.int64)
        planes = packer.planes()
        return cls(municipality, frame.height, planes, packer.columns, births, persons, households, starts, members)


def _by_birth(frame: "pl.DataFrame") -> tuple[Ints, NDArray[np.int32]]:
    """Return the order of rows by birth and the known births in that order."""
    if BIRTH not in frame.columns:
        return np.arange(frame.height), np.empty(0, dtype=np.int32)
    births = frame[BIRTH].to_physical().fill_null(_UNKNOWN_BIRTH).to_numpy()
    order = np.argsort(births, kind="stable")
    known = frame.height - frame[BIRTH].null_count()
    return order, births[order][:known].astype(np.int32)


def _households(numbers: Ints, order: Ints) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Return each row's household, where households begin, and the rows by household."""
    _, local, sizes = np.unique(numbers, return_inverse=True, return_counts=True)
    place = np.empty(len(order), dtype=np.int32)
    place[order] = np.arange(len(order), dtype=np.int32)
    members = place[np.argsort(local, kind="stable")]
    starts = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)
    return local[order].astype(np.int32), starts, members


class _Packer:
    """Collects planes column by column."""

    def __init__(self, size: int) -> None:
        self.size = size
        self.words = (size + 63) // 64
        self.columns: dict[str, Column] = {}
        self._parts: list[Words] = []
        self._count = 0

    def add(self, name: str, series: "pl.Series") -> None:
        """Pack one column; a column without any value is not there."""
        nulls = series.null_count()
        if nulls == len(series):
            return
        values, offset, codes = _plain(series)
        greatest = int(values.max())
        bits = greatest.bit_length()
        known = ALWAYS if nulls == 0 else self._append(series.is_not_null().to_numpy().astype(np.int64), 1)
        self.columns[name] = Column(self._append(values, bits), bits, known, offset, codes, greatest)

    def add_known(self, name: str, count: int) -> None:
        """Add a column of which only that it is known matters: true for the first `count` rows."""
        known = ALWAYS
        if count < self.size:
            known = self._append((np.arange(self.size) < count).astype(np.int64), 1)
        self.columns[name] = Column(0, 0, known if count else NEVER, 0, None)

    def planes(self) -> Words:
        """Return all planes; at least one row, so that kernels always have something to index."""
        return np.concatenate(self._parts) if self._parts else np.zeros((1, max(self.words, 1)), dtype=np.uint64)

    def _append(self, values: Ints, bits: int) -> int:
        planes = np.zeros((bits, self.words), dtype=np.uint64)
        kernels.pack(values, planes)
        self._parts.append(planes)
        self._count += bits
        return self._count - bits


def local_values(column: Column, series: "pl.Series") -> Ints:
    """Return new values in a packed column's own counting: −1 unknown, above `most` where one does not fit."""
    import polars as pl

    if column.codes is not None:
        words = series.cast(pl.String).to_list()
        found = [-1 if word is None else column.codes.get(word, column.most + 1) for word in words]
        return np.array(found, dtype=np.int64)
    numbers = series.to_physical().cast(pl.Int64).to_list()
    local = (None if number is None else number - column.offset for number in numbers)
    return np.array([-1 if n is None else n if n >= 0 else column.most + 1 for n in local], dtype=np.int64)


def _plain(series: "pl.Series") -> tuple[Ints, int, dict[str, int] | None]:
    """Return whole numbers from 0 (0 where not known), what was subtracted, and the codes of texts."""
    import polars as pl

    codes = None
    if isinstance(series.dtype, pl.String | pl.Enum | pl.Categorical):
        words = series.cast(pl.String)
        labels = words.drop_nulls().unique(maintain_order=True).to_list()
        codes = {label: code for code, label in enumerate(labels)}
        series = words.cast(pl.Enum(labels)).to_physical()
    numbers: Any = series.to_physical().cast(pl.Int64)
    offset = 0 if codes is not None or series.dtype == pl.Boolean else int(numbers.min())
    return (numbers - offset).fill_null(0).to_numpy(), offset, codes
