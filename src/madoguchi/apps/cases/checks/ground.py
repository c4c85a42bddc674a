"""What checks look at and what they return. Findings are codes with parameters; `texts.finding` says them in words."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from madoguchi.apps.cases.content import Content
from madoguchi.apps.cases.contracts import CheckResult
from madoguchi.engines.forms import Form


@dataclass(frozen=True, slots=True)
class Ground:
    """One case as its checks see it."""

    record: Mapping[str, Any]
    """The procedure's record."""
    form: Form
    content: Content
    files: Mapping[str, str]
    """Document id → `clean`, `waiting` or `refused`: the worst state of its files that are attached already."""
    likes: Callable[[Mapping[str, Any]], "Likes"]
    """Finds other cases with the same answers for a check."""
    today: date


@dataclass(frozen=True, slots=True)
class Likes:
    """Other cases that look like this one: numbers of the same organisation, and how many stand elsewhere."""

    numbers: tuple[str, ...] = ()
    elsewhere: int = 0


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found and why."""

    result: CheckResult
    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


def passed(code: str, **params: Any) -> Finding:
    """Return a finding without objection."""
    return Finding(CheckResult.PASSED, code, params)


def failed(code: str, **params: Any) -> Finding:
    """Return a finding that stands in the way of a decision in favour."""
    return Finding(CheckResult.FAILED, code, params)


def unclear(code: str, **params: Any) -> Finding:
    """Return that a person, a scan or a fact is still needed."""
    return Finding(CheckResult.OPEN, code, params)


def quotes(ground: Ground, keys: Mapping[str, None] | tuple[str, ...]) -> list[list[Any]]:
    """Return [key, value] of answers, so that words can quote them; missing ones are None, sensitive ones are left out."""
    shown = [key for key in keys if not (key in ground.form.fields and ground.form.fields[key].sensitive)]
    return [[key, ground.content.answers.get(key)] for key in shown]
