"""What the check calls impossible is never true, and what it calls possible it shows; dates, groups and tables alike."""

from dataclasses import replace
from datetime import date, timedelta
from itertools import product

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from madoguchi.engines.eligibility import (
    Case,
    Household,
    Person,
    Rulebook,
    Severity,
    Subject,
    Truth,
    Vocabulary,
    check,
    evaluate,
    to_text,
    walk,
)
from madoguchi.engines.eligibility import ast as tree
from madoguchi.engines.eligibility.ast import AttrRef, Counting, Measure, Node
from madoguchi.engines.eligibility.check import (
    Scope,
    TooLarge,
    Witness,
    locate,
    satisfy,
)
from madoguchi.engines.eligibility.check.births import Threshold, last_birth
from madoguchi.engines.eligibility.dates import age_months, age_years, anniversary, attained_on, fiscal_age
from madoguchi.engines.eligibility.types import Op, Owner
from tests.engines.eligibility.strategies import ATTRIBUTES, RULEBOOK, TABLES, TODAY, VOCABULARY, households, nodes

CHILD = Scope(Subject.CHILD, VOCABULARY, RULEBOOK, first_day=TODAY)
PERSON = Scope(Subject.PERSON, VOCABULARY, RULEBOOK, first_day=TODAY)
SLOW = settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read(text: str, scope: Scope = PERSON) -> Node:
    return locate(text, subject=scope.subject or Subject.PERSON, vocabulary=scope.vocabulary).node


def possible(text: str, scope: Scope = PERSON) -> bool:
    return satisfy(read(text, scope), scope) is not None


