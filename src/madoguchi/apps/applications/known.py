"""What is known already: facts and earlier answers as typed answers of a form, each with its source.

A value that does not fit its question is left out, so that the person is asked instead of being stuck with it.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from madoguchi.apps.applications.content import ONE_CHILD, Content
from madoguchi.apps.applications.contracts import Known, Standing
from madoguchi.apps.consents.api import DisclosedFact
from madoguchi.engines import forms
from madoguchi.engines.eligibility import Band

CHILD = "child"
MISFITS = frozenset({"required", "rule", "items_min"})
"""Problems that do not say that a single value is wrong."""


@dataclass(frozen=True, slots=True)
class Facts:
    """Facts of the applicant and of the children she may answer for, by attribute."""

    own: Mapping[str, DisclosedFact] = field(default_factory=dict)
    wards: Mapping[str, Mapping[str, DisclosedFact]] = field(default_factory=dict)
    earlier: Mapping[str, Known] = field(default_factory=dict)
    """Answer of an earlier application by key."""


def attributes_of(form: forms.Form) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the attributes that fill questions: of the applicant, and of children."""
    own: dict[str, None] = {}
    wards: dict[str, None] = {}
    for one, in_group in _fields(form):
        if one.attribute:
            (wards if _is_about_child(one, in_group) else own)[one.attribute] = None
    return tuple(own), tuple(wards)


def _fields(form: forms.Form) -> Iterator[tuple[forms.Field, forms.Group | None]]:
    for one in form.fields.values():
        if one.group is None:
            yield one, None
        else:
            for inner in one.group.fields.values():
                yield inner, one.group


def _is_about_child(one: forms.Field, group: forms.Group | None) -> bool:
    return one.about == CHILD or (group is not None and group.each == CHILD)


def known_values(form: forms.Form, content: Content, facts: Facts, *, today: date) -> dict[str, Known]:
    """Return what is known by path. Items of groups count only where a child was chosen for them."""
    found = dict(_single(form, content, facts))
    for key, one in form.fields.items():
        if one.group is not None and one.group.each == CHILD:
            found |= dict(_of_items(key, one.group, content, facts))
    return _fitting(form, found, today=today)


def _single(form: forms.Form, content: Content, facts: Facts) -> Iterator[tuple[str, Known]]:
    child = facts.wards.get(next(iter(content.wards.get(ONE_CHILD, ())), ""), {})
    for key, one in form.fields.items():
        if one.group is not None or one.calculate is not None:
            continue
        fact = (child if one.about == CHILD else facts.own).get(one.attribute) if one.attribute else None
        known = as_known(one, fact) if fact else facts.earlier.get(key)
        if known is not None and not (known.standing is Standing.EARLIER and one.sensitive):
            yield key, known


def _of_items(key: str, group: forms.Group, content: Content, facts: Facts) -> Iterator[tuple[str, Known]]:
    for index, child in enumerate(content.wards.get(key, ())):
        told = facts.wards.get(child, {})
        for name, inner in group.fields.items():
            fact = told.get(inner.attribute) if inner.attribute else None
            known = as_known(inner, fact) if fact else None
            if known is not None:
                yield f"{key}[{index}].{name}", known


def as_known(one: forms.Field, fact: DisclosedFact) -> Known | None:
    """Return a fact as an answer of a question; None when it is of another kind."""
    value = _typed(one, fact.value)
    if value is None:
        return None
    standing = Standing.VERIFIED if fact.verified else Standing.DECLARED
    return Known(value, fact.source, _day(fact.as_of), standing, fact.attribute)


def _day(moment: date | datetime | None) -> str:
    return (moment.date() if isinstance(moment, datetime) else moment).isoformat() if moment else ""


def _typed(one: forms.Field, value: Any) -> Any:
    kind = forms.Kind
    if one.kind in (kind.INTEGER, kind.YEN):
        return _number(value)
    if one.kind is kind.YES_NO:
        return value if isinstance(value, bool) else None
    if one.kind is kind.DATE:
        return value.isoformat() if isinstance(value, date) else None
    if one.kind is kind.CHOICE:
        return _choice(one, value)
    if one.kind is kind.CHOICES:
        return _choices(one, value)
    text_kinds = (kind.TEXT, kind.LONGTEXT, kind.KANA, kind.POSTAL_CODE, kind.PHONE, kind.EMAIL)
    return value if one.kind in text_kinds and isinstance(value, str) else None


def _number(value: Any) -> int | None:
    if isinstance(value, Band):
        return value.low if value.low is not None and value.low == value.high else None
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _choice(one: forms.Field, value: Any) -> str | None:
    """Return the option that a fact names; yes and no are also told by facts that are true or false."""
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    return text if any(option.value == text for option in one.options) else None


def _choices(one: forms.Field, value: Any) -> list[str] | None:
    if not isinstance(value, frozenset | set | list | tuple):
        return None
    options = {option.value for option in one.options}
    return sorted(value) if set(value) <= options else None


def _fitting(form: forms.Form, found: Mapping[str, Known], *, today: date) -> dict[str, Known]:
    answers = filled({}, found)
    problems = forms.problems_of(form, answers, today=today)
    wrong = {problem.path for problem in problems if problem.code not in MISFITS}
    return {path: known for path, known in found.items() if path not in wrong}


def split(path: str) -> tuple[str, int, str] | None:
    """Return group key, index and inner key of a path inside a group, None for the path of a single answer."""
    head, bracket, rest = path.partition("[")
    if not bracket:
        return None
    index, _, inner = rest.partition("].")
    return head, int(index), inner


def filled(answers: Mapping[str, Any], known: Mapping[str, Known]) -> dict[str, Any]:
    """Return answers in which the known values stand; items that are missing before them are added empty."""
    made = {key: [dict(item) for item in value] if _is_items(value) else value for key, value in answers.items()}
    for path, one in known.items():
        place = split(path)
        if place is None:
            made[path] = one.value
            continue
        key, index, inner = place
        items = made.setdefault(key, [])
        while len(items) <= index:
            items.append({})
        items[index][inner] = one.value
    return made


def _is_items(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, Mapping) for item in value)


def verified(known: Mapping[str, Known]) -> dict[str, Known]:
    """Return what is shown and not asked."""
    return {path: one for path, one in known.items() if one.verified}


def value_at(answers: Mapping[str, Any], path: str) -> Any:
    """Return the answer at a path, None when there is none."""
    place = split(path)
    if place is None:
        return answers.get(path)
    items = answers.get(place[0])
    if not isinstance(items, list) or len(items) <= place[1] or not isinstance(items[place[1]], Mapping):
        return None
    return items[place[1]].get(place[2])


def origins(answers: Mapping[str, Any], known: Mapping[str, Known]) -> dict[str, Known]:
    """Return for each answer that equals what was known where it comes from; the others were typed."""
    return {path: one for path, one in known.items() if value_at(answers, path) == one.value}


def by_attribute(facts: Iterable[DisclosedFact]) -> dict[str, DisclosedFact]:
    """Return facts by attribute; of two the verified one."""
    return {fact.attribute: fact for fact in sorted(facts, key=lambda one: one.verified)}
