"""The engine's picture of the household that an application is about: facts first, then what was answered.

Only attributes that conditions may name go in. What nobody told stays unknown.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from madoguchi.apps.applications.known import CHILD, Facts
from madoguchi.apps.consents.api import DisclosedFact
from madoguchi.apps.registry import api as registry
from madoguchi.core.jsonable import plain
from madoguchi.engines import forms
from madoguchi.engines.eligibility import Household, household_from_json

Values = dict[str, Any]


def household_of(form: forms.Form, answers: Mapping[str, Any], facts: Facts) -> Household:
    """Return the household of facts and answers; members whom nobody named stay possible."""
    scopes = {item["name"]: item for item in registry.attributes()}
    told, children = _answered(form, answers)
    own = {**_values(facts.own.values()), **told}
    return household_from_json(
        {
            "facts": {name: value for name, value in own.items() if scopes.get(name, {}).get("scope") == "household"},
            "applicant": {name: value for name, value in own.items() if scopes.get(name, {}).get("scope") == "person"},
            "children": [
                _known(scopes, one) for one in (*(_values(w.values()) for w in facts.wards.values()), *children)
            ],
            "children_complete": False,
            "members_complete": False,
        }
    )


def _known(scopes: Mapping[str, Any], values: Values) -> Values:
    return {name: value for name, value in values.items() if name in scopes}


def _values(facts: Iterable[DisclosedFact]) -> Values:
    return {fact.attribute: plain(fact.value) for fact in facts}


def _answered(form: forms.Form, answers: Mapping[str, Any]) -> tuple[Values, list[Values]]:
    """Return by attribute what was answered about the applicant, and about each child."""
    own: Values = {}
    one_child: Values = {}
    children: list[Values] = []
    for key, value in answers.items():
        field = form.fields.get(key)
        if field is None:
            continue
        if field.group is not None:
            children += _items(field.group, value) if field.group.each == CHILD else []
        elif field.attribute:
            (one_child if field.about == CHILD else own)[field.attribute] = _as_fact(value)
    return own, [*children, *([one_child] if one_child else [])]


def _items(group: forms.Group, items: Iterable[Mapping[str, Any]]) -> list[Values]:
    found = [
        {group.fields[name].attribute: _as_fact(value) for name, value in item.items() if group.fields[name].attribute}
        for item in items
    ]
    return [item for item in found if item]


def _as_fact(value: Any) -> Any:
    """Return an answer as a fact: yes and no of a choice are true and false."""
    return {"yes": True, "no": False}.get(value, value) if isinstance(value, str) else value
