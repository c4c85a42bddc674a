"""Random vocabularies, conditions and households for property tests; every generated condition is inside the language.

`nodes(subject)` draws trees, `households()` draws households with unknown facts, boundary dates and incomplete lists;
`nodes(subject, whole_language=True)` also uses what `WIDE_RULEBOOK` adds: municipal parts, tables with holes and groups
that look back at who is judged.
"""

from datetime import date, timedelta

from hypothesis import strategies as st

from madoguchi.engines.eligibility import Household, Person, Rulebook, Subject, Vocabulary
from madoguchi.engines.eligibility import ast as tree
from madoguchi.engines.eligibility.ast import AttrRef, Counting, Group, Measure, Node
from madoguchi.engines.eligibility.types import IncomeTable, Op, Owner, TableVersion

TODAY = date(2026, 11, 24)
ATTRIBUTES = [
    {"name": "生年月日", "scope": "person", "type": "date"},
    {"name": "妊娠中", "scope": "person", "type": "bool"},
    {"name": "就労中", "scope": "person", "type": "bool"},
    {"name": "所得", "scope": "person", "type": "yen"},
    {"name": "扶養親族等の数", "scope": "person", "type": "int"},
    {"name": "医療保険", "scope": "person", "type": "enum", "values": ["国民健康保険", "被用者保険", "なし"]},
    {"name": "受給中の制度", "scope": "person", "type": "set"},
    {"name": "接種記録", "scope": "person", "type": "set"},
    {"name": "自治体コード", "scope": "household", "type": "enum", "values": "municipalities"},
    {"name": "住民税非課税", "scope": "household", "type": "bool"},
    {"name": "世帯所得", "scope": "household", "type": "yen"},
]
TABLES = [
    {
        "name": "手当",
        "versions": [{"from": date(2020, 1, 1), "to": None, "limits": [1_000_000, 1_380_000], "step": 380_000}],
    }
]
VOCABULARY = Vocabulary.from_pack(attributes=ATTRIBUTES, municipalities=["131199", "132080"], tables=TABLES)
RULEBOOK = Rulebook(tables=VOCABULARY.tables, municipalities=frozenset({"131199", "132080"}))
_FLAT = IncomeTable("一律", (TableVersion(date(2020, 1, 1), None, (1_000_000, 1_380_000, 1_380_000), 0),))
_ENDED = IncomeTable("終了", (TableVersion(date(2020, 1, 1), date(2026, 11, 23), (1_000_000,), 380_000),))
WIDE_RULEBOOK = Rulebook(
    tables={**VOCABULARY.tables, "一律": _FLAT, "終了": _ENDED},
    subconditions={
        ("部分", "131199"): tree.Compare(AttrRef(Owner.SELF, "所得"), Op.LT, 1_000_000),
        ("部分", "132080"): tree.Exists(Group.CHILDREN, tree.Age(Owner.MEMBER, Measure.YEARS, Op.LT, 3)),
        ("空欄", "131199"): tree.Constant(True),
    },
    municipalities=RULEBOOK.municipalities,
)

_ops = st.sampled_from(list(Op))
_BOUNDARY_BIRTHS = [
    date(2008, 4, 1), date(2008, 4, 2), date(2024, 2, 29), date(2026, 8, 31), date(2023, 11, 24), date(2023, 11, 25),
    date(2023, 11, 26), date(1961, 11, 25), date(1961, 11, 24), date(2020, 4, 1), date(2020, 4, 2), date(2026, 11, 24),
]  # fmt: skip
births = st.one_of(
    st.sampled_from(_BOUNDARY_BIRTHS),
    st.dates(date(1930, 1, 1), TODAY),
    st.integers(0, 7_000).map(lambda days: TODAY - timedelta(days=days)),
)
_incomes = st.one_of(
    st.sampled_from([0, 999_999, 1_000_000, 1_000_001, 1_380_000, 1_760_000]), st.integers(0, 9_000_000)
)


def persons() -> st.SearchStrategy[Person]:
    """Draw a person; each fact may be missing."""
    facts = st.fixed_dictionaries(
        {},
        optional={
            "生年月日": births,
            "妊娠中": st.booleans(),
            "就労中": st.booleans(),
            "所得": _incomes,
            "扶養親族等の数": st.integers(0, 5),
            "医療保険": st.sampled_from(["国民健康保険", "被用者保険", "なし"]),
            "受給中の制度": st.frozensets(st.sampled_from(["A", "B"])),
            "接種記録": st.dictionaries(st.sampled_from(["BCG", "MR1期", "*"]), st.integers(0, 3)),
        },
    )
    return facts.map(Person)


def households() -> st.SearchStrategy[Household]:
    """Draw a household with up to four children and two others; lists may be incomplete."""
    facts = st.fixed_dictionaries(
        {},
        optional={
            "自治体コード": st.sampled_from(["131199", "132080", "270000"]),
            "住民税非課税": st.booleans(),
            "世帯所得": _incomes,
        },
    )
    return st.builds(
        Household,
        facts=facts,
        applicant=persons(),
        children=st.lists(persons(), max_size=4).map(tuple),
        others=st.lists(persons(), max_size=2).map(tuple),
        children_complete=st.booleans(),
        members_complete=st.booleans(),
    )


