"""Queues: every filter and sort against a plain list, pages, nothing of another organisation, an index for many cases."""

import json
import random
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection

from madoguchi.apps.cases import api
from madoguchi.apps.cases.contracts import QueueFilter, State
from madoguchi.apps.cases.contracts.states import UNDECIDED
from madoguchi.apps.cases.models import Case
from madoguchi.apps.cases.numbers import number_of
from madoguchi.apps.cases.queries import lists
from madoguchi.core.permissions import Actor, NotPermitted, Role
from tests.cases import world as w

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("tokyo")]
BOTH = w.officer("兼務", Role.EXAMINER, at=(w.CHOFU, w.MITAKA))
ONE = w.officer("調布だけ", Role.EXAMINER, at=(w.CHOFU,))
NOBODY = w.officer("権限なし", Role.READER, at=(w.CHOFU,))
PLACES = (w.CHOFU, w.CHOFU, w.CHOFU, w.MITAKA, w.KANKYO)
MANY = 50_000


def rows(count: int, seed: int = 5, places: tuple[str, ...] = PLACES) -> Iterator[Case]:
    """Yield so many cases with columns of every kind; they have no actions, since only columns are read here."""
    draw = random.Random(seed)
    for number in range(1, count + 1):
        place, state = draw.choice(places), draw.choice(list(State))
        opened = w.NOW - timedelta(days=draw.randrange(200), minutes=draw.randrange(1000))
        due = draw.choice([None, *(w.TODAY + timedelta(days=days) for days in range(-9, 10))])
        paused = w.TODAY - timedelta(days=draw.randrange(12)) if state in (State.CORRECTING, State.SUSPENDED) else None
        yield Case(
            id=uuid.UUID(int=draw.getrandbits(128), version=4),
            number=number_of(w.TODAY, place, number),
            key=f"row-{number}",
            procedure_id=draw.choice([w.ALLOWANCE, w.DOG, w.CARE]),
            version=1,
            subject_kind="person",
            subject_id=w.HANAKO.subject_id,
            account_id=w.HANAKO.account_id,
            channel="online",
            opened_at=opened,
            organisation_id=place,
            state=state,
            assignee_id=draw.choice(["", BOTH.id, ONE.id]),
            due_on=due,
            at_risk_on=due - timedelta(days=draw.randrange(5)) if due else None,
            paused_on=paused,
            last_number=draw.randrange(1, 9),
            changed_at=opened + timedelta(minutes=draw.randrange(10_000)),
        )


@pytest.fixture
def cases() -> list[Case]:
    return Case.objects.bulk_create(rows(260))


def asked(actor: Actor, chosen: QueueFilter) -> list[str]:
    """Return the ids of all pages, and hold the pages against each other."""
    found: list[str] = []
    page = 1
    while True:
        shown = api.queue(actor, replace(chosen, page=page), today=w.TODAY)
        assert shown.page == page
        assert len(shown.rows) == lists.PAGE_ROWS or not shown.more
        found += [row.id for row in shown.rows]
        if not shown.more:
            break
        page += 1
    assert len(set(found)) == len(found)
    return found


def late(case: Case) -> bool:
    return State(case.state) in UNDECIDED and case.due_on is not None and case.due_on < (case.paused_on or w.TODAY)


def near(case: Case) -> bool:
    if State(case.state) not in UNDECIDED or case.paused_on or case.due_on is None or case.at_risk_on is None:
        return False
    return case.at_risk_on <= w.TODAY <= case.due_on


