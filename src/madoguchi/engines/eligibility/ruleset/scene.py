"""The persons of one household side by side, so that one whole number says for all of them what holds.

Column 0 is the applicant, then the children, a child who may exist but is not listed, the others, and a member who may
exist but is not listed. A truth per column is two bits: the lower half of the number says "true", the upper half says
"not false"; AND is `&`, OR is `|`, NOT swaps the halves. Knows no rule.
"""

from datetime import date, timedelta

from madoguchi.engines.eligibility import dates
from madoguchi.engines.eligibility.ast import Group, Measure
from madoguchi.engines.eligibility.facts import UNKNOWN_PERSON, Household, Person, Value
from madoguchi.engines.eligibility.rules import PersonVerdict, Role
from madoguchi.engines.eligibility.scalar import Case, Rulebook
from madoguchi.engines.eligibility.types import Subject, TableVersion, Truth

_AGE = {Measure.YEARS: dates.age_years, Measure.MONTHS: dates.age_months, Measure.FISCAL: dates.fiscal_age}
BIRTH = "生年月日"
SUBJECTS = tuple(Subject)


class Shape:
    """Which columns a household has: equal for all households with as many children and others, as completely listed."""

    def __init__(self, *, children: int, others: int, children_complete: bool, members_complete: bool) -> None:
        hidden_child, hidden_member = int(not children_complete), int(not members_complete)
        self.width = 1 + children + hidden_child + others + hidden_member
        self.all = (1 << self.width) - 1
        self.both = (1 << 2 * self.width) - 1
        self.unknown = self.all << self.width
        self.bits = [(1 | 1 << self.width) << column for column in range(self.width)]
        self.children = ((1 << children) - 1) << 1
        self.hidden_child = hidden_child << 1 + children
        self.others = ((1 << others) - 1) << 1 + children + hidden_child
        self.hidden_member = hidden_member << self.width - 1
        listed = 1 | self.children | self.others
        self.members = {Group.CHILDREN: self.children, Group.MEMBERS: listed}
        self.maybe = {Group.CHILDREN: self.hidden_child, Group.MEMBERS: self.hidden_member}
        of_subject = {
            Subject.HOUSEHOLD: 1,
            Subject.CHILD: self.children | self.hidden_child,
            Subject.PERSON: listed | self.hidden_child,
        }
        self.concerned = [of_subject[subject] for subject in SUBJECTS]
        self.roles = _roles(children, others, hidden_child=hidden_child, hidden_member=hidden_member)
        self.verdicts = [tuple(PersonVerdict(role, index, truth) for truth in Truth) for role, index in self.roles]

    def same(self, truth: int) -> int:
        """Return the number that says one truth for every column."""
        return (0, self.unknown, self.both)[truth]


def _roles(children: int, others: int, *, hidden_child: int, hidden_member: int) -> list[tuple[Role, int]]:
    return [
        (Role.APPLICANT, 0),
        *((Role.CHILD, index) for index in range(children)),
        *((Role.CHILD, -1),) * hidden_child,
        *((Role.OTHER, index) for index in range(others)),
        *((Role.OTHER, -1),) * hidden_member,
    ]


_shapes: dict[tuple[int, int, bool, bool], Shape] = {}


def shape_of(household: Household) -> Shape:
    """Return the shape of a household."""
    key = (
        len(household.children),
        len(household.others),
        household.children_complete,
        household.members_complete,
    )
    shape = _shapes.get(key)
    if shape is None:
        children, others, children_complete, members_complete = key
        shape = Shape(
            children=children,
            others=others,
            children_complete=children_complete,
            members_complete=members_complete,
        )
        if len(_shapes) < _MOST_SHAPES:
            _shapes[key] = shape
    return shape


_MOST_SHAPES = 1_000


class Scene:
    """One household on one day, column by column."""

    def __init__(self, household: Household, today: date, rulebook: Rulebook) -> None:
        self.household = household
        self.today = today
        self.rulebook = rulebook
        self.shape = shape_of(household)
        self.people = _columns(household)
        self.facts = [person.facts for person in self.people]
        self._values: dict[str, list[Value | None]] = {}
        self._ages: dict[Measure, list[int | None]] = {}
        self._eve: list[int | None] | None = None
        self._cases: list[Case] | None = None

    @property
    def cases(self) -> list[Case]:
        """Return what the scalar back end judges, one case per column."""
        if self._cases is None:
            self._cases = [Case(self.today, self.household, person, self.rulebook) for person in self.people]
        return self._cases

    def values(self, name: str) -> list[Value | None]:
        """Return one attribute of every column, None where it is not known."""
        found = self._values.get(name)
        if found is None:
            found = self._values[name] = [facts.get(name) for facts in self.facts]
        return found

    def ages(self, measure: Measure) -> list[int | None]:
        """Return the age of every column, None where no birth date is known."""
        found = self._ages.get(measure)
        if found is None:
            count, today = _AGE[measure], self.today
            found = [count(birth, today) if isinstance(birth, date) else None for birth in self.values(BIRTH)]
            self._ages[measure] = found
        return found

    def months_on_the_eve(self) -> list[int | None]:
        """Return the age in months that every column had on the day before."""
        if self._eve is None:
            eve = self.today - timedelta(days=1)
            births = self.values(BIRTH)
            self._eve = [dates.age_months(birth, eve) if isinstance(birth, date) else None for birth in births]
        return self._eve

    def table_version(self, name: str) -> TableVersion | None:
        """Return the version of an income table that is valid on the day."""
        table = self.rulebook.tables.get(name)
        return table.on(self.today) if table else None

    def on(self, day: date) -> "Scene":
        """Return the same household on another day."""
        other = Scene.__new__(Scene)
        other.household, other.today, other.rulebook = self.household, day, self.rulebook
        other.shape, other.people, other.facts = self.shape, self.people, self.facts
        other._values, other._ages, other._eve, other._cases = self._values, {}, None, None
        return other


def _columns(household: Household) -> list[Person]:
    return [
        household.applicant,
        *household.children,
        *(() if household.children_complete else (UNKNOWN_PERSON,)),
        *household.others,
        *(() if household.members_complete else (household.rest,)),
    ]
