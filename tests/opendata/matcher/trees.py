"""A book of random trees that uses every node of the language, and households to judge by it. All invented.

The published registry does not use every node on every day; this book does.
"""

from datetime import date
from typing import Any

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import seed as seeded
from hypothesis import strategies as st

from madoguchi.apps.registry.book import Book
from madoguchi.engines.eligibility import Band, Household, Person, Rule, Subject, to_json
from madoguchi.engines.eligibility.ast import Constant, Counting, Node, Reached
from madoguchi.engines.eligibility.types import IncomeTable, Op, Owner
from tests.engines.eligibility.strategies import TODAY, VOCABULARY, WIDE_RULEBOOK, households, nodes, persons

BOOK = Book(VOCABULARY, WIDE_RULEBOOK, (), ())
BANDS = {"所得": Band(999_999, 1_380_000), "扶養親族等の数": Band(1, None)}


def drawn(strategy: st.SearchStrategy[Any], *, count: int, seed: int) -> list[Any]:
    """Return values that Hypothesis draws for a seed."""
    found: list[Any] = []

    @seeded(seed)
    @settings(
        max_examples=max(1, count // 8),
        deadline=None,
        phases=[Phase.generate],
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(strategy, min_size=8, max_size=8))
    def draw(items: list[Any]) -> None:
        found.extend(items)

    draw()
    return found[:count]


def random_rules(count: int, *, seed: int) -> list[Rule]:
    """Return about so many rules of every subject, and a few for nodes and days that are rarely drawn."""
    rare: list[Node] = [Constant(True), Constant(False)]
    rare += [Reached(Owner.SELF, counting, 36, op) for counting in Counting for op in Op]
    return [Rule(f"rare-{number}", "", Subject.PERSON, node) for number, node in enumerate(rare)] + [
        Rule(f"{subject.value}-{number}", "", subject, node)
        for subject in Subject
        for number, node in enumerate(drawn(nodes(subject, whole_language=True), count=count // 3, seed=seed))
    ]


def random_homes(count: int, *, seed: int) -> list[dict[str, Any]]:
    """Return so many households in plain form; in every third, some numbers are only known as bands."""
    homes = drawn(st.tuples(households(), persons()), count=count, seed=seed)
    return [_plain(home, rest, banded=number % 3 == 0) for number, (home, rest) in enumerate(homes)]


def _plain(home: Household, rest: Person, *, banded: bool) -> dict[str, Any]:
    def facts(known: Any) -> dict[str, Any]:
        more = {name: band for name, band in BANDS.items() if banded and name in known}
        return {name: _value(value) for name, value in {**known, **more}.items()}

    return {
        "today": TODAY.isoformat(),
        "facts": facts(home.facts),
        "applicant": facts(home.applicant.facts),
        "children": [facts(child.facts) for child in home.children],
        "others": [facts(other.facts) for other in home.others],
        "children_complete": home.children_complete,
        "members_complete": home.members_complete,
        "rest": facts(rest.facts),
    }


def _value(value: Any) -> Any:
    if isinstance(value, Band):
        return {"min": value.low, "max": value.high}
    if isinstance(value, frozenset):
        return sorted(value)
    return value.isoformat() if isinstance(value, date) else value


def book_of(rules: list[Rule]) -> dict[str, Any]:
    """Return the book that a device would download for these rules."""
    return {
        "conditions": [
            {"id": rule.id, "subject": rule.subject.value, "tree": to_json(rule.node), "area": None,
             "effective_from": None, "effective_to": None}
            for rule in rules
        ],
        "income_tables": [_table(table) for table in WIDE_RULEBOOK.tables.values()],
        "subconditions": [
            {"name": name, "municipality": code, "tree": to_json(tree)}
            for (name, code), tree in WIDE_RULEBOOK.subconditions.items()
        ],
        "implications": [],
        "municipalities": [{"code": code} for code in sorted(WIDE_RULEBOOK.municipalities)],
    }  # fmt: skip


def _table(table: IncomeTable) -> dict[str, Any]:
    versions = [
        {
            "from": version.start.isoformat(),
            "to": version.end.isoformat() if version.end else None,
            "limits": list(version.limits),
            "step": version.step,
        }
        for version in table.versions
    ]
    return {"name": table.name, "versions": versions}