def _owned_atoms(owner: Owner) -> st.SearchStrategy[Node]:
    person = st.just(owner)
    numbers = st.integers(0, 90)
    income = st.builds(tree.Compare, st.just(AttrRef(owner, "所得")), _ops, _incomes)
    return st.one_of(
        st.sampled_from([tree.Flag(AttrRef(owner, "妊娠中")), tree.Flag(AttrRef(owner, "就労中"))]),
        income,
        st.builds(
            tree.Compare,
            st.just(AttrRef(owner, "医療保険")),
            st.sampled_from([Op.EQ, Op.NE]),
            st.sampled_from(["国民健康保険", "なし"]),
        ),
        st.just(tree.OneOf(AttrRef(owner, "医療保険"), ("国民健康保険", "なし"))),
        st.builds(tree.Age, person, st.sampled_from(list(Measure)), _ops, numbers),
        st.builds(tree.Reached, person, st.sampled_from(list(Counting)), st.integers(0, 240), _ops),
        st.builds(
            tree.Limit,
            st.just(AttrRef(owner, "所得")),
            _ops,
            st.just("手当"),
            st.just(AttrRef(owner, "扶養親族等の数")),
        ),
        st.builds(tree.Receives, person, st.sampled_from(["A", "B"])),
        st.builds(tree.Doses, person, st.sampled_from(["BCG", "MR1期"]), _ops, st.integers(0, 3)),
    )


def _combined(leaves: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(tree.conjunction),
            st.lists(inner, min_size=2, max_size=3).map(tree.disjunction),
            inner.map(tree.Not),
        ),
        max_leaves=5,
    )


def nodes(subject: Subject = Subject.CHILD, *, whole_language: bool = False) -> st.SearchStrategy[Node]:
    """Draw a tree for a subject; 申請者 and 出生順位 only where the subject is a child."""
    groups = st.sampled_from(list(Group))
    inside = _combined(_owned_atoms(Owner.MEMBER))
    leaves = [
        _owned_atoms(Owner.SELF),
        st.sampled_from(
            [
                tree.InTokyo(),
                tree.Flag(AttrRef(Owner.HOUSEHOLD, "住民税非課税")),
                tree.Compare(AttrRef(Owner.HOUSEHOLD, "自治体コード"), Op.EQ, "131199"),
                tree.AsOf(Op.GE, date(2026, 4, 1)),
                tree.AsOf(Op.LT, date(2026, 11, 24)),
                tree.Review("x", "所得"),
            ]
        ),
        st.builds(tree.Exists, groups, inside),
        st.builds(tree.Every, groups, inside),
        st.builds(tree.Count, groups, inside, _ops, st.integers(0, 4)),
    ]
    if subject is Subject.CHILD:
        leaves += [_owned_atoms(Owner.APPLICANT), st.builds(tree.BirthOrder, st.just(22), _ops, st.integers(1, 4))]
    if whole_language:
        leaves += _rarer_leaves(subject)
    return _combined(st.one_of(leaves))


def _rarer_leaves(subject: Subject) -> list[st.SearchStrategy[Node]]:
    """Return the atoms that only some back ends over populations can answer in full."""
    judged = Owner.APPLICANT if subject is Subject.CHILD else Owner.SELF
    looking_back = st.one_of(_owned_atoms(Owner.SELF), _owned_atoms(judged), st.just(tree.SubCondition("部分")))
    inside = st.builds(
        lambda own, other, join, negated: join([own, tree.Not(other) if negated else other]),
        _owned_atoms(Owner.MEMBER),
        looking_back,
        st.sampled_from([tree.conjunction, tree.disjunction]),
        st.booleans(),
    )
    groups = st.sampled_from(list(Group))
    limits = st.builds(
        tree.Limit,
        st.sampled_from([AttrRef(judged, "所得"), AttrRef(Owner.HOUSEHOLD, "世帯所得")]),
        _ops,
        st.sampled_from(["一律", "終了"]),
        st.just(AttrRef(judged, "扶養親族等の数")),
    )
    leaves: list[st.SearchStrategy[Node]] = [
        st.builds(tree.Exists, groups, inside),
        st.builds(tree.Every, groups, inside),
        st.builds(tree.Count, groups, inside, _ops, st.integers(0, 4)),
        limits,
        st.sampled_from(
            [
                tree.SubCondition("部分"),
                tree.SubCondition("空欄"),
                tree.SubCondition("無い"),
                tree.Constant(True),
                tree.Constant(False),
                tree.Compare(AttrRef(Owner.SELF, "生年月日"), Op.LT, date(2008, 4, 2)),
                tree.Compare(AttrRef(Owner.SELF, "生年月日"), Op.NE, date(2024, 2, 29)),
            ]
        ),
    ]
    if subject is Subject.CHILD:
        leaves.append(st.builds(tree.Receives, st.just(Owner.EITHER), st.sampled_from(["A", "B"])))
        leaves.append(st.builds(tree.BirthOrder, st.sampled_from([6, 18]), _ops, st.integers(0, 5)))
    return leaves
