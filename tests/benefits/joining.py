"""A family of Tokyo in the registers, and its applications for 018 Support, decided by two people of the office."""

from datetime import date, datetime, timedelta
from typing import Any

from madoguchi.apps.accounts.models import User
from madoguchi.apps.cases import api as cases
from madoguchi.apps.cases.contracts import Applicant, CheckResult, Source, Submission
from madoguchi.apps.people import services as people
from madoguchi.apps.people.contracts import Role as Place
from madoguchi.apps.people.contracts import Subject
from madoguchi.core import events
from madoguchi.core.access import Kind
from madoguchi.core.permissions import SYSTEM, Actor, Role
from tests.packed import NOW
from tests.people.conftest import register

from .conftest import OWNER

CITY = "132080"
EXAMINER = Actor("examiner", "審査", {OWNER: frozenset({Role.EXAMINER})})
DECIDER = Actor("decider", "決裁", {OWNER: frozenset({Role.DECIDER})})
SECOND = Actor("second", "審理", {OWNER: frozenset({Role.DECIDER})})
PARENT, FIRST, OTHER = "見本 花子", "見本 太郎", "見本 次郎"
BORN = {FIRST: date(2018, 5, 5), OTHER: date(2020, 7, 7)}
OWN_ACCOUNT = {
    "account.use_registered": False,
    "account.bank_code": "0009",
    "account.branch_code": "012",
    "account.kind": "普通",
    "account.number": "0000055",
    "account.holder": "ミホン ハナコ",
}
REGISTERED = {
    "受取口座銀行コード": "0009",
    "受取口座支店コード": "101",
    "受取口座種目": "普通",
    "受取口座番号": "1234567",
    "受取口座名義": "ミホン ハナコ",
}


class Family:
    """A parent with an account and her children, as the register tells them."""

    def __init__(self, name: str = PARENT, born: dict[str, date] | None = None, *, city: str = CITY) -> None:
        self.name = name
        self.user = User.objects.create(username=f"user {name}", display_name=name, kind=Kind.RESIDENT)
        self.parent = people.create_person(SYSTEM, "", now=NOW, account_id=str(self.user.pk)).id
        tell(self.parent, f"{name} herself", {"氏名": name, "生年月日": date(1990, 5, 6)})
        self.children: dict[str, str] = {}
        for child, day in (BORN if born is None else born).items():
            self.children[child] = people.create_person(SYSTEM, "", now=NOW).id
            tell(self.children[child], f"{name} {child}", {"氏名": child, "生年月日": day})
        members = {self.parent: Place.HEAD, **dict.fromkeys(self.children.values(), Place.CHILD)}
        self.home = people.form_household(
            SYSTEM, "", members, on=date(2021, 1, 1), complete=True, provenance=register(f"{name} home"), now=NOW
        )
        place = {"自治体コード": city}
        people.record_verified(
            SYSTEM, "", Subject.household(self.home), place, provenance=register(f"{name} city"), obtained_at=NOW
        )

    @property
    def applicant(self) -> Applicant:
        """Return the parent as who applies."""
        return Applicant(str(self.user.pk), "person", self.parent)


def tell(person_id: str, record: str, values: dict[str, Any], *, source: str = "住民基本台帳") -> None:
    """Let a register tell facts about a person."""
    told = register(record, source=source)
    people.record_verified(SYSTEM, "", Subject.person(person_id), values, provenance=told, obtained_at=NOW)


def answers(family: Family, *children: str, **more: Any) -> dict[str, Any]:
    """Return the answers of an application for these children."""
    listed = [
        {"name": child, "kana": "ミホン", "born_on": BORN[child].isoformat(), "living_with": True} for child in children
    ]
    return {
        "applicant.municipality": CITY,
        "applicant.name": family.name,
        "applicant.kana": "ミホン ハナコ",
        "applicant.born_on": "1990-05-06",
        "applicant.address": "東京都調布市小島町2-35-1",
        "applicant.phone": "0424817111",
        "children": listed,
        **OWN_ACCOUNT,
        "declaration.agreed": True,
        **more,
    }


def newborn(family: Family, name: str, born: date, **more: Any) -> dict[str, Any]:
    """Return the answers of an application for a newborn."""
    told = answers(family)
    del told["children"]
    return {
        **told,
        "applicant.role": "mother",
        "child.name": name,
        "child.kana": "ミホン",
        "child.born_on": born.isoformat(),
        "child.living_with": True,
        "birth.count": 1,
        "household.in_tokyo": True,
        **more,
    }


def opened(family: Family, given: dict[str, Any], *, key: str = "k", procedure: str = "tokyo-018") -> str:
    """Send an application and return its case."""
    submission = Submission(
        key=key,
        procedure_id=procedure,
        version=1,
        organisation_id=OWNER,
        subject_kind="person",
        subject_id=family.parent,
        applicant_account_id=str(family.user.pk),
        acting_for="",
        answers=given,
        sources={"applicant.name": Source("住民基本台帳", date(2026, 11, 1), True, family.name)},
        documents={"bank_account": ("a-file",)},
    )
    return cases.open_case(submission, now=NOW).id


def decide(case_id: str, outcome: str = "granted", *, since: str = "2026-04-01", now: datetime = NOW) -> None:
    """Examine a case, propose and decide."""
    cases.accept(case_id, actor=EXAMINER, expected_number=None, now=now)
    for check in cases.case_for_staff(case_id, actor=EXAMINER, now=now).checks:
        if check.result is not CheckResult.PASSED:
            failed = check.result is CheckResult.FAILED
            cases.do_check(
                case_id, actor=DECIDER if failed else EXAMINER, check_id=check.id, passed=True, words="見ました",
                override=failed, expected_number=None, now=now,
            )  # fmt: skip
    reasons = () if outcome == "granted" else ("paid",)
    values = {"from": since} if outcome == "granted" and since else {}
    cases.propose(
        case_id, actor=EXAMINER, outcome=outcome, reasons=reasons, values=values, expected_number=None, now=now
    )
    cases.decide(case_id, actor=DECIDER, expected_number=None, now=now)


def change_by_objection(family: Family, case_id: str, outcome: str, *, since: str = "") -> None:
    """Notify a decision and let an objection change it."""
    later = NOW + timedelta(days=1)
    cases.notify(case_id, actor=EXAMINER, expected_number=None, now=NOW)
    cases.object_to(case_id, applicant=family.applicant, text="見直してください。", now=later)
    cases.decide_objection(
        case_id, actor=SECOND, changed=True, outcome=outcome, reasons=() if outcome == "granted" else ("paid",),
        words="見直しました。", values={"from": since} if since else {}, expected_number=None, now=later,
    )  # fmt: skip


def deliver() -> None:
    """Deliver every event that waits."""
    while events.deliver_pending():
        continue
