"""The device gives the same verdicts as the server, for random households and every programme; a broken engine is found."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import Browser, Page

from madoguchi.apps.registry import catalogue
from madoguchi.engines.eligibility import walk
from madoguchi.engines.eligibility.ast import NODES
from tests.site.browser import browser as browser

from .matcher.comparing import differences, on_the_device, on_the_server, open_engine, shown
from .matcher.households import Palette, households
from .matcher.trees import BOOK, book_of, random_homes, random_rules

pytestmark = [pytest.mark.browser]
COUNT = 300
"""The full 10,000 are judged by benchmarks/on_device.py."""
BREAKS = {
    "the child itself counts as elder": ("elder && fiscalAge", "fiscalAge"),
    "an unlisted member counts as listed": ("sure ? value : Math.max(UNKNOWN, value)", "value"),
    "nobody else may exist": (
        "unknown.some(({ sure }) => !sure) ? null : low + unknown.length",
        "low + unknown.length",
    ),
    "unknown children are sure": ("index >= 0 ? value : Math.min(value, UNKNOWN)", "value"),
    "open dependants are none": ("count.high === null ? open", "count.high === null ? limitAt(version, 0)"),
    "an ended table still holds": ("(one.end === null || scene.today <= one.end)", "true"),
    "a day too late": ("COMPARE[op](scene.today, dayFor(", "COMPARE[op](scene.today - 1, dayFor("),
    "a band is its lower end": ("const notAbove = bothUp && left.high", "const notAbove = bothUp && left.low"),
    "unknown doses are none": ("doses === undefined ? UNKNOWN", "doses === undefined ? FALSE"),
    "the applicant's benefits do not count": ('? ["本人", "申請者"]', '? ["本人"]'),
}
"""Pieces of engine.js and what stands there in a broken one."""


@pytest.fixture
def book(client: Client, pack: Path) -> dict[str, Any]:
    """Return the book as a device downloads it."""
    found: dict[str, Any] = json.loads(client.get("/api/v1/conditions").content)
    return found


@pytest.fixture
def page(browser: Browser) -> Any:
    """Return an empty page of its own."""
    context = browser.new_context()
    yield context.new_page()
    context.close()


@pytest.mark.django_db
def test_the_device_and_the_server_agree_on_every_programme(book: dict[str, Any], page: Page) -> None:
    shelf = catalogue.current()
    rules = [shelf.rules[item["id"]] for item in book["conditions"]]
    homes = households(Palette.of(book), COUNT, seed=6)
    open_engine(page, book)
    server, device = on_the_server(homes, rules, shelf.book), on_the_device(page, homes)
    assert set("".join(server)) == set("012-")
    assert {home["facts"].get("自治体コード") for home in homes} >= {place["code"] for place in book["municipalities"]}
    assert [shown(item) for item in differences(homes, rules, server, device)][:3] == []


def test_they_agree_on_every_node_of_the_language(page: Page) -> None:
    rules, homes = random_rules(300, seed=1), random_homes(160, seed=2)
    used = {type(node).__name__ for rule in rules for node in walk(rule.node)}
    assert used >= NODES.keys()
    open_engine(page, book_of(rules))
    server, device = on_the_server(homes, rules, BOOK), on_the_device(page, homes)
    assert [shown(item) for item in differences(homes, rules, server, device)][:3] == []


def test_every_broken_engine_is_found(browser: Browser) -> None:
    rules, homes = random_rules(300, seed=1), random_homes(160, seed=2)
    server, missed = on_the_server(homes, rules, BOOK), []
    for name, broken in BREAKS.items():
        context = browser.new_context()
        page = context.new_page()
        open_engine(page, book_of(rules), broken=broken)
        if not any(differences(homes, rules, server, on_the_device(page, homes))):
            missed.append(name)
        context.close()
    assert missed == []