FILTERS: dict[str, tuple[QueueFilter, Callable[[Case], bool]]] = {
    "everything": (QueueFilter(), lambda case: True),
    "one state": (QueueFilter(states=(State.EXAMINING,)), lambda case: case.state == "examining"),
    "two states": (
        QueueFilter(states=(State.OBJECTED, State.CLOSED)),
        lambda case: case.state in ("objected", "closed"),
    ),
    "mine": (QueueFilter(mine=True), lambda case: case.assignee_id == BOTH.id),
    "nobody's": (QueueFilter(unassigned=True), lambda case: case.assignee_id == ""),
    "late": (QueueFilter(overdue=True), late),
    "soon": (QueueFilter(at_risk=True), near),
    "a procedure": (QueueFilter(procedure_id=w.DOG), lambda case: case.procedure_id == w.DOG),
    "an organisation": (QueueFilter(organisation_id=w.MITAKA), lambda case: case.organisation_id == w.MITAKA),
    "part of a number": (QueueFilter(number=" 00012 "), lambda case: "00012" in case.number),
    "several at once": (
        QueueFilter(states=(State.EXAMINING, State.RECEIVED), overdue=True, unassigned=True, procedure_id=w.CARE),
        lambda case: (
            case.state in ("examining", "received")
            and late(case)
            and case.assignee_id == ""
            and case.procedure_id == w.CARE
        ),
    ),
}


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_shows_exactly_what_it_says_of_the_own_organisations(name: str, cases: list[Case]) -> None:
    chosen, wanted = FILTERS[name]
    own = [case for case in cases if case.organisation_id in (w.CHOFU, w.MITAKA)]
    expected = {str(case.pk) for case in own if wanted(case)}
    assert expected, "a filter that finds nothing shows nothing"
    assert set(asked(BOTH, chosen)) == expected


@pytest.mark.parametrize("name", FILTERS)
def test_nothing_of_another_organisation_is_in_any_filter(name: str, cases: list[Case]) -> None:
    chosen, _wanted = FILTERS[name]
    own = {str(case.pk) for case in cases if case.organisation_id == w.CHOFU}
    assert set(asked(ONE, chosen)) <= own
    assert asked(ONE, replace(chosen, organisation_id=w.MITAKA)) == []
    assert asked(ONE, replace(chosen, organisation_id=w.KANKYO)) == []
    assert asked(NOBODY, chosen) == []
    assert asked(Actor("x", "x"), chosen) == []


KEYS: dict[str, Callable[[Case], Any]] = {
    "due": lambda case: case.due_on,
    "opened": lambda case: case.opened_at,
    "changed": lambda case: case.changed_at,
    "number": lambda case: case.number,
}


@pytest.mark.parametrize("name", KEYS)
@pytest.mark.parametrize("backwards", [False, True])
def test_a_sort_orders_all_pages_and_leaves_what_is_unknown_to_the_end(
    name: str, backwards: bool, cases: list[Case]
) -> None:
    by_id = {str(case.pk): case for case in cases}
    found = asked(BOTH, QueueFilter(sort=f"{'-' if backwards else ''}{name}"))
    values = [KEYS[name](by_id[key]) for key in found]
    known = [value for value in values if value is not None]
    assert values[: len(known)] == known
    assert known == sorted(known, reverse=backwards)


def test_pages_beyond_the_ends_and_strange_sorts_are_no_errors(cases: list[Case]) -> None:
    assert api.queue(BOTH, QueueFilter(page=0), today=w.TODAY).page == 1
    far = api.queue(BOTH, QueueFilter(page=10**9), today=w.TODAY)
    assert (far.rows, far.more) == ((), False)
    assert asked(BOTH, QueueFilter(sort="name; DROP TABLE")) == asked(BOTH, QueueFilter())


def test_a_line_says_the_same_as_the_filter(cases: list[Case]) -> None:
    by_id = {str(case.pk): case for case in cases}
    for line in (line for page in range(1, 6) for line in queue_page(page)):
        assert (line.overdue, line.at_risk) == (late(by_id[line.id]), near(by_id[line.id]))
        assert line.paused == (by_id[line.id].paused_on is not None)


def queue_page(page: int) -> Any:
    return api.queue(BOTH, QueueFilter(page=page), today=w.TODAY).rows


def test_an_applicant_gets_her_own_cases_newest_first_without_what_is_internal(cases: list[Case]) -> None:
    Case.objects.filter(pk=cases[0].pk).update(subject_id=w.TARO.subject_id)
    lines = api.cases_of(w.HANAKO, today=w.TODAY)
    assert {line.id for line in lines} == {str(case.pk) for case in cases[1:]}
    assert [line.opened_at for line in lines] == sorted((line.opened_at for line in lines), reverse=True)
    assert {(line.assignee_id, line.assignee_name, line.priority, line.at_risk) for line in lines} == {
        ("", "", 0, False)
    }
    assert State.DECIDED not in {line.state for line in lines}
    assert State.PROPOSED not in {line.state for line in lines}


