"""Which procedures of a life event apply: by the conditions of the bundle and of the programmes behind it.

What is unknown stays offered and is marked; nothing is left out but what certainly does not apply.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from madoguchi.apps.applications import household, limits
from madoguchi.apps.applications.facts import MUNICIPALITY
from madoguchi.apps.applications.known import Facts, as_known
from madoguchi.apps.applications.limits import Deadline
from madoguchi.apps.procedures import api as procedures
from madoguchi.apps.registry import api as registry
from madoguchi.engines import forms
from madoguchi.engines.eligibility import Household, Rule, Verdict, judge


class Fit(StrEnum):
    """Whether an item of a life event applies."""

    YES = "yes"
    PERHAPS = "perhaps"
    NO = "no"


class Way(StrEnum):
    """What is to be done about an item."""

    HERE = "here"
    ELSEWHERE = "elsewhere"
    AUTOMATIC = "automatic"


@dataclass(frozen=True, slots=True)
class Offer:
    """One item of a life event that applies or may apply."""

    way: Way
    fit: Fit
    item: Mapping[str, Any]
    procedure: procedures.ProcedureView | None
    after: tuple[str, ...]
    """Ids of procedures in this list whose results it needs."""
    deadline: Deadline | None
    preselected: bool

    @property
    def id(self) -> str:
        """Return the id of its procedure, empty for what is not filed here."""
        return self.procedure.id if self.procedure else ""


def offers(
    bundle: procedures.BundleView, form: forms.Form, answers: Mapping[str, Any], facts: Facts, *, today: date
) -> tuple[Offer, ...]:
    """Return what applies in a life event, in the order in which it is done. `form` is that of the first questions."""
    told = with_facts(form, answers, facts)
    family = household.household_of(form, answers, facts)
    code = str(family.facts.get(MUNICIPALITY) or "")
    rules = {rule.id: rule for rule in registry.rules()}
    views = {name: procedures.procedure(name, today=today) for item in bundle.items if (name := item.get("procedure"))}
    fits = [_fit(item, views, told, family, rules, code, today) for item in bundle.items]
    left = [(item, fit) for item, fit in zip(bundle.items, fits, strict=True) if fit is not Fit.NO]
    here = [views[item["procedure"]] for item, _ in left if item.get("procedure")]
    return tuple(_offer(item, fit, views, here, told, code, today) for item, fit in left)


def with_facts(form: forms.Form, answers: Mapping[str, Any], facts: Facts) -> dict[str, Any]:
    """Return the answers of the first questions with what is verified about the applicant put in."""
    known = {}
    for key, field in form.fields.items():
        fact = facts.own.get(field.attribute) if field.attribute and field.about != "child" else None
        found = as_known(field, fact) if fact else None
        if found is not None and (found.verified or key not in answers):
            known[key] = found.value
    return {**answers, **known}


def _fit(
    item: Mapping[str, Any],
    views: Mapping[str, procedures.ProcedureView],
    answers: Mapping[str, Any],
    family: Household,
    rules: Mapping[str, Rule],
    code: str,
    today: date,
) -> Fit:
    fit = truth(item.get("when", True), answers, today=today)
    view = views.get(item.get("procedure", ""))
    rule = rules.get(view.programme) if view is not None and view.programme else None
    if fit is Fit.NO or rule is None:
        return fit
    if code and not rule.covers(code):
        return Fit.NO
    verdict = judge(rule, family, today=today, rulebook=registry.rulebook()).verdict
    return Fit.NO if verdict is Verdict.INELIGIBLE else fit


def truth(condition: Any, answers: Mapping[str, Any], *, today: date) -> Fit:
    """Return a condition in three values: what depends on something unknown may apply."""
    if forms.holds(forms.read_condition(condition), answers, today=today):
        return Fit.YES
    if forms.holds(forms.read_condition({"not": condition}), answers, today=today):
        return Fit.NO
    return Fit.PERHAPS


def _offer(
    item: Mapping[str, Any],
    fit: Fit,
    views: Mapping[str, procedures.ProcedureView],
    here: list[procedures.ProcedureView],
    answers: Mapping[str, Any],
    code: str,
    today: date,
) -> Offer:
    view = views.get(item.get("procedure", ""))
    way = Way.HERE if view else Way.AUTOMATIC if item.get("automatic") else Way.ELSEWHERE
    record = item.get("deadline") or (view.deadline if view else None)
    office = procedures.organisation_for(view, code) if view else ""
    return Offer(
        way=way,
        fit=fit,
        item=item,
        procedure=view,
        after=tuple(one.id for one in here if view and one.id != view.id and set(one.gives) & set(view.needs)),
        deadline=limits.deadline_of(record, answers, office, today=today),
        preselected=bool(view) and item.get("preselected", True) and fit is Fit.YES,
    )


def screening(bundle: procedures.BundleView) -> forms.Form:
    """Return the first questions of a life event as a form of one page; none of them must be answered."""
    bank = procedures.bank()
    asked = [{"use": key, "required": False} for key in bundle.ask_first if key in bank]
    title = dict(bundle.record["name"])
    return forms.read_form(
        {"id": "ask_first", "version": 1, "form": {"pages": [{"id": "ask_first", "title": title, "fields": asked}]}},
        bank,
    )
