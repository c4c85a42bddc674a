"""axe finds no violation on the pages of consents at phone size, in all three languages of the person's pages."""

import pytest
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.accounts import services as accounts
from madoguchi.apps.accounts.models import User
from madoguchi.apps.consents import handles
from madoguchi.apps.consents.api import disclose
from madoguchi.apps.consents.models import BreakGlass
from madoguchi.apps.consents.services import clients, emergencies, previews, questions
from madoguchi.core.permissions import Role
from tests.consents import desk_world, world
from tests.consents.world import HERSELF, PERSON, Memory
from tests.site.browser import PHONE, browser
from tests.site.test_accessibility import check

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def terms(transactional_db: None, facts: Memory) -> Memory:
    """Make the world in committed rows, since the server runs in another thread."""
    world.build()
    return facts


def page_of(user: User, server: LiveServer, browser: Browser) -> Page:
    client = Client()
    client.force_login(user)
    context = browser.new_context(viewport=PHONE)  # type: ignore[arg-type] # a plain dict is taken
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": server.url}])
    return context.new_page()


def test_no_page_of_the_person_has_a_violation(live_server: LiveServer, terms: Memory, browser: Browser) -> None:
    user = User.objects.create(username="hanako", display_name="東京 花子", kind="resident")
    terms.accounts[str(user.pk)] = PERSON
    now = timezone.now()
    record = world.grant(now=now)
    entry = disclose(world.ask_by_law(reason="資格の確認", attributes=("氏名", "生年月日")), now)
    made, _ = clients.create(
        "shinjuku-childcare", organisation_id="shinjuku", name="保育", purposes=["childcare"], now=now
    )
    waiting = previews.ask(made, purpose_id="childcare", attributes=["氏名", "口座・カード番号"], now=now)
    paths = (
        "/me/consents/?organisation=shinjuku",
        "/me/consents/childcare.shinjuku/",
        f"/me/receipts/{record.pk}/",
        "/me/access/?basis=law",
        f"/me/access/{entry.id}/",
        f"/me/requests/{previews.link_token(waiting)}/",
    )
    everywhere = tuple(prefix + path for prefix in ("", "/en", "/ja-easy") for path in paths)
    assert check(page_of(user, live_server, browser), live_server, everywhere) == []


def test_no_page_of_staff_has_a_violation(live_server: LiveServer, terms: Memory, browser: Browser) -> None:
    now = timezone.now()
    user = accounts.create_staff(
        username="all", display_name="職員", password="a long sample password", roles={"shinjuku": set(Role)}
    )
    entry = disclose(world.ask(), now)
    questions.ask(HERSELF, PERSON, entry.id, text="なぜ見ましたか", now=now)
    rescuer = world.member("shinjuku", Role.EMERGENCY)
    emergencies.open_emergency(rescuer, "shinjuku", "rescue.shinjuku", PERSON, reason="火災で連絡がつかない", now=now)
    paths = ("access/", "access-questions/", "break-glass/", f"break-glass/{BreakGlass.objects.get().pk}/")
    found = check(page_of(user, live_server, browser), live_server, tuple(f"/desk/{path}" for path in paths))
    assert found == []


def test_no_page_about_a_person_at_the_desk_has_a_violation(
    live_server: LiveServer, transactional_db: None, browser: Browser
) -> None:
    desk_world.build()
    person_id = desk_world.hanako()
    user = User.objects.create(username="worker", display_name="職員", kind="staff")
    accounts.set_roles(user, {desk_world.CHOFU: {Role.CASEWORKER}})
    agreement = f"allowance.{desk_world.CHOFU}"
    handle = handles.Handle(desk_world.CHOFU, agreement, person_id, "C-1", timezone.now())
    own = f"/desk/people/p/{handles.sealed(handle, str(user.pk))}/"
    about = ("", "fact/", "fact/?attribute=所得", "fact/?attribute=住居", "event/", "protect/")
    events = tuple(f"event/?kind={kind}" for kind in ("birth", "join", "leave", "death", "cancel"))
    paths = ("/desk/people/", "/desk/people/protection/", *(own + path for path in about + events))
    page = page_of(user, live_server, browser)
    assert check(page, live_server, (*paths, "/en/desk/people/", "/ja-easy/desk/people/")) == []
    page.goto(live_server.url + own)
    page.click("main form button")
    assert "見本町1-2-3" in page.content()
    page.goto(f"{live_server.url}/desk/people/")
    page.select_option("#agreement", agreement)
    page.fill("#name", desk_world.NAME)
    page.fill("#birth", desk_world.BORN.isoformat())
    page.fill("#case", "C-1")
    page.click("main form button")
    page.click("main ul a")
    assert page.locator("h1").inner_text() == "さがした人"


def test_the_page_of_a_business_account_has_no_violation(
    live_server: LiveServer, terms: Memory, browser: Browser
) -> None:
    user = User.objects.create(username="firm", display_name="見本商店", kind="business")
    assert check(page_of(user, live_server, browser), live_server, ("/me/business-data/",)) == []