def test_figures_count_what_happened_between_two_days() -> None:
    for n in range(3):
        case_id = w.accepted(w.DOG, key=f"d{n}", answers={"dog.name": str(n)})
        api.decide(case_id, actor=w.DECIDER, outcome="accepted", expected_number=None, now=w.at(days=n * 4))
    refusal = w.decided(w.DOG, key="no", answers={"dog.name": "no"}, outcome="refused", words="登録なし")
    asked_for = w.opened(w.CARE, key="ask")
    api.ask_correction(
        asked_for, actor=w.EXAMINER, fields=["care.clinic"], message="どこですか", expected_number=None, now=w.NOW
    )
    api.withdraw(w.opened(w.CARE, key="gone"), applicant=w.HANAKO, now=w.NOW)
    w.opened(w.DOG, key="foreign", organisation_id=w.MITAKA)
    figures = api.statistics(w.EXAMINER, w.CHOFU, since=w.TODAY, until=w.TODAY + timedelta(days=30), per="month")
    told = (figures.opened, figures.processed, figures.approved, figures.rejected, figures.sent_back, figures.withdrawn)
    assert told == (6, 4, 3, 1, 1, 1)
    assert (figures.waiting, figures.in_time.part, figures.in_time.whole) == (1, 3, 4)
    assert figures.in_time.percent == 75
    assert sum(period.processed for period in figures.periods) == 4
    assert {officer.name: (officer.decided, officer.sent_back) for officer in figures.officers} == {
        w.DECIDER.name: (4, 0),
        w.EXAMINER.name: (0, 1),
    }
    nothing = api.statistics(w.EXAMINER, w.CHOFU, since=date(2020, 1, 1), until=date(2020, 1, 2), per="week")
    assert (nothing.opened, nothing.processed, nothing.in_time.percent) == (0, 0, None)
    assert w.row(refusal).organisation_id == w.CHOFU
    with pytest.raises(NotPermitted):
        api.statistics(w.NEIGHBOUR, w.CHOFU, since=w.TODAY, until=w.TODAY)
    with pytest.raises(ValueError, match="year"):
        api.statistics(w.EXAMINER, w.CHOFU, since=w.TODAY, until=w.TODAY, per="year")


@pytest.mark.postgres
def test_the_queue_of_fifty_thousand_cases_is_read_by_an_index() -> None:
    places = tuple(w.organisations(40))
    multiply(Case.objects.bulk_create(rows(1_000, places=places)), MANY // 1_000)
    actor = w.officer("多忙", Role.EXAMINER, at=places[:1])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE cases_case")
    for chosen, index in (
        (QueueFilter(), "case_due"),
        (QueueFilter(states=(State.RECEIVED, State.EXAMINING)), "case_"),
        (QueueFilter(mine=True), "case_"),
        (QueueFilter(overdue=True), "case_"),
        (QueueFilter(procedure_id=w.DOG), "case_"),
        (QueueFilter(sort="opened"), "case_opened"),
        (QueueFilter(sort="-opened"), "case_opened"),
        (QueueFilter(sort="-changed"), "case_changed"),
    ):
        plan = planned(actor, chosen)
        assert "Seq Scan" not in plan, f"{chosen}: {plan}"
        assert f'"Index Name": "{index}' in plan, f"{chosen}: {plan}"


def multiply(known: list[Case], times: int) -> None:
    """Let the database make so many of each row."""
    columns = [field.column for field in Case._meta.local_fields]
    made = {"id": "gen_random_uuid()", "number": "number || '-' || turn", "key": "key || '-' || turn"}
    chosen = ", ".join(made.get(name, name) for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO cases_case ({', '.join(columns)}) SELECT {chosen}"  # names of columns
            " FROM cases_case, generate_series(2, %s) AS turn",
            [times],
        )
    assert Case.objects.count() == len(known) * times


def planned(actor: Actor, chosen: QueueFilter) -> str:
    """Return how PostgreSQL reads a page of the queue."""
    queued = lists._filtered(lists._own(actor, chosen.organisation_id), actor, chosen, w.TODAY)
    page = queued.order_by(*lists._order(chosen.sort))[: lists.PAGE_ROWS + 1]
    return json.dumps(json.loads(page.explain(format="json")))
