"""Judges the same households on the server and in a browser, and says where the two differ."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, Route

from madoguchi.apps import opendata
from madoguchi.apps.registry.book import Book
from madoguchi.engines.eligibility import Household, Person, Rule, Verdict, complete, household_from_json, judge
from madoguchi.engines.eligibility.facts import value_from_json

SCRIPTS = Path(opendata.__file__).parent / "static" / "opendata" / "matcher"
ORIGIN = "http://device.test/"
CODES = {Verdict.INELIGIBLE: "0", Verdict.POSSIBLE: "1", Verdict.ELIGIBLE: "2"}
ELSEWHERE = "-"
"""Stands for a programme of another municipality, which is not judged at all."""
CHUNK = 500
JUDGE = """async ({homes}) => {
  const {engine, days, rules, rulebook, implications} = window.ready;
  return homes.map((plain) => {
    const today = days.readDay(plain.today);
    const home = engine.complete(engine.readHousehold(plain), implications, today, rulebook);
    const code = home.facts[engine.MUNICIPALITY];
    const one = (rule) => engine.covers(rule, code) ? engine.judge(rule, home, today, rulebook).truth : "-";
    return rules.map(one).join("");
  });
}"""
PREPARE = """async (book) => {
  const engine = await import('/engine.js');
  const days = await import('/days.js');
  window.ready = {engine, days, rules: engine.readRules(book), rulebook: engine.readRulebook(book),
    implications: engine.readImplications(book)};
}"""


@dataclass(frozen=True)
class Difference:
    """One household for which a programme came out otherwise on the device."""

    household: dict[str, Any]
    programme: str
    server: str
    device: str


def on_the_server(homes: Sequence[dict[str, Any]], rules: Sequence[Rule], book: Book) -> list[str]:
    """Return for each household one digit per programme: 0 not eligible, 1 possible, 2 eligible, - elsewhere."""
    return [_judged(plain, rules, book) for plain in homes]


def _judged(plain: dict[str, Any], rules: Sequence[Rule], book: Book) -> str:
    today = date.fromisoformat(plain["today"])
    rest = Person({name: value_from_json(value) for name, value in plain["rest"].items()})
    told: Household = replace(household_from_json(plain), rest=rest)
    home = complete(told, book.implications, today=today, rulebook=book.rulebook)
    code = home.facts.get("自治体コード")
    return "".join(
        CODES[judge(rule, home, today=today, rulebook=book.rulebook).verdict] if rule.covers(_text(code)) else ELSEWHERE
        for rule in rules
    )


def _text(code: object) -> str | None:
    return None if code is None else str(code)


def open_engine(page: Page, book: dict[str, Any], *, broken: tuple[str, str] | None = None) -> None:
    """Load the device's engine into a page that has no network; `broken` replaces one piece of its source."""

    def serve(route: Route) -> None:
        name = route.request.url.removeprefix(ORIGIN)
        if not name:
            route.fulfill(body="<!doctype html><title>device</title>", content_type="text/html")
            return
        source = (SCRIPTS / name).read_text(encoding="utf-8")
        if broken and name == "engine.js":
            assert source.count(broken[0]) == 1, broken[0]
            source = source.replace(*broken)
        route.fulfill(body=source, content_type="text/javascript; charset=utf-8")

    page.route(f"{ORIGIN}**", serve)
    page.goto(ORIGIN)
    page.evaluate(PREPARE, book)


def on_the_device(page: Page, homes: Sequence[dict[str, Any]]) -> list[str]:
    """Return the same as `on_the_server`, judged by the page."""
    found: list[str] = []
    for start in range(0, len(homes), CHUNK):
        found += page.evaluate(JUDGE, {"homes": homes[start : start + CHUNK]})
    return found


def differences(
    homes: Sequence[dict[str, Any]], rules: Sequence[Rule], server: Sequence[str], device: Sequence[str]
) -> Iterator[Difference]:
    """Yield every verdict that is not the same."""
    for home, expected, got in zip(homes, server, device, strict=True):
        if expected != got:
            for rule, one, other in zip(rules, expected, got, strict=True):
                if one != other:
                    yield Difference(home, rule.id, one, other)


def shown(difference: Difference) -> str:
    """Return a difference as a person can look at it."""
    home = json.dumps(difference.household, ensure_ascii=False)
    return f"{difference.programme}: server {difference.server}, device {difference.device} for {home}"
