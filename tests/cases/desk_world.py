"""A small desk: one office with three officers, another office, and a procedure with checks, reasons and four eyes."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.test import Client
from django.utils import timezone

from madoguchi.apps.accounts import services as accounts
from madoguchi.apps.accounts.api import actor_of
from madoguchi.apps.accounts.models import User
from madoguchi.apps.cases import api as cases
from madoguchi.apps.cases.contracts import Applicant, CaseRef, CaseView, Source, Submission
from madoguchi.core.permissions import Actor, Role
from tests.applications import world
from tests.applications.world import CHOFU, page, record, text
from tests.people.conftest import load_words

OTHER = "131199"
QUEUE = "/desk/cases/"
PERSON = Applicant("account-1", "person", "person-1")
ANSWERS: Mapping[str, Any] = {
    "applicant.name": "調布 花子",
    "applicant.born_on": "1990-04-02",
    "applicant.address": "調布市小島町2-35-1",
    "applicant.phone": "042-481-7111",
    "applicant.reason": "至急お願いします。",
    "account.number": "1234567",
    "children": [{"name": "調布 太郎", "born_on": "2020-05-05"}],
}
REASONS = [
    {"id": "too-late", "text": text("期限のあとに届いた"), "law": "見本法 第2条"},
    {"id": "elsewhere", "text": text("ほかの市に住んでいる")},
]
LETTER = {
    "title": text("見本手当 決定通知書"),
    "granted": text("{name} 様\n\n{decided_on} に認めました。金額は {amount} です。"),
    "refused": text("{name} 様\n\n認められません。{reasons}"),
}
PAGES = [
    page("person", "applicant.name", "applicant.born_on", "applicant.address", "applicant.phone"),
    page("children", "children"),
    page("money", "applicant.reason", "account.number"),
]
CHECKS = [
    {"id": "read", "name": text("内容を読む"), "kind": "person", "how": text("全部読む"), "required": True},
    {
        "id": "old-enough",
        "name": text("年齢の条件"),
        "kind": "rule",
        "holds": {"field": "applicant.phone", "is": "042-481-7111"},
        "else": text("電話番号が条件に合いません。"),
        "required": True,
    },
]
BENEFIT = record(
    "benefit",
    PAGES,
    kind="benefit",
    checks=CHECKS,
    documents=[{"id": "income_certificate", "required": False, "reuse_days": 90}],
    decision={
        "four_eyes": True,
        "outcomes": ["granted", "partly_granted", "refused"],
        "refusal_reasons": REASONS,
        "letter": LETTER,
    },
)
ALONE = record("alone", PAGES)
"""One person may decide it."""


def build() -> dict[str, User]:
    """Load the procedures and make officers: two who decide, one who examines, one of another office."""
    load_words()
    world.publish(BENEFIT, ALONE)
    return {
        "examiner": officer("examiner", "審査 一郎", Role.EXAMINER),
        "decider": officer("decider", "決裁 二郎", Role.DECIDER),
        "second": officer("second", "決裁 三郎", Role.DECIDER),
        "stranger": officer("stranger", "板橋 四郎", Role.DECIDER, organisation_id=OTHER),
    }


def officer(username: str, name: str, role: Role, *, organisation_id: str = CHOFU) -> User:
    """Make a member of staff."""
    user = User.objects.create(username=username, display_name=name, kind="staff")
    accounts.set_roles(user, {organisation_id: {role}})
    return user


def actor(user: User) -> Actor:
    """Return an officer as services take her."""
    return actor_of(user)


def open_one(
    key: str,
    *,
    procedure_id: str = "benefit",
    days_ago: int = 1,
    answers: Mapping[str, Any] = ANSWERS,
    organisation_id: str = CHOFU,
) -> CaseRef:
    """Let an application arrive."""
    at = timezone.now() - timedelta(days=days_ago)
    given = Submission(
        key=key,
        procedure_id=procedure_id,
        version=1,
        organisation_id=organisation_id,
        subject_kind=PERSON.subject_kind,
        subject_id=PERSON.subject_id,
        applicant_account_id=PERSON.account_id,
        acting_for="",
        answers=answers,
        sources={"applicant.name": Source("住民基本台帳", "2026-11-01", True)},
        at=at,
    )
    return cases.open_case(given, now=at)


def view_of(ref: CaseRef, user: User) -> CaseView:
    """Return a case as an officer sees it."""
    return cases.case_for_staff(ref.id, actor=actor(user), now=timezone.now())


def now() -> datetime:
    """Return this moment."""
    return timezone.now()


def accepted(ref: CaseRef, user: User) -> None:
    """Begin the examination and find the content in order."""
    who = actor(user)
    cases.accept(ref.id, actor=who, expected_number=None, now=now())
    cases.do_check(ref.id, actor=who, check_id="read", passed=True, words="", expected_number=None, now=now())


def proposed(ref: CaseRef, user: User) -> None:
    """Go on to a proposal that grants."""
    accepted(ref, user)
    cases.propose(
        ref.id, actor=actor(user), outcome="granted", values={"amount": 5_000}, expected_number=None, now=now()
    )


def notified(ref: CaseRef, examiner: User, decider: User) -> None:
    """Go on to the letter."""
    proposed(ref, examiner)
    cases.decide(ref.id, actor=actor(decider), expected_number=None, now=now())
    cases.notify(ref.id, actor=actor(examiner), expected_number=None, now=now())


def enter(user: User) -> Client:
    """Return a browser in which an officer is signed in."""
    client = Client()
    client.force_login(user)
    return client


def words(answer: Any) -> str:
    """Return a page."""
    return str(answer.content.decode())


def plain(answer: Any) -> str:
    """Return the text of a page without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", words(answer)))


def at(ref: Any, part: str = "") -> str:
    """Return the address of a page of a case."""
    return f"{QUEUE}{ref.number}/{part}"
