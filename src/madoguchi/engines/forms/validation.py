"""Checks answers against a form: required, types, sizes, items of groups, and the rules over the whole."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from madoguchi.engines.forms.kinds import problem_with
from madoguchi.engines.forms.language.ast import Answers
from madoguchi.engines.forms.language.evaluation import Scope, truth
from madoguchi.engines.forms.model import Field, Form, Group, Page, Problem, Rule
from madoguchi.engines.forms.situation import Situation

PROBLEM_LIMIT = 500
"""Problems told at once; a hostile set of answers does not make an endless list."""


def problems_of(form: Form, answers: Answers, *, today: date) -> tuple[Problem, ...]:
    """Return everything wrong with the answers as a whole; nothing wrong means they may be filed.

    Hidden questions are no problem whatever was once answered to them; keys that are no question of the form are.
    """
    situation = Situation(form, answers, today)
    found = [
        *(Problem(str(key)[:200], "unknown_field") for key in answers if key not in form.fields),
        *(problem for page in form.pages for problem in problems_on(situation, page)),
    ]
    return tuple(found[:PROBLEM_LIMIT])


def page_problems(form: Form, page_id: str, answers: Answers, *, today: date) -> tuple[Problem, ...]:
    """Return what is wrong with the questions of one page and the rules told there; KeyError for an unknown page."""
    return tuple(problems_on(Situation(form, answers, today), form.page(page_id)))[:PROBLEM_LIMIT]


def next_page(form: Form, page_id: str, answers: Answers, *, today: date) -> Page | None:
    """Return the next page that shows a question, None after the last; KeyError for an unknown page."""
    situation = Situation(form, answers, today)
    later = form.pages[form.pages.index(form.page(page_id)) + 1 :]
    return next((page for page in later if situation.on_page(page)), None)


def first_incomplete(form: Form, answers: Answers, *, today: date) -> Page | None:
    """Return the first page with a problem, None when every page is complete."""
    situation = Situation(form, answers, today)
    return next((page for page in form.pages if any(True for _ in problems_on(situation, page))), None)


def problems_on(situation: Situation, page: Page) -> Iterator[Problem]:
    """Yield the problems of one page in a situation."""
    for key in situation.on_page(page):
        field = situation.form.fields[key]
        if field.group is None:
            yield from problems_at(field, key, situation.value(key), situation.scope)
        else:
            yield from _group_problems(situation, field, field.group)
    for rule in situation.form.rules:
        key, inner = rule_target(situation.form, rule)
        if key in page.fields and situation.shown(key):
            yield from _broken(situation, rule, key, inner)


def problems_at(field: Field, path: str, value: Any, scope: Scope) -> Iterator[Problem]:
    """Yield what is wrong with one single answer; what is calculated is not the person's to answer."""
    if value is None:
        if field.calculate is None and truth(field.required, scope) is True:
            yield Problem(path, "required")
    elif fault := problem_with(field, value):
        yield Problem(path, *fault)


def _group_problems(situation: Situation, field: Field, group: Group) -> Iterator[Problem]:
    value = situation.value(field.key)
    given = [] if value is None else value
    if fault := problem_with(field, given):
        yield Problem(field.key, *fault)
        return
    needed = group.min if given or truth(field.required, situation.scope) is True else 0
    if len(given) < needed:
        code = "items_min" if given else "required"
        yield Problem(field.key, code, {"min": group.min, "count": len(given)})
    for index, item in enumerate(given):
        yield from _item_problems(situation, group, f"{field.key}[{index}]", item)


def _item_problems(situation: Situation, group: Group, path: str, item: Any) -> Iterator[Problem]:
    if not isinstance(item, Mapping):
        yield Problem(path, "type", {"expected": "item"})
        return
    inside = situation.item(group, item)
    yield from (Problem(f"{path}.{str(key)[:200]}", "unknown_field") for key in item if key not in group.fields)
    for key in inside.visible():
        yield from problems_at(group.fields[key], f"{path}.{key}", inside.value(key), inside.scope)


def rule_target(form: Form, rule: Rule) -> tuple[str, str]:
    """Return the key where a rule is told, and the inner key when it is told in every item of a group by itself."""
    if rule.at in form.fields:
        return rule.at, ""
    for key, field in form.fields.items():
        for mark in (f"{key}[].", f"{key}."):
            if field.group is not None and rule.at.startswith(mark):
                return key, rule.at.removeprefix(mark)
    return rule.at, ""


def _broken(situation: Situation, rule: Rule, key: str, inner: str) -> Iterator[Problem]:
    if not inner:
        if truth(rule.check, situation.scope) is False:
            yield Problem(key, "rule", {"message": rule.message, "id": rule.id})
        return
    group, items = situation.form.fields[key].group, situation.scope.items(key)
    if group is None or items is None:
        return
    for index, item in enumerate(items):
        inside = situation.item(group, item)
        if inside.shown(inner) and truth(rule.check, inside.scope) is False:
            yield Problem(f"{key}[{index}].{inner}", "rule", {"message": rule.message, "id": rule.id})
