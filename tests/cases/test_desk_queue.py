"""The desk's lists: the queue with tabs, filters and order, many cases at once, figures."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from madoguchi.apps.accounts.models import User
from madoguchi.apps.cases import api as cases
from madoguchi.apps.cases.contracts import State
from tests.cases import desk_world as desk
from tests.cases.desk_world import QUEUE, open_one, plain, view_of, words

pytestmark = pytest.mark.django_db


def count_of(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        assert client.get(path).status_code == 200
    return len(caught)


def test_the_queue_asks_the_same_few_questions_for_one_and_for_fifty(people: dict[str, User], examiner: Client) -> None:
    open_one("first")
    count_of(examiner, QUEUE)
    one = count_of(examiner, QUEUE)
    for number in range(55):
        open_one(f"more {number}", procedure_id=("benefit", "alone")[number % 2])
    page = words(examiner.get(QUEUE))
    assert page.count('name="case"') == 50
    assert "page=2" in page
    assert words(examiner.get(f"{QUEUE}?page=2")).count('name="case"') == 6
    assert count_of(examiner, QUEUE) == one
    assert one <= 8


def rows_of(answer: Any) -> list[str]:
    """Return the numbers in the order of the table."""
    return re.findall(r'<a class="code nowrap" href="[^"]*/([0-9A-Z-]+)/"', words(answer))


def test_tabs_filters_and_order_choose_what_is_shown(people: dict[str, User], examiner: Client) -> None:
    user = people["examiner"]
    late, soon, mine, asked = open_one("late", days_ago=60), open_one("soon", days_ago=13), open_one("m"), open_one("k")
    proposed, other, done = open_one("p"), open_one("o", procedure_id="alone"), open_one("d")
    who = desk.actor(user)
    cases.take(mine.id, actor=who, expected_number=None, now=timezone.now())
    cases.ask_correction(
        asked.id, actor=who, fields=["applicant.name"], message="直して", expected_number=None, now=timezone.now()
    )
    desk.proposed(proposed, user)
    desk.notified(done, user, people["decider"])

    def shown(query: str) -> set[str]:
        return set(rows_of(examiner.get(f"{QUEUE}?{query}")))

    everything = {ref.number for ref in (late, soon, mine, asked, proposed, other)}
    assert shown("") == everything
    assert shown("state=any") == everything | {done.number}
    assert shown("tab=mine") == {mine.number}
    assert shown("tab=unassigned") == everything - {mine.number}
    assert shown("tab=late") == {late.number}
    assert shown("tab=soon") == {soon.number}
    assert shown("tab=correcting") == {asked.number}
    assert shown("tab=proposed") == {proposed.number}
    assert shown("procedure=alone") == {other.number}
    assert shown("state=notified") == {done.number}
    assert shown(f"number={mine.number[11:18].lower()}") == {mine.number}
    assert shown(f"organisation={desk.OTHER}") == everything
    assert shown("tab=x&sort=y&page=z&state=w&number=%00") == everything
    by_number = rows_of(examiner.get(f"{QUEUE}?sort=number"))
    assert by_number == sorted(by_number)
    assert rows_of(examiner.get(f"{QUEUE}?sort=-number")) == by_number[::-1]
    assert rows_of(examiner.get(QUEUE))[0] == late.number
    page = words(examiner.get(f"{QUEUE}?sort=-number"))
    assert 'aria-sort="descending"' in page
    assert "日過ぎています" in page
    assert "期限が近い（あと" in page
    assert "すべて（6）" in page
    assert shown("page=9") == set()
    assert "ここに申請はありません" in words(examiner.get(f"{QUEUE}?page=9"))


def bulk(client: Client, do: str, refs: list[Any], user: User, **more: Any) -> Any:
    numbers = {f"n.{ref.id}": view_of(ref, user).last_number for ref in refs}
    return client.post(f"{QUEUE}bulk/", {"do": do, "case": [ref.id for ref in refs], **numbers, **more})


def test_many_are_decided_and_one_that_is_refused_stops_no_other(people: dict[str, User], decider: Client) -> None:
    user, head = people["examiner"], people["decider"]
    good, own, open_check = open_one("a"), open_one("b"), open_one("c")
    desk.proposed(good, user)
    desk.proposed(own, head)
    answer = bulk(decider, "decide", [good, own, open_check], head, back="?tab=proposed")
    page = plain(answer)
    assert answer.status_code == 200
    assert "3件のうち1件を決定しました。" in page
    assert "決定の案を出した人は、同じ案を決裁できません" in page
    assert [view_of(ref, head).state for ref in (good, own, open_check)] == [
        State.DECIDED, State.PROPOSED, State.RECEIVED,
    ]  # fmt: skip
    assert f'href="{QUEUE}?tab=proposed"' in words(answer)
    assert "evil" not in words(bulk(decider, "decide", [good], head, back="//evil.example/"))


def test_many_are_taken_by_the_number_that_was_seen(people: dict[str, User], examiner: Client) -> None:
    user = people["examiner"]
    first, second = open_one("a"), open_one("b")
    seen = view_of(second, user).last_number
    cases.take(second.id, actor=desk.actor(people["decider"]), expected_number=None, now=timezone.now())
    numbers = {f"n.{first.id}": view_of(first, user).last_number, f"n.{second.id}": seen}
    answer = examiner.post(f"{QUEUE}bulk/", {"do": "take", "case": [first.id, second.id, "x"], **numbers})
    page = plain(answer)
    assert "3件のうち1件をあなたの担当にしました。" in page
    assert "ほかの人がこの申請を進めました" in page
    assert "この番号の申請は見つかりません" in page
    assert view_of(first, user).assignee_name == "審査 一郎"
    assert view_of(second, user).assignee_name == "決裁 二郎"


def test_a_bulk_of_nothing_or_too_much_is_refused(people: dict[str, User], examiner: Client) -> None:
    assert "申請が選ばれていません" in words(examiner.post(f"{QUEUE}bulk/", {"do": "take"}))
    many = examiner.post(f"{QUEUE}bulk/", {"do": "decide", "case": [str(number) for number in range(201)]})
    assert many.status_code == 400
    assert "200件まで" in words(many)
    assert examiner.post(f"{QUEUE}bulk/", {"do": "x", "case": "1"})["Location"] == QUEUE


def test_figures_say_of_how_many(people: dict[str, User], examiner: Client) -> None:
    user, head = people["examiner"], people["decider"]
    for key in ("a", "b"):
        desk.notified(open_one(key), user, head)
    open_one("c", days_ago=3)
    page = plain(examiner.get(f"{QUEUE}statistics/"))
    assert "2件のうち2件（100％）" in page
    assert "2件のうち0件（0％）" in page
    for per in ("day", "week", "month"):
        assert examiner.get(f"{QUEUE}statistics/?per={per}").status_code == 200
    empty = plain(examiner.get(f"{QUEUE}statistics/?since=2020-01-01&until=2020-01-02"))
    assert "数えるものがありません" in empty
    assert "％" not in empty
    assert examiner.get(f"{QUEUE}statistics/?since=9999-12-01&until=9999-12-31&per=month").status_code == 200


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("since=x", "since"),
        ("since=0001-01-01&until=0001-02-01", "since"),
        ("until=2026-02-30", "until"),
        ("since=2026-05-02&until=2026-05-01", "until"),
        ("since=2020-01-01&until=2026-05-01", "since"),
    ],
)
def test_a_period_that_is_none_is_said_at_its_input(
    people: dict[str, User], examiner: Client, query: str, target: str
) -> None:
    answer = examiner.get(f"{QUEUE}statistics/?{query}&per=day&organisation={desk.OTHER}")
    assert answer.status_code == 400
    assert f'href="#{target}"' in words(answer)
    assert f'id="{target}-error"' in words(answer)
