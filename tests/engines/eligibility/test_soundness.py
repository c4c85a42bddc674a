"""What is known stays true: whatever more is learned of a household, a definite answer never turns into its opposite."""

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from madoguchi.engines.eligibility import Case, Household, Node, Person, Subject, Truth, evaluate
from tests.engines.eligibility.strategies import TODAY, WIDE_RULEBOOK, households, nodes, persons


def learned(known: Person, more: Person) -> Person:
    """Return a person with more facts; what was known stays."""
    return Person({**more.facts, **known.facts})


@st.composite
def stages(draw: st.DrawFn) -> tuple[Household, Household]:
    """Draw a household and the same one when more is known: facts of anybody, members who were not listed, whole lists."""
    before = draw(households())
    if before.members_complete:  # children are members: a whole list of members has every child
        before = replace(before, children_complete=True)
    facts = {**draw(households()).facts, **before.facts}
    children = tuple(learned(child, draw(persons())) for child in before.children)
    others = tuple(learned(other, draw(persons())) for other in before.others)
    if not before.children_complete:
        children += tuple(draw(st.lists(persons(), max_size=2)))
    if not before.members_complete:
        others += tuple(draw(st.lists(persons(), max_size=2)))
    after = replace(
        before,
        facts=facts,
        applicant=learned(before.applicant, draw(persons())),
        children=children,
        others=others,
        children_complete=before.children_complete or draw(st.booleans()),
        members_complete=before.members_complete,
    )
    if after.children_complete and draw(st.booleans()):
        after = replace(after, members_complete=True)
    return before, after


def judged(node: Node, household: Household, person: Person) -> Truth:
    return evaluate(node, Case(TODAY, household, person, WIDE_RULEBOOK))


@settings(max_examples=100, deadline=None)
@given(nodes(Subject.CHILD, whole_language=True), stages())
def test_more_facts_about_anybody_never_flip_the_answer_for_a_child(
    node: Node, homes: tuple[Household, Household]
) -> None:
    before, after = homes
    for known, richer in zip(before.children, after.children, strict=False):
        answer = judged(node, before, known)
        assert answer is Truth.UNKNOWN or answer is judged(node, after, richer)


@settings(max_examples=100, deadline=None)
@given(nodes(Subject.PERSON, whole_language=True), stages())
def test_more_facts_about_anybody_never_flip_the_answer_for_the_applicant(
    node: Node, homes: tuple[Household, Household]
) -> None:
    before, after = homes
    answer = judged(node, before, before.applicant)
    assert answer is Truth.UNKNOWN or answer is judged(node, after, after.applicant)
