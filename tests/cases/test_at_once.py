"""Two at once on PostgreSQL: of two who act on the same page one wins; numbers are given once; one key opens one case."""

import random
import threading
from collections.abc import Callable, Iterator
from functools import partial
from itertools import combinations_with_replacement
from typing import Any

import pytest
from django.db import connections

from madoguchi.apps.cases import api, verifying
from madoguchi.apps.cases.contracts import CaseError, CaseRef, KeyReused, NotAllowed, Stale
from madoguchi.apps.cases.models import Action, Case, CaseCounter
from madoguchi.core.permissions import NotPermitted
from tests.cases import conftest
from tests.cases import world as w

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
Deed = Callable[[str, int, int], int]
"""Does something in a case, as the first or second person, on a page that showed so many actions."""


def at_once(jobs: list[Callable[[], Any]]) -> list[Any]:
    """Run jobs in threads that begin together; return what each returned or raised."""
    barrier = threading.Barrier(len(jobs))
    found: list[Any] = [None] * len(jobs)

    def run(place: int) -> None:
        try:
            barrier.wait()
            found[place] = jobs[place]()
        except Exception as problem:
            found[place] = problem
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


@pytest.fixture(autouse=True)
def _tokyo() -> None:
    conftest.build()
    w.opened(w.DOG, key="first", answers={"dog.name": "はじめ"})  # so that everything is imported and has its key


def staff_deed(deed: Callable[..., int], deciding: bool = False, **given: Any) -> Deed:
    """Return a deed of staff: two persons who may both do it."""
    pair = (w.DECIDER, w.SECOND) if deciding else (w.EXAMINER, w.COLLEAGUE)
    return lambda case, person, number: deed(case, actor=pair[person], expected_number=number, now=w.NOW, **given)


def her_deed(deed: Callable[..., int], **given: Any) -> Deed:
    """Return a deed of the applicant."""
    return lambda case, _person, number: deed(case, applicant=w.HANAKO, expected_number=number, now=w.NOW, **given)


DEEDS: dict[str, Deed] = {
    "accept": staff_deed(api.accept),
    "ask_correction": staff_deed(api.ask_correction, fields=["dog.breed"], message="直してください"),
    "propose": staff_deed(api.propose, outcome="accepted"),
    "decide": staff_deed(api.decide, deciding=True, outcome="accepted"),
    "forward": staff_deed(api.forward, organisation_id=w.MITAKA, reason="管轄です"),
    "take": staff_deed(api.take),
    "withdraw": her_deed(api.withdraw),
    "correct": her_deed(api.correct, changes={"dog.breed": "秋田犬"}),
}
FITTING = {
    "received": {"accept", "ask_correction", "forward", "take", "withdraw"},
    "examining": {"ask_correction", "propose", "decide", "forward", "take", "withdraw"},
    "correcting": {"correct", "take", "withdraw"},
}


def standing(state: str, key: str) -> str:
    """Open a case in a state."""
    case_id = w.opened(w.DOG, key=key, answers={"dog.name": key})
    if state == "examining":
        api.accept(case_id, actor=w.EXAMINER, expected_number=None, now=w.NOW)
    if state == "correcting":
        DEEDS["ask_correction"](case_id, 0, w.number(case_id))
    return case_id


def places() -> Iterator[tuple[str, str, str]]:
    """Yield every pair of deeds with every state in which one of the two can be done; both, where there is such a state."""
    for pair in combinations_with_replacement(DEEDS, 2):
        both = [state for state, fitting in FITTING.items() if fitting.issuperset(pair)]
        one = [state for state, fitting in FITTING.items() if fitting & set(pair)]
        for state in both or one:
            yield (*pair, state)


