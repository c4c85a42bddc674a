"""axe finds no violation on upkeep's pages with everything on them, at phone and desktop size; none scrolls sideways."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from madoguchi.apps.accounts.api import actor_of
from madoguchi.apps.accounts.models import User
from madoguchi.apps.upkeep import assistant, services
from madoguchi.apps.upkeep.checks import running
from madoguchi.apps.upkeep.contracts import PageKind
from madoguchi.apps.upkeep.models import Finding
from madoguchi.apps.upkeep.pages import PageText
from tests.site.browser import DESKTOP, PHONE, browser
from tests.site.test_accessibility import check
from tests.upkeep.conftest import ID, PAGE

__all__ = ["browser"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
NOW = datetime(2026, 12, 1, tzinfo=UTC)
TODAY = date(2026, 12, 1)


def world(publisher: User) -> tuple[str, ...]:
    """Fill every part of the pages and return their addresses."""
    actor = actor_of(publisher)
    running.run(today=TODAY, now=NOW)
    row = Finding.objects.create(
        check_name="ages", key="k", organisation_id="tokyo-fukushi", programme_id=ID, code="age_upper",
        detail={"quote": "15歳未満", "said_months": 179, "structured_months": None}, severity="high", record_hash="h",
        first_seen=NOW, last_seen=NOW,
    )  # fmt: skip
    services.hand_over(actor, ID, account_id=actor.id, due_on=date(2027, 1, 15), today=TODAY, now=NOW)
    services.record_review(
        actor, ID, version=1, revision=0, review_on=date(2027, 6, 1), note="見本", public_note="", today=TODAY, now=NOW
    )
    page = PageText(PAGE + "所得の制限は別表のとおりです。\n", "児童育成手当 | 見本市", is_cut=True)
    taken = assistant.take_in(actor, ID, page, kind=PageKind.PASTED, url="", today=TODAY, now=NOW)
    chosen = [item.pk for item in taken.changes.filter(field="online")]
    assistant.reject(actor, taken.pk, chosen, why="窓口だけです", now=NOW)
    chosen = [item.pk for item in taken.changes.filter(field="effective_from")]
    assistant.accept(actor, taken.pk, chosen, revision=0, today=TODAY, now=NOW)
    base = "/desk/upkeep/"
    return (
        "/registry/upkeep/", "/en/registry/upkeep/", base, f"{base}organisations/tokyo-fukushi/",
        f"{base}findings/{row.pk}/", f"{base}programmes/{ID}/", f"{base}pages/{taken.pk}/",
    )  # fmt: skip


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_no_page_of_upkeep_has_a_violation(
    live_server: LiveServer, publisher: User, browser: Browser, size: dict[str, int]
) -> None:
    paths = world(publisher)
    client = Client()
    client.force_login(publisher)
    context = browser.new_context(viewport=size)  # type: ignore[arg-type] # a plain dict is taken
    context.add_cookies([{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}])
    page = context.new_page()
    assert check(page, live_server, paths) == []
    context.close()
