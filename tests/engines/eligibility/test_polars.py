"""The Polars back end gives the same three-valued answer as the scalar one for every person of every household."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.engines.eligibility import Case, Household, Node, Subject, Truth, evaluate, to_text
from madoguchi.engines.eligibility.polars import Plan, compile_polars
from tests.engines.eligibility.frames import complete, frame_of
from tests.engines.eligibility.strategies import RULEBOOK, TODAY, households, nodes

ANSWER = {True: Truth.TRUE, False: Truth.FALSE, None: Truth.UNKNOWN}


@pytest.mark.parametrize("subject", [Subject.CHILD, Subject.PERSON])
def test_polars_and_scalar_agree(subject: Subject) -> None:
    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.lists(nodes(subject), min_size=4, max_size=8), st.lists(households(), min_size=5, max_size=20))
    def agree(trees: list[Node], homes: list[Household]) -> None:
        frame, people = frame_of([complete(home) for home in homes])
        plan = Plan(TODAY, RULEBOOK, subject, None, frozenset(frame.columns))
        columns = frame.select(compile_polars(node, plan).alias(str(n)) for n, node in enumerate(trees))
        for number, node in enumerate(trees):
            answers = columns[str(number)].to_list()
            for row, (household, person) in enumerate(people):
                if subject is Subject.CHILD and frame["続柄"][row] != "子":
                    continue
                expected = evaluate(node, Case(TODAY, household, person, RULEBOOK))
                assert ANSWER[answers[row]] is expected, (to_text(node), household, person)

    agree()