def test_of_two_who_act_on_the_same_page_exactly_one_wins() -> None:
    tried = 0
    for first, second, state in places():
        case_id = standing(state, f"{first}-{second}-{state}")
        shown = w.number(case_id)
        jobs = [partial(DEEDS[deed], case_id, person, shown) for person, deed in enumerate((first, second))]
        found = at_once(jobs)
        lost = [item for item in found if isinstance(item, Exception)]
        where = f"{first} and {second} in {state}: {found}"
        assert len(lost) == 1, where
        gone = "forward" in (first, second)  # who comes after a forwarding is no longer at home in the case
        assert isinstance(lost[0], (Stale, NotAllowed, NotPermitted) if gone else (Stale, NotAllowed)), where
        numbers = list(Action.objects.filter(case=case_id).values_list("number", flat=True))
        assert numbers == list(range(1, w.number(case_id) + 1)), where
        tried += 1
    assert tried > len(DEEDS) * (len(DEEDS) + 1) // 2
    assert verifying.verify() == []


def test_two_officers_at_work_leave_one_truth() -> None:
    for seed in range(5):
        two_at_work(seed)
    assert verifying.verify() == []


def two_at_work(seed: int) -> None:
    case_ids = [standing("received", f"run-{seed}-{n}") for n in range(2)]
    more: dict[str, Deed] = {
        **DEEDS,
        "note": staff_deed(api.note, text="メモ"),
        "release": staff_deed(api.release),
        "suspend": staff_deed(api.suspend, reason="照会"),
        "resume": staff_deed(api.resume),
        "return": staff_deed(api.return_proposal, deciding=True, reason="もう一度"),
    }
    del more["forward"], more["withdraw"]

    def work(person: int) -> int:
        draw, done = random.Random(f"{seed} {person}"), 0
        for _ in range(10):
            case_id, name = draw.choice(case_ids), draw.choice(sorted(more))
            try:
                more[name](case_id, person, w.number(case_id))
                done += 1
            except CaseError:
                continue
        return done

    found = at_once([lambda: work(0), lambda: work(1)])
    assert all(isinstance(item, int) for item in found), found
    written = Action.objects.filter(case__in=case_ids).exclude(kind__in=["submitted", "check_done"]).count()
    assert written == sum(found) > 0


def test_one_key_opens_one_case_however_often_it_is_delivered() -> None:
    before = Case.objects.count()
    found = at_once([lambda: api.open_case(w.submission(w.DOG, key="same"), now=w.NOW)] * 20)
    assert {item.number for item in found} == {found[0].number}
    assert Case.objects.count() == before + 1
    assert CaseCounter.objects.get(organisation_id=w.CHOFU).last == before + 1
    for name, changes in {
        "another dog": [{"answers": {"dog.name": str(n)}} for n in range(6)],
        "another office": [{"organisation_id": place} for place in (w.CHOFU, w.MITAKA, "131199") * 2],
    }.items():
        found = at_once([partial(deliver, name, given) for given in changes])
        opened = {item.number for item in found if not isinstance(item, Exception)}
        assert len(opened) == 1, found
        assert {type(item) for item in found if isinstance(item, Exception)} == {KeyReused}
    assert Case.objects.count() == before + 3
    assert verifying.verify() == []


def deliver(key: str, changes: dict[str, Any]) -> CaseRef:
    return api.open_case(w.submission(w.DOG, key=key, **changes), now=w.NOW)


def test_twenty_submissions_at_once_get_twenty_numbers_without_a_gap_and_all_but_the_first_alike_are_marked() -> None:
    dogs = [f"犬{n}" for n in range(16)] + ["同じ犬"] * 4
    found = at_once([partial(deliver, f"k{n}", {"answers": {"dog.name": dog}}) for n, dog in enumerate(dogs)])
    assert sorted(int(item.number.split("-")[2]) for item in found) == list(range(2, 22))
    results = [check.result.value for item in found[16:] for check in w.seen(item.id).checks]
    assert sorted(results) == ["failed", "failed", "failed", "passed"]
    assert verifying.verify() == []
