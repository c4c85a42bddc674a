"""What a rule finds in a text: a stretch, the tests it stands for, or the class of a clause left to a person.

`gather` runs rules in order; a stretch that one rule has taken is not looked at by the next. Knows no meaning itself.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from madoguchi.engines.eligibility.reading.proposal import Record, Sense
from madoguchi.engines.eligibility.types import Op, Subject, Vocabulary


class Family(StrEnum):
    """Tests of one family that stand side by side are alternatives (愛の手帳、身体障害者手帳)."""

    AGE = "age"
    PLACE = "place"
    CERTIFICATE = "certificate"
    NEED = "need"
    MATERNITY = "maternity"
    CAUSE = "cause"
    DUTY = "duty"
    COUNT = "count"
    SCHOOL = "school"
    FACILITY = "facility"
    HEALTH = "health"
    MONEY = "money"
    FAMILY = "family"
    REVIEW = "review"


class Side(StrEnum):
    """Which end of an age range."""

    LOWER = "lower"
    UPPER = "upper"


class Scale(StrEnum):
    """How an age is said."""

    YEARS = "年齢"
    MONTHS = "月齢"
    FISCAL = "年度年齢"


@dataclass(frozen=True, slots=True)
class Bound:
    """One bound of an age. `loose` bounds (まで, school years) may differ from a structured one by a unit."""

    side: Side
    scale: Scale
    op: Op
    number: int
    loose: bool = False

    def test(self) -> str:
        """Return the bound as a condition."""
        return f"{self.scale} {self.op} {self.number}"

    def months(self) -> int:
        """Return the bound in months, an upper one as the first month outside."""
        beyond = 1 if self.op in (Op.LE, Op.GT, Op.EQ) and not (self.op is Op.EQ and self.side is Side.LOWER) else 0
        months = (self.number + beyond) * (1 if self.scale is Scale.MONTHS else 12)
        return months - 12 if self.scale is Scale.FISCAL and self.side is Side.LOWER else months


@dataclass(frozen=True, slots=True)
class Hit:
    """A stretch [start, end) of the folded text. `tests` are alternatives, `category` is the class of a 要確認.

    Both together: the tests OR a person's judgement. `bounds` are those of an age and take the place of `tests`.
    """

    start: int
    end: int
    family: Family
    rule: str
    tests: tuple[str, ...] = ()
    bounds: tuple[Bound, ...] = ()
    category: str | None = None
    confidence: float = 0.9
    word_only: bool = False
    """An age word that counts only where nothing else gives an age (乳児, 幼児)."""
    scheme: str = ""
    sense: Sense | None = None
    now: bool = True
    settled: bool = False
    """The rule has looked at the negation itself."""
    for_child: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """What a rule may know besides the match: the folded text, whom the condition judges, the record, the names."""

    text: str
    subject: Subject
    record: Record
    vocabulary: Vocabulary
    schemes: tuple[str, ...] = ()
    title: str = ""

    def child(self, test: str) -> str:
        """Return a test about the child; of a household it is some member."""
        return f"存在(世帯員, {test})" if self.subject is Subject.HOUSEHOLD else test

    def adult(self, test: str) -> str:
        """Return a test about the parent, or the person who is judged."""
        return f"申請者.{test}"


Make = Callable[["re.Match[str]", Scene], Hit | None]


@dataclass(frozen=True, slots=True)
class Pattern:
    """One rule: a pattern and what its match means."""

    name: str
    pattern: "re.Pattern[str]"
    make: Make


@dataclass(slots=True)
class Taken:
    """Stretches that rules have taken already."""

    stretches: list[tuple[int, int]] = field(default_factory=list)

    def free(self, start: int, end: int) -> bool:
        """Tell whether nothing of the stretch is taken."""
        return all(end <= first or start >= last for first, last in self.stretches)

    def behind(self, place: int) -> int:
        """Return where the first stretch that ends after a place ends; the place itself when there is none."""
        return min((last for _, last in self.stretches if last > place), default=place)

    def take(self, start: int, end: int) -> None:
        """Take the stretch."""
        self.stretches.append((start, end))


def gather(patterns: Iterable[Pattern], scene: Scene, taken: Taken) -> list[Hit]:
    """Return what the patterns find in stretches that are still free, and take those."""
    found = []
    for rule in patterns:
        place = 0
        while match := rule.pattern.search(scene.text, place):
            place = max(match.end(), place + 1)
            if match.end() == match.start():
                continue
            if not taken.free(*match.span()):
                place = (
                    min(taken.behind(match.start()), place) if taken.behind(match.start()) > match.start() else place
                )
                continue
            hit = rule.make(match, scene)
            if hit is not None:
                taken.take(hit.start, hit.end)
                found.append(hit)
    return found


def says(
    name: str,
    pattern: str,
    family: Family,
    *tests: str,
    about: str = "",
    category: str | None = None,
    confidence: float = 0.9,
) -> Pattern:
    """Return a rule whose match always means the same. `about`: child, adult, or empty for tests as they stand."""

    def make(match: "re.Match[str]", scene: Scene) -> Hit:
        wrap = {"child": scene.child, "adult": scene.adult}.get(about, str)
        return Hit(
            match.start(),
            match.end(),
            family,
            name,
            tuple(wrap(test) for test in tests),
            category=category,
            confidence=confidence,
        )

    return Pattern(name, re.compile(pattern), make)


def listed(name: str, values: Sequence[str]) -> str:
    """Return `name = 'a'` or `name IN ('a', 'b')`."""
    if len(values) == 1:
        return f"{name} = '{values[0]}'"
    return f"{name} IN ({', '.join(repr(value) for value in values)})"
