"""What residents chose, as the planner asks for it; and invented choices for synthetic residents (合成データ)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
_LARGEST = float(2**64)


@dataclass(frozen=True, slots=True)
class Chosen:
    """Choices in columns: agreed to be told, topics as bits, days over which a first message may wait."""

    agreed: NDArray[np.bool_]
    topics: NDArray[np.uint32]
    spread: NDArray[np.int32]


class Preferences(Protocol):
    """Answers what persons chose, by their numbers."""

    def of(self, persons: Ints) -> Chosen:
        """Return what these persons chose, in their order."""
        ...


@dataclass(frozen=True, slots=True)
class SyntheticPreferences:
    """Choices drawn from shares; invented, and the same for a person every time. No relation to anybody's real choice."""

    agree: float
    """Share of residents who agreed to be told."""
    topics: Mapping[int, float]
    """Bit of a topic (0 to 31) → share of those who agreed that chose it."""
    spread: int
    """First messages are spread over so many days (`Policy.spread`)."""
    seed: int = 1

    def of(self, persons: Ints) -> Chosen:
        """Return the drawn choices of these persons."""
        topics = np.zeros(len(persons), np.uint32)
        for bit, share in self.topics.items():
            topics |= (self._drawn(persons, bit + 2) < share).astype(np.uint32) << np.uint32(bit)
        days = max(self.spread, 1)
        spread = np.minimum(self._drawn(persons, 1) * days, days - 1).astype(np.int32)
        return Chosen(self._drawn(persons, 0) < self.agree, topics, spread)

    def _drawn(self, persons: Ints, number: int) -> NDArray[np.float64]:
        """Return an even number from 0 to 1 for each person, by mixing her number with the seed."""
        mixed = persons.astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        mixed += np.uint64((self.seed * 64 + number + 1) * 0xD1342543DE82EF95 % 2**64)
        for shift, factor in ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB)):
            mixed = (mixed ^ (mixed >> np.uint64(shift))) * np.uint64(factor)
        result: NDArray[np.float64] = (mixed ^ (mixed >> np.uint64(31))).astype(np.float64) / _LARGEST
        return result
