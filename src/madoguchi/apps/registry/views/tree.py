"""The tree of a condition as judged for one household: every atom with its truth, the value used, the source's wording.

For staff, of their own organisation's programmes, with an example household or a pasted one. Nothing is stored.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.registry import catalogue
from madoguchi.apps.registry.examples import Example, UnfitHousehold, examples, pasted
from madoguchi.apps.registry.views.desk import programme_of
from madoguchi.core.access import staff
from madoguchi.core.permissions import Permission
from madoguchi.engines.eligibility import (
    Band,
    Case,
    Household,
    PersonVerdict,
    Role,
    Rule,
    Truth,
    Vocabulary,
    atom_text,
    concerned,
    person_of,
    to_text,
)
from madoguchi.engines.eligibility.ast import And, AttrRef, Count, Every, Exists, Not, Or
from madoguchi.engines.eligibility.explain import Branch, branches
from madoguchi.engines.eligibility.facts import Value
from madoguchi.engines.eligibility.ruleset import RuleSet
from madoguchi.engines.eligibility.types import Kind
from madoguchi.engines.eligibility.words import yen


@dataclass(frozen=True, slots=True)
class Row:
    """One node of the tree in words."""

    text: str
    code: str
    """The node as condition text; empty for AND, OR, NOT."""
    truth: str
    """yes, maybe or no."""
    decides: bool
    values: Sequence[tuple[str, str]]
    span: str
    """What the source says."""
    who: str
    rows: Sequence["Row"]


@dataclass(frozen=True, slots=True)
class Judged:
    """The tree for one person."""

    who: str
    truth: str
    chosen: bool
    row: Row


_TRUTHS = {Truth.TRUE: "yes", Truth.UNKNOWN: "maybe", Truth.FALSE: "no"}


@staff
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, programme_id: str) -> HttpResponse:
    """Show the tree of the published condition for an example household, or for the one that was pasted."""
    programme = programme_of(request, programme_id, Permission.EDIT_PROGRAMME)
    shelf = catalogue.current()
    rule = shelf.rules[programme.pk]
    offered = examples(timezone.localdate())
    number = _number(request.POST.get("example", ""), rule, offered)
    text = request.POST.get("household", "").strip()
    error, household = "", offered[number].household
    if text:
        try:
            household = pasted(text, shelf.book.vocabulary)
        except UnfitHousehold as problem:
            error = _said(problem)
    context: dict[str, Any] = {
        "programme": programme,
        "view": shelf.views.get(programme.pk),
        "examples": [(index, _name(example)) for index, example in enumerate(offered)],
        "number": number,
        "text": text,
        "sample": _SAMPLE,
        "error": error,
        "people": [] if error else _people(rule, household, shelf),
    }
    return render(request, "registry/desk/tree.html", context)


_SAMPLE = json.dumps(
    {
        "facts": {"自治体コード": "131199", "住民税非課税": False},
        "applicant": {"生年月日": "1990-05-10", "所得": {"min": 1_000_000, "max": 2_000_000}},
        "children": [{"生年月日": "2020-05-10"}],
        "children_complete": True,
        "members_complete": True,
    },
    ensure_ascii=False,
)


def _number(text: str, rule: Rule, offered: Sequence[Example]) -> int:
    """Return the number of the example that was chosen, else of the first in which the programme concerns somebody."""
    if text.isdecimal() and len(text) < 3 and int(text) < len(offered):
        return int(text)
    return next((n for n, example in enumerate(offered) if concerned(rule, example.household)), 0)


def _name(example: Example) -> str:
    return example.en if get_language() == "en" else example.ja


def _said(problem: UnfitHousehold) -> str:
    if not problem.name:
        return _("世帯を読み取れません。下の見本の形のJSONで書いてください。")
    return _("この項目は名前か値が正しくありません：%(name)s。属性の一覧と見比べてください。") % {
        "name": problem.name[:40]
    }


def _people(rule: Rule, household: Household, shelf: catalogue.Shelf) -> list[Judged]:
    """Return the tree for every person whom the programme concerns, the one whose verdict counts marked."""
    today, rulebook = timezone.localdate(), shelf.book.rulebook
    verdict = RuleSet([rule], rulebook).judge(household, today=today)[0]
    judged = []
    for person in verdict.persons:
        case = Case(today, household, person_of(household, person), rulebook)
        row = _row(branches(rule.node, case), rule, shelf.book.vocabulary)
        judged.append(Judged(_who(person), _TRUTHS[person.truth], person == verdict.about, row))
    return judged


def _who(person: PersonVerdict) -> str:
    return _member(person.role, person.index)


def _member(role: Role, index: int) -> str:
    if index < 0:
        return _("まだ分からない人")
    names = {Role.APPLICANT: _("申請する人"), Role.CHILD: _("お子さん"), Role.OTHER: _("ほかの家族")}
    return names[role] + ("" if role is Role.APPLICANT else f" {index + 1}")


def _row(branch: Branch, rule: Rule, vocabulary: Vocabulary) -> Row:
    node = branch.node
    code = "" if isinstance(node, And | Or | Not) else to_text(node)
    return Row(
        text=_text(branch, vocabulary),
        code=code,
        truth=_TRUTHS[branch.truth],
        decides=branch.decides,
        values=[(_called(attr, vocabulary), _shown(attr, value, vocabulary)) for attr, value in branch.values],
        span=rule.spans.get(code, "") if code else "",
        who=_member(*branch.who) if branch.who else "",
        rows=[_row(part, rule, vocabulary) for part in branch.parts],
    )


def _called(attr: AttrRef, vocabulary: Vocabulary) -> str:
    """Return an attribute's name, in English its label."""
    known = vocabulary.attributes.get(attr.name)
    return known.label_en if known and known.label_en and get_language() == "en" else attr.name


def _text(branch: Branch, vocabulary: Vocabulary) -> str:
    match branch.node:
        case And():
            return _("すべてに当てはまる")
        case Or():
            return _("どれかに当てはまる")
        case Not():
            return _("次の反対")
        case Exists():
            return _("当てはまる人がいる")
        case Every():
            return _("全員が当てはまる")
        case Count():
            return _("当てはまる人の数")
        case node:
            return atom_text(node, language="en" if get_language() == "en" else "ja", vocabulary=vocabulary)


def _shown(attr: AttrRef, value: Value | None, vocabulary: Vocabulary) -> str:
    if value is None:
        return _("不明")
    if isinstance(value, bool):
        return _("はい") if value else _("いいえ")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return "、".join(f"{series} {_amount(attr, doses, vocabulary)}" for series, doses in value.items()) or _("なし")
    if isinstance(value, frozenset):
        return "、".join(sorted(value)) or _("なし")
    return value if isinstance(value, str) else _amount(attr, value, vocabulary)


def _amount(attr: AttrRef, value: Band | int, vocabulary: Vocabulary) -> str:
    attribute = vocabulary.attributes.get(attr.name)
    money = attribute is not None and attribute.kind is Kind.YEN

    def said(number: int | None) -> str:
        if number is None:
            return ""
        return yen(number) if money and get_language() != "en" else f"{number:,}" + (" yen" if money else "")

    return f"{said(value.low)}～{said(value.high)}" if isinstance(value, Band) else said(value)
