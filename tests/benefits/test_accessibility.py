"""axe finds no violation on the pages of benefits at phone size."""

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.accounts.models import User
from madoguchi.apps.benefits import services
from madoguchi.apps.benefits.contracts import Waiting
from madoguchi.apps.benefits.models import OpenGrant, Run
from madoguchi.core.access import Kind
from madoguchi.core.permissions import SYSTEM, Role
from tests.people.conftest import load_words, new_person, prove
from tests.site.browser import PHONE, browser
from tests.site.test_accessibility import check

from . import desk
from .conftest import NOW, PREPARER, SCHEME, account, answer, calculated, enrol, load_scheme, sent

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def page_of(client: Client, server: LiveServer, browser: Browser) -> Page:
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type] # a plain dict is taken
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
    return context.new_page()


@pytest.fixture
def runs(transactional_db: None) -> list[Run]:
    """Return a run that the bank answered, and one that waits for its approval."""
    load_words()
    load_scheme()
    services.list_eligible(SYSTEM, SCHEME, ["a", "b", "c"], source="register", now=NOW)
    enrol("a")
    enrol("b")
    enrol("c", at=account(holder="山田花子"))
    first = sent()
    services.settle(PREPARER, str(first.pk), answer(first, {"b": "closed"}), now=NOW)
    for number, why in enumerate(Waiting):
        OpenGrant.objects.create(
            case_id=f"c{number}", case_number=f"N-{number}", scheme_id=SCHEME, waiting=why, noted_at=NOW, blocking=[1]
        )
    return [first, calculated(12)]


def test_no_page_of_the_desk_has_a_violation(live_server: LiveServer, runs: list[Run], browser: Browser) -> None:
    client = desk.browser("both", Role.PAYMASTER, Role.PAYMENT_APPROVER)
    paths = ["/desk/benefits/", desk.DESK, *(desk.address(run) for run in runs)]
    paths += [f"{desk.address(runs[0])}payments/?state={state}" for state in ("failed", "paid")]
    paths += [f"{desk.address(runs[0])}findings/bad_account/", "/en/desk/benefits/", f"/ja-easy{desk.DESK}"]
    page = page_of(client, live_server, browser)
    assert check(page, live_server, tuple(paths)) == []
    page.goto(live_server.url + desk.DESK)
    assert page.locator("h1").inner_text() == "018サポート"


def test_the_page_of_who_is_paid_has_no_violation(live_server: LiveServer, runs: list[Run], browser: Browser) -> None:
    user = User.objects.create(username="hanako", display_name="見本 花子", kind=Kind.RESIDENT)
    client = Client()
    prove(client, user)
    services.cancel(PREPARER, str(runs[1].pk), now=NOW)
    enrol("d", payee=new_person(str(user.pk)))
    run = sent(12)
    services.settle(PREPARER, str(run.pk), answer(run, {"d": "closed"}), now=NOW)
    page = page_of(client, live_server, browser)
    everywhere = [prefix + path for prefix in ("", "/en", "/ja-easy") for path in ("/me/benefits/",)]
    account_page = f"/me/benefits/{SCHEME}/account/"
    assert check(page, live_server, (*everywhere, account_page)) == []
    page.goto(live_server.url + account_page)
    page.locator("main form").evaluate("form => { form.noValidate = true }")
    page.fill("#bank_code", "12")
    page.click("main form .button")
    assert page.locator("#errors").inner_text()
