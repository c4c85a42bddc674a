"""What a condition is checked against: subject, names, tables, municipalities and the as-of days that are looked at.

Says who stands in the household that the search tries out; knows no programme and no clock.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import Node
from madoguchi.engines.eligibility.check.births import around, year_from
from madoguchi.engines.eligibility.scalar import MUNICIPALITY, Rulebook
from madoguchi.engines.eligibility.types import Op, Owner, Subject, Vocabulary

SELF, APPLICANT, HOUSEHOLD = "本人", "申請者", "世帯"
ELSEWHERE = "（区域外）"
"""A municipality that the pack does not have."""
OTHER = "（その他）"
OPPOSITE = {Op.EQ: Op.NE, Op.NE: Op.EQ, Op.LT: Op.GE, Op.GE: Op.LT, Op.GT: Op.LE, Op.LE: Op.GT}
MOST_MEMBERS = 6
"""People that are added to a household before the search gives up."""
LEAP_YEAR_START = date(2027, 4, 1)
"""Where no as-of day is given, a fiscal year with a 29 February is looked at."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What is known about the place of a condition. `area` holds municipality codes, None = everywhere."""

    subject: Subject | None = None
    vocabulary: Vocabulary = field(default_factory=lambda: Vocabulary({}))
    rulebook: Rulebook = field(default_factory=Rulebook)
    area: frozenset[str] | None = None
    first_day: date = LEAP_YEAR_START
    """The year from this day on is looked at."""
    last_day: date | None = None
    """Where given, only days from the first to this one are looked at."""

    def days(self, node: Node) -> tuple[date, ...]:
        """Return the as-of days to look at: the year, every day within a year of a fixed date of the tree, and the first
        day of each version of an income table that it names.
        """
        fixed = {part.day for part in ast.walk(node) if isinstance(part, ast.AsOf)}
        named = {part.table for part in ast.walk(node) if isinstance(part, ast.Limit)}
        tables = [table for name, table in self.rulebook.tables.items() if name in named]
        starts = {version.start for table in tables for version in table.versions}
        year = year_from(self.first_day)
        days = tuple(sorted({*year, *around(fixed), *starts})) if fixed or starts else year
        if self.last_day is None:
            return days
        return tuple(day for day in days if self.first_day <= day <= self.last_day) or (self.first_day,)

    def values(self, name: str, mentioned: frozenset[str]) -> frozenset[str | bool]:
        """Return every value that an attribute of words can have."""
        if name == MUNICIPALITY:
            known = self.vocabulary.municipalities | self.rulebook.municipalities | mentioned
            return frozenset({*known, ELSEWHERE}) if self.area is None else self.area
        attribute = self.vocabulary.attributes.get(name)
        return frozenset(attribute.values) if attribute and attribute.values else frozenset({*mentioned, OTHER})


@dataclass(frozen=True, slots=True)
class People:
    """Who lives in a household that is tried out: names of persons; the person judged may be one of the children."""

    judged: str
    children: tuple[str, ...] = ()
    others: tuple[str, ...] = ()

    def slot(self, owner: Owner, member: str) -> str:
        """Return who is meant by an owner."""
        if owner is Owner.MEMBER:
            return member
        return self.judged if owner is Owner.SELF else HOUSEHOLD if owner is Owner.HOUSEHOLD else APPLICANT

    @property
    def members(self) -> tuple[str, ...]:
        """Return everybody, the applicant first."""
        return (APPLICANT, *self.children, *self.others)


def people_for(node: Node, subject: Subject | None) -> Iterator[People]:
    """Yield the households to try, small ones first. More people than the lower bounds of counts ask for never help."""
    child = subject is Subject.CHILD or (subject is None and _names_a_child(node))
    grouped = any(isinstance(part, ast.Exists | ast.Every | ast.Count | ast.BirthOrder) for part in ast.walk(node))
    if not grouped:
        yield People(SELF, (SELF,)) if child else People(APPLICANT)
        return
    starts = [People(SELF, (SELF,))] if child else [People(APPLICANT)]
    if subject is Subject.PERSON or (subject is None and not child):
        starts.append(People(SELF, (SELF,)))
    most = min(MOST_MEMBERS, needed_members(node))
    for total in range(most + 1):
        for children in range(total, -1, -1):
            for start in starts:
                more = tuple(f"子{number + 1}" for number in range(children))
                others = tuple(f"世帯員{number + 1}" for number in range(total - children))
                yield People(start.judged, (*start.children, *more), others)


def needed_members(node: Node, holds: bool = True) -> int:
    """Return how many people the counts of a tree can ask for, so that it holds (or does not)."""
    match node:
        case ast.And(items) | ast.Or(items):
            needs = [needed_members(item, holds) for item in items]
            return sum(needs) if isinstance(node, ast.And) == holds else max(needs, default=0)
        case ast.Not(item):
            return needed_members(item, not holds)
        case ast.Exists():
            return int(holds)
        case ast.Every():
            return int(not holds)
        case ast.Count(_, _, op, number):
            return _least(op if holds else OPPOSITE[op], number)
        case ast.BirthOrder(_, op, number):
            return _least(op if holds else OPPOSITE[op], number - 1)
        case _:
            return 0


def _least(op: Op, number: int) -> int:
    """Return how many people make `count op number` true at the latest."""
    if op in (Op.LT, Op.LE):
        return 0
    return max(0, number + (op in (Op.GT, Op.NE)))


def _names_a_child(node: Node) -> bool:
    return any(
        isinstance(part, ast.BirthOrder) or Owner.APPLICANT in owners_of(part) or Owner.EITHER in owners_of(part)
        for part in ast.walk(node)
    )


def owners_of(part: Node) -> set[Owner]:
    """Return whose facts one atom looks at."""
    found = {getattr(part, "owner", None)}
    found |= {getattr(getattr(part, name, None), "owner", None) for name in ("attr", "by")}
    return {owner for owner in found if isinstance(owner, Owner)}