def found(text: str, scope: Scope = PERSON, reviews: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Return (message, quoted part) of every problem."""
    located = locate(text, subject=scope.subject or Subject.PERSON, vocabulary=scope.vocabulary)
    problems = check(located.node, reviews=reviews, scope=scope)
    return [(problem.message, located.place(problem.part).quoted) for problem in problems]


def decided(node: Node, assumed: dict[str, bool]) -> Node:
    """Return the tree with each clause that a person judges replaced by how it came out."""
    match node:
        case tree.And(items):
            return tree.And(tuple(decided(item, assumed) for item in items))
        case tree.Or(items):
            return tree.Or(tuple(decided(item, assumed) for item in items))
        case tree.Not(item):
            return tree.Not(decided(item, assumed))
        case tree.Review(identifier, _) if identifier in assumed:
            return tree.Constant(assumed[identifier])
        case _:
            return node


def holds_for(witness: Witness, node: Node, rulebook: Rulebook = RULEBOOK) -> bool:
    case = Case(witness.day, witness.household, witness.person, rulebook)
    return evaluate(decided(node, dict(witness.assumed)), case) is Truth.TRUE


# --- the search against the judge
@SLOW
@given(nodes(Subject.CHILD))
def test_whoever_is_shown_fulfils_the_condition(node: Node) -> None:
    try:
        witness = satisfy(node, CHILD)
    except TooLarge:
        assume(False)
    if witness is not None:
        assert holds_for(witness, node)
        assert any(child is witness.person for child in witness.household.children)


@SLOW
@given(nodes(Subject.PERSON))
def test_whoever_is_shown_for_a_persons_programme_lives_in_the_household(node: Node) -> None:
    try:
        witness = satisfy(node, PERSON)
    except TooLarge:
        assume(False)
    if witness is not None:
        assert holds_for(witness, node)
        assert any(member is witness.person for member in witness.household.members)


@SLOW
@given(nodes(Subject.CHILD), st.lists(households(), min_size=1, max_size=3), st.integers(0, 365))
def test_nobody_fulfils_what_is_called_impossible(node: Node, some: list[Household], days: int) -> None:
    today = TODAY + timedelta(days=days)
    for condition, household in product((node, tree.Not(node)), some):
        for child in household.children:
            if evaluate(condition, Case(today, household, child, RULEBOOK)) is Truth.TRUE:
                assert satisfy(condition, CHILD) is not None


_age_atoms = st.one_of(
    st.builds(
        tree.Age, st.just(Owner.SELF), st.sampled_from(list(Measure)), st.sampled_from(list(Op)), st.integers(0, 9)
    ),
    st.builds(
        tree.Reached,
        st.just(Owner.SELF),
        st.sampled_from(list(Counting)),
        st.integers(0, 100),
        st.sampled_from(list(Op)),
    ),
)


@settings(max_examples=120, deadline=None)
@given(st.lists(_age_atoms, min_size=2, max_size=4), st.dates(date(2023, 1, 1), date(2029, 1, 1)))
def test_ages_are_decided_as_by_trying_every_birth_date(atoms: list[Node], today: date) -> None:
    condition = tree.conjunction(atoms)
    one_day = replace(PERSON, first_day=today, last_day=today)
    births = (today - timedelta(days=number) for number in range(12 * 366))
    cases = (Case(today, Household(applicant=(p := Person({"生年月日": birth}))), p, RULEBOOK) for birth in births)
    somebody = any(evaluate(condition, case) is Truth.TRUE for case in cases)
    # ages above those tried are left to the search: the atoms stay below ten years, or hold for all that are older
    old = Person({"生年月日": today - timedelta(days=40 * 365)})
    somebody = somebody or evaluate(condition, Case(today, Household(applicant=old), old, RULEBOOK)) is Truth.TRUE
    assert (satisfy(condition, one_day) is not None) == somebody


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.tuples(st.sampled_from(["所得", "扶養親族等の数"]), st.sampled_from(list(Op)), st.integers(0, 6)), max_size=3
    ),
    st.lists(st.sampled_from(list(Op)), min_size=1, max_size=2),
)
def test_limits_are_decided_as_by_trying_every_number(plain: list[tuple[str, Op, int]], limits: list[Op]) -> None:
    unit = {"所得": 380_000, "扶養親族等の数": 1}
    atoms: list[Node] = [tree.Compare(AttrRef(Owner.SELF, n), op, unit[n] * value) for n, op, value in plain]
    by = AttrRef(Owner.SELF, "扶養親族等の数")
    atoms += [tree.Limit(AttrRef(Owner.SELF, "所得"), op, "手当", by) for op in limits]
    condition = tree.conjunction(atoms)
    edges = {0, *(380_000 * n for n in range(12)), *(1_000_000 + 380_000 * n for n in range(12))}
    incomes = sorted({edge + shift for edge in edges for shift in (-1, 0, 1)} - {-1})
    people = (Person({"所得": income, by.name: count}) for income in incomes for count in range(10))
    cases = (Case(TODAY, Household(applicant=person), person, RULEBOOK) for person in people)
    somebody = any(evaluate(condition, case) is Truth.TRUE for case in cases)
    assert (satisfy(condition, PERSON) is not None) == somebody


_month_ends = st.sampled_from([date(2024, 2, 29), date(2025, 2, 28), date(2025, 4, 30), date(2024, 2, 28)])


@given(
    st.one_of(st.dates(date(1990, 1, 1), date(2030, 12, 31)), _month_ends),
    st.integers(0, 300),
    st.sampled_from([0, 1, -1, 40]),
)
def test_the_last_birth_date_of_an_age_is_the_last(today: date, number: int, shift: int) -> None:
    reached = {
        Measure.YEARS: lambda birth: age_years(birth, today) >= number // 12,
        Measure.MONTHS: lambda birth: age_months(birth, today) >= number,
        Measure.FISCAL: lambda birth: fiscal_age(birth, today) >= number // 12,
        Counting.ATTAINED: lambda birth: attained_on(birth, number) <= today,
        Counting.ANNIVERSARY: lambda birth: anniversary(birth, number) <= today,
    }
    for kind, test in reached.items():
        count = number if kind in (Measure.MONTHS, *Counting) else number // 12
        last = date.fromordinal(last_birth(Threshold(kind, count), today))
        birth = last + timedelta(days=shift)
        assert test(birth) == (birth <= last)


# --- examples
@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("年齢 >= 18 AND 月齢 < 216", False),
        ("年齢 >= 18 AND 月齢 < 217", True),
        ("年齢 < 18 AND 年度年齢 > 18", False),
        ("年齢 = 18 AND 年度年齢 = 19", True),
        ("年度年齢 = 6 AND 基準日 < 到達日(5,'年')", False),
        ("基準日 >= 到達日(12,'月') AND 月齢 < 12", False),
        ("基準日 >= 応当日(12,'月') AND 月齢 = 12", True),
        ("基準日 < 応当日(12,'月') AND 月齢 >= 12", True),
        ("生年月日 >= '2020-01-01' AND 年齢 > 12", False),
        ("医療保険 = 'なし' AND 医療保険 IN ('国民健康保険', '被用者保険')", False),
        ("医療保険 <> 'なし' AND 医療保険 <> '国民健康保険' AND 医療保険 <> '被用者保険'", False),
        ("受給('A') AND NOT 受給('A')", False),
        ("接種済回数('BCG') < 1 AND 接種済回数('BCG') > 0", False),
        ("所得 < 1000000 AND 所得 >= 限度額表('手当', 扶養親族等の数)", False),
        ("所得 < 1000001 AND 所得 >= 限度額表('手当', 扶養親族等の数)", True),
        ("所得 > 9000000 AND 所得 < 限度額表('手当', 扶養親族等の数) AND 扶養親族等の数 < 22", False),
        ("所得 > 9000000 AND 所得 < 限度額表('手当', 扶養親族等の数) AND 扶養親族等の数 < 23", True),
        ("存在(子, 年齢 < 3) AND 全員(子, 年齢 >= 3)", False),
        ("人数(子, 年齢 < 18) >= 3 AND 人数(世帯員, 年齢 < 18) <= 2", False),
        ("人数(子, 年齢 < 18) >= 3 AND 人数(世帯員, 年齢 < 18) = 3 AND 年齢 >= 30", True),
        ("年齢 < 5 AND 全員(世帯員, 年齢 >= 20)", False),
        ("都内() AND 自治体コード = '131199'", True),
        ("NOT 都内() AND 自治体コード = '131199'", False),
        ("基準日 >= '2030-04-01' AND 年齢 < 1", True),
        ("基準日 >= '2030-04-01' AND 基準日 < '2030-04-01'", False),
    ],
)
def test_what_can_be_true(text: str, answer: bool) -> None:
    assert possible(text) is answer


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("出生順位(22) >= 3 AND 年度年齢 > 22", False),
        ("出生順位(22) >= 3 AND 人数(子, 年度年齢 <= 22) <= 2", False),
        ("出生順位(22) >= 3 AND 人数(子, 年度年齢 <= 22) = 3", True),
        ("出生順位(22) = 1 AND 存在(子, 年度年齢 = 20) AND 年齢 < 10", False),
        ("出生順位(22) = 1 AND 出生順位(22) = 2", False),
        ("出生順位(22) = 1 AND 出生順位(30) = 2", True),
        ("年齢 < 10 AND 全員(子, 年齢 >= 10)", False),
        ("受給('A') AND NOT 児童.受給('A') AND NOT 申請者.受給('A')", False),
        ("申請者.年齢 < 18 AND 年齢 > 30", True),
    ],
)
def test_what_can_be_true_of_a_child(text: str, answer: bool) -> None:
    assert possible(text, CHILD) is answer


def test_a_municipality_outside_the_area_is_out_of_reach() -> None:
    chofu = replace(PERSON, area=frozenset({"132080"}))
    assert not possible("自治体コード = '131199'", chofu)
    assert possible("都内()", chofu)
    assert found("自治体コード = '132080' AND 妊娠中", chofu) == []


def test_without_a_pack_nothing_is_claimed_about_its_names() -> None:
    nothing_known = Scope(Subject.PERSON, first_day=TODAY)
    for text in ("都内() AND 妊娠中", "医療保険 <> 'なし' AND 医療保険 <> '国民健康保険' AND 医療保険 <> '被用者保険'"):
        assert satisfy(read(text), nothing_known) is not None
    assert check(read("所得 < 限度額表('手当', 扶養親族等の数)")) == []


def test_a_municipal_part_is_looked_into() -> None:
    part = read("年齢 < 15", CHILD)
    scope = replace(CHILD, rulebook=replace(RULEBOOK, subconditions={("所得", "131199"): part}))
    assert not possible("自治体コード = '131199' AND 自治体条件('所得') AND 年齢 > 15", scope)
    assert possible("自治体条件('所得') AND 年齢 > 15", scope)
    witness = satisfy(read("自治体条件('所得') AND 自治体コード = '131199'", scope), scope)
    assert witness is not None
    assert holds_for(witness, read("自治体条件('所得')", scope), scope.rulebook)


def test_a_day_without_a_version_of_the_table_helps_nobody() -> None:
    ended = [{**TABLES[0], "versions": [{**TABLES[0]["versions"][0], "to": date(2025, 3, 31)}]}]  # type: ignore[index,dict-item]
    names = Vocabulary.from_pack(attributes=ATTRIBUTES, municipalities=[], tables=ended)
    scope = Scope(Subject.PERSON, names, Rulebook(tables=names.tables), first_day=TODAY)
    text = "所得 < 限度額表('手当', 扶養親族等の数)"
    assert possible(text, scope)
    assert not possible(text, replace(scope, last_day=TODAY + timedelta(days=365)))


def test_too_many_people_are_not_decided() -> None:
    with pytest.raises(TooLarge):
        satisfy(read("人数(子, 妊娠中) >= 9"), PERSON)
    assert "too large to decide" in found("人数(子, 妊娠中) >= 9")[0][0]


def test_too_many_alternatives_are_not_decided() -> None:
    holes = " AND ".join(
        f"(所得 = {a} OR 所得 = {a + 1} OR 世帯.世帯所得 = {a} OR 世帯.世帯所得 = {a + 1})" for a in range(0, 90, 2)
    )
    assert any("too large" in message for message, _ in found(holes)) or not possible(holes)


# --- what is said, and where
def test_parts_that_exclude_each_other_are_named_and_others_are_not() -> None:
    text = "妊娠中 AND 年齢 >= 18 AND 就労中 AND 月齢 < 200"
    assert found(text) == [("This can never be true: [年齢 >= 18] / [月齢 < 200] exclude each other.", "月齢 < 200")]


@pytest.mark.parametrize(
    ("text", "message", "part"),
    [
        ("妊娠中 OR (年齢 < 3 AND 年齢 > 5)", "The branch [年齢 < 3 AND 年齢 > 5] can never be true.", "年齢 < 3 AND 年齢 > 5"),
        ("年齢 < 3 AND (妊娠中 OR 年齢 > 5)", "The branch [年齢 > 5] can never be true beside the other parts.", "年齢 > 5"),
        ("年齢 >= 18 AND 妊娠中 AND 月齢 >= 100", "[月齢 >= 100] adds nothing: it follows from [年齢 >= 18].", "月齢 >= 100"),
        ("妊娠中 AND 就労中 AND 妊娠中", "[妊娠中] stands twice beside AND.", "妊娠中"),
        ("妊娠中 OR 就労中 OR 妊娠中", "[妊娠中] stands twice beside OR.", "妊娠中"),
        ("年齢 >= 65 OR 年齢 >= 70", "The branch [年齢 >= 70] adds nobody: all of them fulfil [年齢 >= 65].", "年齢 >= 70"),
        ("妊娠中 AND NOT (年齢 < 5 AND 年齢 > 9)", "[NOT (年齢 < 5 AND 年齢 > 9)] always holds here.", "NOT (年齢 < 5 AND 年齢 > 9)"),
        (
            "存在(子, 年齢 < 3 AND 月齢 < 80)",
            "[月齢 < 80] adds nothing: it follows from [年齢 < 3].",
            "月齢 < 80",
        ),
        (
            "所得 < 5 OR 所得 >= 5",
            "[所得 < 5 OR 所得 >= 5] always holds, yet it stays unknown while the facts are missing.",
            "所得 < 5 OR 所得 >= 5",
        ),
        (
            "妊娠中 AND (所得 < 5 OR 所得 >= 5)",
            "[所得 < 5 OR 所得 >= 5] always holds here.",
            "所得 < 5 OR 所得 >= 5",
        ),
        (
            "(所得 < 5 AND 妊娠中) OR (所得 >= 5 AND 妊娠中)",
            "所得 never changes the answer, yet the answer stays unknown while it is missing.",
            "所得 < 5",
        ),
        ("年齢 < 130", "[年齢 < 130]: nobody is older than 120 years.", "年齢 < 130"),
        ("基準日 < 到達日(150,'年')", "[基準日 < 到達日(1800, '月')]: nobody is older than 1440 months.", "基準日 < 到達日(150,'年')"),
    ],
)  # fmt: skip
def test_a_finding_names_the_part_and_its_place(text: str, message: str, part: str) -> None:
    assert (message, part) in found(text)


def test_places_count_in_the_text_as_it_was_typed() -> None:
    text = "妊娠中　AND　（年齢≧６５ OR  年齢≧７０ ）"
    located = locate(text, subject=Subject.PERSON, vocabulary=VOCABULARY)
    problem = check(located.node, scope=PERSON)[0]
    place = located.place(problem.part)
    assert place.quoted == "年齢≧７０"
    assert text[place.position :].startswith("年齢≧７０")


@SLOW
@given(nodes(Subject.CHILD))
def test_every_part_has_its_place(node: Node) -> None:
    text = to_text(node)
    located = locate(text, subject=Subject.CHILD, vocabulary=VOCABULARY)
    for part in walk(located.node):
        place = located.place(part)
        assert text[place.position :].startswith(place.quoted)


_related = st.lists(st.one_of(_age_atoms, _age_atoms, nodes(Subject.CHILD)), min_size=2, max_size=4)


@SLOW
@given(_related, st.booleans(), households(), st.integers(0, 365))
def test_what_adds_nothing_can_be_removed(
    items: list[Node], joined_by_and: bool, household: Household, days: int
) -> None:
    """Without a part that is called idle a true condition never becomes false, nor a false one true."""
    node = tree.conjunction(items) if joined_by_and else tree.disjunction(items)
    assert isinstance(node, tree.And | tree.Or)
    problems = check(node, reviews=["x"], scope=CHILD)
    idle = [p.part for p in problems if " adds " in p.message or p.message.endswith("always holds here.")]
    left = tuple(item for item in node.items if not any(item is part for part in idle))
    shorter = type(node)(left)
    for child in household.children if left else ():
        case = Case(TODAY + timedelta(days=days), household, child, RULEBOOK)
        assert {evaluate(node, case), evaluate(shorter, case)} != {Truth.TRUE, Truth.FALSE}


@pytest.mark.parametrize(
    "text",
    [
        "年度年齢 BETWEEN 0 AND 6 AND 妊娠中",
        "年齢 < 20 OR (年齢 >= 20 AND 受給('A'))",
        "NOT 妊娠中 AND (住民税非課税 OR 所得 < 2000000)",
        "(年齢 = 65 OR (年齢 BETWEEN 60 AND 64 AND 妊娠中)) AND 接種済回数('BCG') < 1",
        "所得 <= 限度額表('手当', 扶養親族等の数) AND 全員(世帯員, 所得 <= 9000000)",
    ],
)
def test_a_sound_condition_is_left_in_peace(text: str) -> None:
    assert found(text) == []


def test_clauses_without_text_are_errors_and_texts_without_clause_are_told() -> None:
    problems = check(read("要確認('a','所得')"), reviews=["b"], scope=PERSON)
    assert [problem.severity for problem in problems] == [Severity.ERROR, Severity.WARNING]
