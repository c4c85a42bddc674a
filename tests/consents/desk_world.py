"""A desk for tests: real people of 調布市 with facts of a register, the agreements of the small world, staff who sign in."""

from datetime import date
from typing import Any

from django.test import Client as Browser
from django.utils import timezone

from madoguchi.apps.accounts import services as accounts
from madoguchi.apps.accounts.models import User
from madoguchi.apps.consents.services import terms
from madoguchi.apps.people import api as people
from madoguchi.core.permissions import SYSTEM, Role
from tests.consents import world
from tests.people.conftest import NOW, load_words, register

CHOFU, OTHER_CITY = "132080", "131121"
NAME, BORN = "見本 花子", date(1990, 5, 6)
ATTRIBUTES = ["氏名", "住所", "生年月日", "所得", "自治体コード"]


def build() -> None:
    """Load the vocabulary and give two municipalities one agreement by law and one by consent each."""
    load_words()
    for order, name in enumerate([*ATTRIBUTES, "就労中"]):
        words = {"name": name, "category": "ordinary", "sensitivity": 1, "ja": name, "en": name}
        terms.put_attribute(words, order)
    policy = {"id": "standard", "name": {"ja": "標準"}, "jurisdiction": "JP", "storage_location": "JP"}
    terms.put_policy(policy, now=NOW)
    for order, key in enumerate(("allowance", "childcare")):
        words = {"ja": f"目的{key}", "en": key, "easy": key}
        terms.put_purpose({"id": key, "subject": "person", "name": words, "description": words}, order, now=NOW)
    by_law: dict[str, Any] = {"basis": "law", "article": {"ja": "見本法", "en": "Sample Act"}, "default_on": []}
    for city in (CHOFU, OTHER_CITY):
        common = {"organisation": city, "attributes": ATTRIBUTES, "default_on": ATTRIBUTES}
        law = common | by_law | {"id": f"allowance.{city}", "purpose": "allowance"}
        consent = common | {"id": f"childcare.{city}", "purpose": "childcare"}
        terms.put_agreements([world.agreement(**law), world.agreement(**consent)], now=NOW)


def hanako(city: str = CHOFU, record: str = "r1") -> str:
    """Return somebody whose name, birth date, address and income a register told, head of a household in a city."""
    person_id = people.create_person(SYSTEM, "", now=NOW).id
    values = {"氏名": NAME, "生年月日": BORN, "住所": "東京都調布市見本町1-2-3", "所得": 1_230_000}
    subject = people.Subject.person(person_id)
    people.record_verified(SYSTEM, "", subject, values, provenance=register(record), obtained_at=NOW)
    home = people.form_household(
        SYSTEM,
        "",
        {person_id: people.Role.HEAD},
        on=date(2020, 1, 1),
        complete=True,
        provenance=register(f"home-{record}"),
        now=NOW,
    )
    whole = people.Subject.household(home)
    place = {"自治体コード": city}
    people.record_verified(SYSTEM, "", whole, place, provenance=register(f"city-{record}"), obtained_at=NOW)
    return person_id


def caseworker(name: str = "worker", city: str = CHOFU, *roles: Role) -> Browser:
    """Return the browser of signed-in staff of a municipality."""
    user = User.objects.create(username=name, display_name=name, kind="staff")
    accounts.set_roles(user, {city: set(roles or (Role.CASEWORKER,))})
    browser = Browser()
    browser.force_login(user)
    return browser


def form(**changes: str) -> dict[str, str]:
    """Return a search for Hanako by law."""
    base = {"agreement": f"allowance.{CHOFU}", "name": NAME, "birth": BORN.isoformat(), "case": "C-2026-1"}
    return base | changes


def today() -> date:
    """Return today in Tokyo."""
    return timezone.localdate()
