"""Whole applications with a real Chromium of a phone's size, with and without scripts: what they cost, and what they spare.

`MADOGUCHI_SHOTS=folder` keeps pictures of the pages.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from madoguchi.apps.accounts.models import User
from madoguchi.apps.applications.queries import receipts_of
from madoguchi.apps.cases import api as cases
from madoguchi.apps.cases.contracts import Applicant
from madoguchi.apps.cases.models import Case
from madoguchi.apps.procedures import api as procedures
from tests.files.samples import pdf
from tests.journeys import known
from tests.journeys.walker import Walker
from tests.site.browser import PHONE, browser
from tests.site.test_demo import door
from tests.site.test_sign_in_browser import site

__all__ = ["browser", "door", "site"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
HANAKO, SHOP = ("resident", "見本 花子"), ("business", "株式会社見本商店（")
BEGIN = ("申請を始める",)
EVENT = ("", "あてはまる手続を見る", "印をつけた手続をまとめて申請する")
"""An empty name stands for filling in the page."""


@dataclass(frozen=True, slots=True)
class Journey:
    """An application: who, from which page, with which answers, how it begins, how many cases come of it."""

    name: str
    who: tuple[str, str]
    start: str
    answers: Mapping[str, Any]
    begin: tuple[str, ...]
    cases: int = 1
    most_screens: int = 60
    most_inputs: int = 60


JOURNEYS = [
    Journey("child allowance", HANAKO, "/apply/jidou-teate/", known.HANAKO, BEGIN, 1, 12, 20),
    Journey("birth, all at once", HANAKO, "/life/birth/", known.BIRTH, EVENT, 8),
    Journey("moving in", HANAKO, "/life/moving-in/", known.MOVING, EVENT, 1, 12, 25),
    Journey("benefit (018)", HANAKO, "/apply/tokyo-018/", known.HANAKO, BEGIN, 1, 10, 25),
    Journey("subsidy", SHOP, "/apply/shien-digital/", known.SHOP, BEGIN, 1, 12, 40),
    Journey("permit", SHOP, "/apply/inshoku-eigyou/", known.SHOP, BEGIN, 1, 12, 40),
]


@pytest.fixture
def walk(browser: Browser, site: str, tmp_path: Path) -> Iterator[Callable[[Journey, bool], Walker]]:
    """Return how a person goes through a journey up to the last look."""
    paper = tmp_path / "書類.pdf"
    paper.write_bytes(pdf())
    contexts = []

    def go(journey: Journey, script: bool) -> Walker:
        context = browser.new_context(viewport=PHONE, locale="ja-JP", java_script_enabled=script)  # type: ignore[arg-type]
        contexts.append(context)
        walker = Walker(context.new_page(), site, journey.answers, paper=paper, shots=_shots(journey))
        walker.sign_in(*journey.who)
        walker.begin(journey.start)
        for name in journey.begin:
            if name:
                walker.press(name)
            else:
                walker.fill_in()
        walker.go_on()
        return walker

    yield go
    for context in contexts:
        context.close()


def _shots(journey: Journey) -> Path | None:
    folder = os.environ.get("MADOGUCHI_SHOTS", "")
    if not folder:
        return None
    made = Path(folder) / journey.start.strip("/").replace("/", "-")
    made.mkdir(parents=True, exist_ok=True)
    return made


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
@pytest.mark.parametrize("journey", JOURNEYS, ids=lambda journey: journey.start.strip("/"))
def test_a_person_with_a_phone_applies(
    walk: Callable[[Journey, bool], Walker], journey: Journey, script: bool, told: Callable[[str], None]
) -> None:
    walker = walk(journey, script)
    numbers = walker.send()
    cost = walker.cost
    told(cost.line(journey.name, script=script))
    assert len(numbers) == len(set(numbers)) == journey.cases
    assert set(numbers) == set(Case.objects.values_list("number", flat=True))
    assert len(cost.asked) == len(set(cost.asked)), "a question was asked twice"
    assert cost.screens <= journey.most_screens
    assert cost.inputs <= journey.most_inputs
    walker.page.goto(f"{walker.site}/me/cases/{numbers[0]}/")
    expect(walker.page.locator("strong.code").first).to_have_text(numbers[0])
    walker.shoot("case")


def test_a_birth_asks_once_and_fills_in_what_follows(
    walk: Callable[[Journey, bool], Walker], told: Callable[[str], None]
) -> None:
    walker = walk(JOURNEYS[1], True)
    walker.send()
    typed = {name.split("[")[0] for name in walker.cost.asked}
    filled, total = _follow_on(typed)
    told(f"birth: {filled} of {total} questions of the follow-on procedures were filled in ({filled / total:.0%})")
    assert filled / total >= 0.8


def _follow_on(typed: set[str]) -> tuple[int, int]:
    """Return how many questions of the procedures after the first were filled in, of how many.

    A question is filled in when the person did not type it, or had typed it for a procedure that is filed before.
    """
    user = User.objects.get(kind="resident")
    subject_id = Case.objects.values_list("subject_id", flat=True).first()
    assert subject_id
    applicant = Applicant(str(user.pk), "person", subject_id)
    (receipt,) = receipts_of(applicant)
    first, *rest = receipt.cases
    before = set(cases.answers_for_applicant(first.case_id, applicant=applicant).answers)
    filled = total = 0
    for line in rest:
        form = procedures.procedure(line.procedure_id, line.version).form
        answers = cases.answers_for_applicant(line.case_id, applicant=applicant).answers
        for key in answers:
            if form.fields[key].calculate is None:
                total += 1
                filled += key not in typed or key in before
        before |= set(answers)
    return filled, total


def test_what_was_told_of_one_child_is_not_offered_for_another(walk: Callable[[Journey, bool], Walker]) -> None:
    walk(JOURNEYS[0], True).send()
    later = walk(JOURNEYS[1], True)
    assert {"child.name", "child.kana", "child.sex"} <= set(later.cost.asked)
    assert not {"applicant.phone", "applicant.name"} & set(later.cost.asked)
