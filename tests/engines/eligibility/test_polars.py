"""The Polars back end gives the same three-valued answer as the scalar one for every person of every household."""

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.engines.eligibility import Case, Household, Node, Person, Subject, Truth, evaluate, parse, to_text
from madoguchi.engines.eligibility.plans import ROLE_OF, Plan, columns_read
from madoguchi.engines.eligibility.polars import compile_polars
from madoguchi.engines.eligibility.rules import Rule
from tests.engines.eligibility.frames import complete, frame_of
from tests.engines.eligibility.strategies import TODAY, VOCABULARY, WIDE_RULEBOOK, households, nodes

ANSWER = {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}


def answers(text: str, household: Household, subject: Subject = Subject.CHILD, *, without: str = "") -> list[Truth]:
    """Return what a condition says of each row of a household; `without` leaves a column out."""
    frame, _ = frame_of([complete(household)])
    plan = Plan(TODAY, WIDE_RULEBOOK, subject, None, frozenset(frame.columns) - {without})
    node = parse(text, subject=subject, vocabulary=VOCABULARY)
    return [ANSWER[value] for value in frame.select("続柄", compile_polars(node, plan).alias("答"))["答"]]


@pytest.mark.parametrize("subject", list(Subject))
def test_polars_and_scalar_agree(subject: Subject) -> None:
    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.lists(nodes(subject, whole_language=True), min_size=4, max_size=8),
        st.lists(households(), min_size=5, max_size=20),
    )
    def agree(trees: list[Node], homes: list[Household]) -> None:
        frame, people = frame_of([complete(home) for home in homes])
        plan = Plan(TODAY, WIDE_RULEBOOK, subject, None, frozenset(frame.columns))
        columns = frame.select("続柄", *[compile_polars(node, plan).alias(str(n)) for n, node in enumerate(trees)])
        judged = [row for row, role in enumerate(frame["続柄"]) if role == ROLE_OF.get(subject, role)]
        for number, node in enumerate(trees):
            values = columns[str(number)].to_list()
            for row in judged:
                expected = evaluate(node, Case(TODAY, *people[row], WIDE_RULEBOOK))
                assert ANSWER[values[row]] is expected, (to_text(node), people[row])

    agree()


def test_receiving_counts_for_the_child_or_the_applicant() -> None:
    child, unknown = Person({"受給中の制度": frozenset({"A"})}), Person()
    nothing = Person({"受給中の制度": frozenset()})
    for own, applicant, expected in [
        (child, nothing, Truth.TRUE),
        (nothing, child, Truth.TRUE),
        (nothing, nothing, Truth.FALSE),
        (nothing, unknown, Truth.UNKNOWN),
    ]:
        home = Household(applicant=applicant, children=(own,))
        assert answers("受給('A')", home)[1] is expected
    home = Household(applicant=nothing, children=(nothing,))
    assert answers("受給('A')", home, without="申請者.受給中の制度.A")[1] is Truth.UNKNOWN


def test_doses_are_compared_and_a_series_without_a_record_is_unknown() -> None:
    home = Household(children=(Person({"接種記録": {"BCG": 1}}), Person({"接種記録": {"*": 0}}), Person()))
    assert answers("接種済回数('BCG') < 1", home)[1:] == [Truth.FALSE, Truth.TRUE, Truth.UNKNOWN]
    assert answers("接種済回数('MR1期') < 1", home)[1:] == [Truth.UNKNOWN, Truth.TRUE, Truth.UNKNOWN]
    assert answers("接種済回数('BCG') < 1", home, without="接種記録.BCG")[1:] == [Truth.UNKNOWN] * 3


def test_each_household_is_judged_by_the_part_of_its_own_municipality() -> None:
    person = Person({"所得": 500_000})
    for code, expected in [("131199", Truth.TRUE), ("132080", Truth.FALSE), ("270000", Truth.UNKNOWN)]:
        home = Household(facts={"自治体コード": code}, applicant=person)
        assert answers("自治体条件('部分')", home, Subject.PERSON) == [expected]
    assert answers("自治体条件('部分')", Household(applicant=person), Subject.PERSON) == [Truth.UNKNOWN]


def test_a_group_may_look_back_at_the_person_who_is_judged() -> None:
    pregnant, other = Person({"妊娠中": True}), Person({"妊娠中": False})
    home = Household(applicant=pregnant, others=(other,), children=(Person({"生年月日": date(2025, 1, 1)}),))
    text = "存在(子, 年齢 < 3 AND 本人.妊娠中)"
    assert answers(text, home, Subject.PERSON) == [Truth.TRUE, Truth.UNKNOWN, Truth.FALSE]


def test_a_comparison_between_a_member_and_who_is_judged_stays_unknown_over_a_table() -> None:
    rich, poor = Person({"所得": 9_000_000}), Person({"所得": 0, "扶養親族等の数": 1})
    home = Household(applicant=rich, others=(poor,))
    text = "存在(世帯員, 所得 < 限度額表('手当', 申請者.扶養親族等の数))"
    assert answers(text, home, Subject.PERSON) == [Truth.UNKNOWN, Truth.UNKNOWN]


def test_the_columns_that_rules_read_are_enough_to_judge_them() -> None:
    text = "自治体条件('部分') AND 受給('A') AND 接種済回数('BCG') > 0 AND 申請者.所得 < 9 AND 存在(子, 年齢 < 3)"
    rule = Rule("x", "x", Subject.CHILD, parse(text, subject=Subject.CHILD, vocabulary=VOCABULARY))
    read = columns_read([rule], WIDE_RULEBOOK)
    assert read == {
        "住民番号", "世帯番号", "続柄", "世帯.自治体コード", "所得", "受給中の制度.A", "申請者.受給中の制度.A",
        "接種記録.BCG", "申請者.所得", "生年月日",
    }  # fmt: skip
