"""A family for tests of telling: a mother with an account, a father, children, as registers would tell them; and her consent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from madoguchi.apps.accounts.models import User
from madoguchi.apps.consents.services import consent
from madoguchi.apps.outreach.models import Enrolment, Sent, Told
from madoguchi.apps.outreach.services import enrolling, looking
from madoguchi.apps.people import api as people
from madoguchi.core.access import Kind
from madoguchi.core.permissions import SYSTEM, Actor
from tests.people.conftest import register

START = date(2026, 11, 24)
ITABASHI, CHOFU = "131199", "132080"
AGREEMENT = "service-improvement.tokyo-digital"
ORDINARY = (
    "生年月日",
    "自治体コード",
    "世帯人数",
    "国内居住",
    "監護",
    "生計同一",
    "施設入所",
    "医療保険",
    "生活保護",
    "受給中の制度",
    "接種記録",
    "性別",
)
_records = count(1)


def noon(day: date) -> datetime:
    """Return noon of a day in Tokyo."""
    return datetime(day.year, day.month, day.day, 3, 0, tzinfo=UTC)


def record() -> str:
    """Return the number of a fresh record."""
    return f"outreach-test-{next(_records)}"


@dataclass
class Family:
    """Ids of a family's members. `children` by name."""

    mother: str
    account: str
    father: str
    household: str
    user: User
    children: dict[str, str] = field(default_factory=dict)


def person(values: dict[str, Any], account_id: str | None = None) -> str:
    """Return somebody of whom a register told these values."""
    found = people.create_person(SYSTEM, "", now=noon(START), account_id=account_id).id
    tell(people.Subject.person(found), values)
    return found


def tell(subject: people.Subject, values: dict[str, Any], on: date = START) -> None:
    """Let a register tell facts."""
    people.record_verified(SYSTEM, "", subject, values, provenance=register(record()), obtained_at=noon(on))


def account(name: str) -> User:
    """Return the account of a resident."""
    return User.objects.create(username=f"{name}-{next(_records)}", display_name="住民", kind=Kind.RESIDENT)


def family(births: Iterable[tuple[str, date]] = (), *, municipality: str = ITABASHI, **facts: Any) -> Family:
    """Return a mother who is the head, a father and children; `facts` are further facts of the mother."""
    user = account("mother")
    common = {"国内居住": True, "施設入所": False, "医療保険": "被用者保険"}
    own = {"生年月日": date(1992, 4, 15), "性別": "女", "監護": True, "生計同一": True} | common | facts
    mother = person(own, str(user.pk))
    father = person({"生年月日": date(1990, 2, 28), "性別": "男", "所得": 5_000_000} | common)
    home = people.form_household(
        SYSTEM,
        "",
        {mother: people.Role.HEAD, father: people.Role.SPOUSE},
        on=date(2015, 4, 1),
        complete=True,
        provenance=register(record()),
        now=noon(START),
    )
    tell(people.Subject.household(home), {"自治体コード": municipality, "生活保護": False})
    found = Family(mother, str(user.pk), father, home, user)
    for name, born in births:
        found.children[name] = birth(found, born)
    return found


def birth(of: Family, born: date) -> str:
    """Let a child be born into a family; both are told as parents by one record each."""
    child = person({"生年月日": born, "国内居住": True, "施設入所": False, "医療保険": "被用者保険"})
    happening = people.Happening(
        people.EventKind.BIRTH, born, child, household_id=of.household, role=people.Role.CHILD, other_id=of.father
    )
    people.record_event(SYSTEM, "", [happening], provenance=register(record()), now=noon(max(born, START)))
    return child


def happen(kind: people.EventKind, person_id: str, on: date, **more: Any) -> None:
    """Let something happen to a person."""
    item = people.Happening(kind, on, person_id, **more)
    people.record_event(SYSTEM, "", [item], provenance=register(record()), now=noon(on))


def agree(person_id: str, account_id: str, on: date = START, attributes: Sequence[str] = ORDINARY) -> None:
    """Let somebody consent to being told, with these attributes."""
    consent.grant(person_id, AGREEMENT, actor=Actor(account_id, ""), now=noon(on), attributes=attributes)


def enrol(of: Family, topics: Sequence[str] = ("children",), on: date = START) -> Enrolment:
    """Let the mother agree and choose topics."""
    agree(of.mother, of.account, on)
    row = enrolling.choose(of.mother, of.account, topics, now=noon(on))
    assert row is not None
    return row


def look(row: Enrolment, on: date) -> set[tuple[str, str]]:
    """Look at an enrolled person on a day; return what was told: (programme, about)."""
    looking.look(row.pk, now=noon(on))
    return told(row, on)


def told(row: Enrolment, on: date | None = None) -> set[tuple[str, str]]:
    """Return what was told to somebody, on a day or ever."""
    rows = Told.objects.filter(enrolment=row)
    chosen = rows.filter(on=on) if on else rows
    return set(chosen.values_list("programme", "about"))


def messages(row: Enrolment) -> int:
    """Return how many messages somebody got."""
    return Sent.objects.filter(enrolment=row).count()


def days(first: date, number: int) -> list[date]:
    """Return so many days."""
    return [first + timedelta(days=offset) for offset in range(number)]
