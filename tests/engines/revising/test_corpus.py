"""What the rules find on invented pages: the held-out halves, the quotations, and silence on pages about something else."""

import pytest

from madoguchi.engines.revising import Field
from tests.engines.revising.corpus import freehand
from tests.engines.revising.corpus.build import cases
from tests.engines.revising.corpus.facts import Case
from tests.engines.revising.corpus.scoring import proposal_of, read_again, score

DEVELOPMENT, HELDOUT, FREEHAND = cases("development"), cases("heldout"), freehand.cases()
SECOND = freehand.cases("freehand_second")
ALL = [*DEVELOPMENT, *HELDOUT, *FREEHAND, *SECOND]


def test_corpus_has_the_promised_size() -> None:
    assert len(DEVELOPMENT) + len(HELDOUT) >= 160
    assert (len(FREEHAND), len(SECOND)) == (30, 20)
    assert {len(case.expected) for case in DEVELOPMENT + HELDOUT if not case.other} >= {0, 1, 2, 3, 4, 5}
    assert len({case.text for case in ALL}) == len(ALL)


def test_corpus_is_the_same_at_every_build() -> None:
    assert cases("heldout") == HELDOUT


@pytest.mark.parametrize(
    ("pages", "least"),
    [(DEVELOPMENT, 0.95), (HELDOUT, 0.85), (FREEHAND, 0.85), (SECOND, 0.85)],
    ids=["development", "held-out", "free hand", "free hand, second"],
)
def test_changes_are_found_with_field_and_value(pages: list[Case], least: float) -> None:
    found = score(pages)
    assert found.rates()[2] >= least, found.mistakes


def test_every_proposal_stands_in_the_page_word_by_word() -> None:
    for case in ALL:
        proposal = proposal_of(case)
        for item in (*proposal.changes, *proposal.confirmed, *proposal.doubts):
            assert item.quote == case.text[item.start : item.end]
            assert item.quote


@pytest.mark.parametrize("case", [case for case in ALL if case.other], ids=lambda case: case.id)
def test_pages_about_something_else_propose_nothing(case: Case) -> None:
    proposal = proposal_of(case)
    assert proposal.changes == ()
    assert [doubt.field for doubt in proposal.doubts] == [Field.PROGRAMME]
    assert proposal.doubts[0].why == "別の制度のページかもしれません"
    assert proposal.about < 0.5


def test_pages_that_say_the_same_propose_nothing() -> None:
    same = [case for case in ALL if not case.other and not case.expected]
    assert len(same) >= 20
    assert [case.id for case in same if proposal_of(case).changes] == []


def test_reading_twice_gives_the_same() -> None:
    assert all(proposal_of(case) == read_again(case) for case in FREEHAND)
