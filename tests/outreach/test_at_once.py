"""Several workers and a withdrawal at the same moment: nothing twice, nothing after the withdrawal, nobody forgotten."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from madoguchi.apps.consents.services import consent
from madoguchi.apps.notifications.models import Message
from madoguchi.apps.outreach.models import Enrolment, Sent, Told
from madoguchi.apps.outreach.services import daily, enrolling, looking
from madoguchi.core.permissions import Actor
from tests.at_once import at_once
from tests.outreach import world

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres, pytest.mark.usefixtures("pack")]


def families(number: int) -> list[world.Family]:
    """Return families whose mothers are enrolled since yesterday."""
    day = timezone.localdate() - timedelta(days=1)
    found = [world.family([("haru", day - timedelta(days=40))]) for _ in range(number)]
    for home in found:
        world.enrol(home, ["children"], on=day)
    return found


def test_workers_at_once_look_at_everybody_and_tell_each_thing_once() -> None:
    families(8)
    now = timezone.now()
    tallies: list[daily.Tally] = []
    raised = at_once([lambda: tallies.append(daily.daily(now)) for _ in range(4)])
    assert raised == []
    assert sum(tally.looked for tally in tallies) == 8
    assert sum(tally.failed for tally in tallies) == 0
    assert Sent.objects.count() == Message.objects.filter(source="outreach").count() == 8
    keys = list(Told.objects.values_list("programme", "about", "enrolment"))
    assert len(keys) == len(set(keys)) > 0
    assert not Enrolment.objects.filter(look_again_on__lte=timezone.localdate(now)).exists()


def test_the_same_person_looked_at_by_all_at_once_gets_one_message() -> None:
    families(1)
    row, now = Enrolment.objects.get(), timezone.now()
    assert at_once([lambda: looking.look(row.pk, now=now) for _ in range(5)]) == []
    assert Sent.objects.count() == Message.objects.filter(source="outreach").count() == 1


def test_a_withdrawal_in_the_middle_is_before_or_after_and_leaves_nothing_unopened_when_stopped() -> None:
    homes, now = families(6), timezone.now()

    def stopping(home: world.Family) -> Any:
        return lambda: enrolling.stop(home.mother, home.account, now=now)

    assert at_once([lambda: daily.daily(now), lambda: daily.daily(now), *map(stopping, homes)]) == []
    assert not Enrolment.objects.filter(ended_at=None).exists()
    assert not Message.objects.filter(source="outreach", cancelled_at=None).exists()


def test_after_a_withdrawal_has_committed_no_look_tells_anything() -> None:
    homes, now = families(4), timezone.now()
    withdrawn: dict[str, int] = {}

    def withdraw(home: world.Family) -> Any:
        def job() -> None:
            consent.withdraw(home.mother, world.AGREEMENT, actor=Actor(home.account, ""), now=now)
            withdrawn[home.mother] = Sent.objects.filter(enrolment__person_id=home.mother).count()

        return job

    assert at_once([lambda: daily.daily(now), *map(withdraw, homes)]) == []
    for home in homes:
        assert Sent.objects.filter(enrolment__person_id=home.mother).count() == withdrawn[home.mother]
