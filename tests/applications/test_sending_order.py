"""Two people who send to the same offices at the same moment never wait for each other in a circle."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from madoguchi.apps.applications.opened import row_of
from madoguchi.apps.applications.services import sending, settling, starting
from tests.applications import world
from tests.applications.world import CHOFU, NOW, Family


@pytest.mark.django_db
def test_the_numbers_of_all_offices_are_taken_in_one_order_before_the_first_case(hanako: Family) -> None:
    only = [world.page("only", "applicant.reason")]
    world.publish(
        world.record("ahead", only, authority="tokyo", gives=["paper"], level="email"),
        world.record("after", only, needs=["paper"], level="email"),
    )
    told = {"applicant.reason": "理由です"}
    draft = starting.begin(hanako.applicant, ["after", "ahead"], key="k", now=NOW, answers=told)
    settling.settle(hanako.applicant, draft, NOW)
    number = row_of(hanako.applicant, draft).number
    with CaptureQueriesContext(connection) as caught:
        receipt = sending.send(hanako.applicant, draft, number=number, now=NOW)
    assert [case.organisation_id for case in receipt.cases] == ["tokyo", CHOFU]
    statements = [query["sql"] for query in caught.captured_queries]
    first = next(place for place, text in enumerate(statements) if text.startswith('INSERT INTO "cases_case"'))
    counters = [text for text in statements[:first] if text.startswith("SELECT") and "cases_casecounter" in text]
    asked = [office for text in counters for office in (CHOFU, "tokyo") if f"'{office}'" in text]
    assert asked[: asked.index("tokyo")] == [CHOFU] * asked.index("tokyo")
    assert set(asked) == {CHOFU, "tokyo"}
