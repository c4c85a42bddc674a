"""A business account gets its own data as a file and can erase it; what a register publishes about a corporation stays."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from madoguchi.apps.accounts.contracts import AssuranceLevel, BusinessSignedIn
from madoguchi.apps.accounts.models import User
from madoguchi.apps.businesses import api as businesses
from madoguchi.apps.businesses import townlist
from madoguchi.apps.businesses.models import Town
from madoguchi.apps.businesses.register.loading import load_file
from madoguchi.apps.consents import journal
from madoguchi.apps.consents.api import disclose
from madoguchi.apps.consents.models import AccessQuestion, ConsentRecord
from madoguchi.apps.consents.services import consent, questions
from madoguchi.apps.consents.services.business_accounts import export
from madoguchi.core.models import AuditEntry, Organisation
from madoguchi.core.permissions import Actor
from tests.businesses.rows import number, row, write
from tests.consents import world
from tests.consents.opened import everything
from tests.people.conftest import prove

pytestmark = pytest.mark.django_db
NAME = "消田 商子"


@pytest.fixture
def register(terms: world.Memory) -> world.Memory:
    """Add what the register of businesses needs to the small world."""
    Organisation.objects.create(id="tokyo", kind="metropolis", name_ja="東京都", name_en="T", code="130001")
    Organisation.objects.filter(pk="shinjuku").update(code="131041")
    Town.objects.create(city_code="13104", name="西新宿二丁目")
    townlist.forget()
    return terms


def sign_in(account: str, **claims: Any) -> None:
    given = {"account_type": "2", "corp_type": "1", **claims}
    businesses.on_business_signed_in(
        BusinessSignedIn(account, "https://gbiz-id.go.jp/oauth/", "subject", given, world.NOW.isoformat())
    )


def account(name: str) -> User:
    return User.objects.create(username=name, display_name=name, kind="business")


def browser_of(user: User, level: AssuranceLevel = AssuranceLevel.CARD) -> Browser:
    browser = Browser()
    prove(browser, user, level=level)
    return browser


@pytest.fixture
def proprietor(register: world.Memory) -> User:
    """Return the account of a sole proprietor who consented, was looked at, and asked why."""
    user = account("shop")
    sign_in(str(user.pk), corp_type="2", name=NAME, address1="東京都新宿区", address2="西新宿2-8-1")
    business = businesses.business_of_account(str(user.pk))
    assert business is not None
    register.accounts[str(user.pk)] = business.id
    register.put(business.id, 氏名=NAME)
    herself, now = Actor(str(user.pk), "本人"), timezone.now()
    consent.grant(business.id, "grant.shinjuku", actor=herself, now=now)
    entry = disclose(world.ask(purpose_id="grant", subject_id=business.id, attributes=("氏名",)), now)
    assert entry.values
    questions.ask(herself, business.id, entry.id, text="消田の店をなぜ見たのですか", now=now)
    return user


def test_the_file_holds_account_business_consents_and_accesses(proprietor: User) -> None:
    browser = browser_of(proprietor)
    assert "JSONで受け取る" in browser.get("/me/business-data/").content.decode()
    answer = browser.get("/me/business-data/my-business-data.json")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert answer.headers["Cache-Control"] == "no-store"
    found = json.loads(answer.content)
    assert found["account"]["kind"] == "business"
    assert found["businesses"]["sole_proprietor"]["name"] == NAME
    assert {name: len(rows) for name, rows in found["consents"].items()} == {
        "consents": 1,
        "accesses": 1,
        "questions": 1,
    }
    assert AuditEntry.objects.filter(action="business-account.export").count() == 1


def test_the_file_needs_more_than_an_open_session_and_erasing_a_fresh_proof(proprietor: User) -> None:
    browser = browser_of(proprietor, AssuranceLevel.NONE)
    assert browser.get("/me/business-data/").status_code == 200
    assert browser.get("/me/business-data/my-business-data.json").status_code == 302
    assert browser.post("/me/business-data/erase/", {"sure": "yes"}).status_code == 302
    assert export(str(proprietor.pk))["businesses"]


def test_erasing_a_sole_proprietor_removes_record_consents_and_words(proprietor: User) -> None:
    browser = browser_of(proprietor)
    browser.post("/me/business-data/erase/", {})
    assert NAME in everything(), "nothing happens without the tick"
    assert browser.post("/me/business-data/erase/", {"sure": "yes"}).headers["Location"] == "/"
    assert NAME not in everything()
    assert "消田の店" not in everything()
    assert ConsentRecord.objects.get().state == "withdrawn"
    assert AccessQuestion.objects.get().text == "消去"
    assert not User.objects.get(pk=proprietor.pk).is_active
    assert journal.verify() == []
    assert AuditEntry.objects.filter(action="business-account.erase").count() == 1


def test_erasing_the_account_of_a_corporation_leaves_the_corporation(register: world.Memory, tmp_path: Path) -> None:
    load_file(write(tmp_path / "rows.csv", [row(1)]), now=world.NOW)
    user = account("corporation")
    sign_in(str(user.pk), corporate_number=number(1))
    business = businesses.business_of_account(str(user.pk))
    assert business is not None
    register.accounts[str(user.pk)] = business.id
    register.put(business.id, 氏名="会社")
    consent.grant(business.id, "grant.shinjuku", actor=Actor(str(user.pk), "x"), now=timezone.now())
    assert "sole_proprietor" not in export(str(user.pk))["businesses"]
    browser_of(user).post("/me/business-data/erase/", {"sure": "yes"})
    assert businesses.get(number(1)) is not None
    assert ConsentRecord.objects.get().state == "granted", "the corporation's own decision is no data of the account"
    assert "businesses" not in export(str(user.pk))


def test_others_have_no_such_page(proprietor: User) -> None:
    resident = User.objects.create(username="r", display_name="r", kind="resident")
    assert browser_of(resident).get("/me/business-data/").status_code == 404
    other = browser_of(account("other"))
    assert NAME not in other.get("/me/business-data/my-business-data.json").content.decode()
    assert Browser().get("/me/business-data/").status_code == 302
