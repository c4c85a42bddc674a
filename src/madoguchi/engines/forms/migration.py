"""Moves the answers of a draft to a new version of its form."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from madoguchi.engines.forms.kinds import LISTS, NUMBERS, TEXTS, problem_with
from madoguchi.engines.forms.language.ast import Answers
from madoguchi.engines.forms.model import Field, Form, Kind
from madoguchi.engines.forms.situation import calculated
from madoguchi.engines.forms.validation import problems_of

REMOVED, KIND, OPTION, HIDDEN = "removed", "kind", "option", "hidden"
"""Why an answer was dropped: no longer asked; asked in another way; the option is gone; not asked in this case."""


@dataclass(frozen=True, slots=True)
class Migration:
    """New answers; paths kept; (path, reason) dropped; paths that need the person because of the new version."""

    answers: dict[str, Any]
    kept: tuple[str, ...]
    dropped: tuple[tuple[str, str], ...]
    to_ask: tuple[str, ...]


def migrate(answers: Answers, old: Form, new: Form, *, today: date) -> Migration:
    """Return the answers in the shape of the new form. An answer that only breaks a limit stays, to be corrected."""
    moved: dict[str, Any] = {}
    dropped: list[tuple[str, str]] = []
    for key, value in answers.items():
        field = new.fields.get(key)
        if field is not None and field.group is not None:
            moved[key] = _items(field, value, key, dropped)
        else:
            _move(moved, key, field, value, key, dropped)
    result = calculated(new, moved, today=today)
    before, after = dict(_leaves(moved)), dict(_leaves(result))
    dropped += [(path, HIDDEN) for path in before if path not in after]
    known = {(problem.path, problem.code) for problem in problems_of(old, answers, today=today)}
    told = (p.path for p in problems_of(new, result, today=today) if (p.path, p.code) not in known)
    return Migration(
        result, tuple(path for path in before if path in after), tuple(dropped), tuple(dict.fromkeys(told))
    )


def _move(
    into: dict[str, Any], key: str, field: Field | None, value: Any, path: str, dropped: list[tuple[str, str]]
) -> None:
    if field is not None and field.calculate is not None:
        return
    moved, reason = (None, REMOVED) if field is None else converted(field, value)
    if moved is not None:
        into[key] = moved
    if reason:
        dropped.append((path, reason))


def _items(field: Field, value: Any, key: str, dropped: list[tuple[str, str]]) -> list[dict[str, Any]]:
    if not isinstance(value, list | tuple):
        dropped.append((key, KIND))
        return []
    items: list[dict[str, Any]] = []
    for index, item in enumerate(value):
        moved: dict[str, Any] = {}
        for inner, answer in item.items() if isinstance(item, Mapping) else ():
            question = field.group.fields.get(inner) if field.group else None
            _move(moved, inner, question, answer, f"{key}[{index}].{inner}", dropped)
        items.append(moved)
    return items


def converted(field: Field, value: Any) -> tuple[Any, str]:
    """Return an answer as the question takes it now and "", or what is left of it and why the rest was dropped."""
    if field.kind in (Kind.CHOICE, Kind.CHOICES):
        return _chosen(field, value)
    if field.kind in (Kind.TEXT, Kind.LONGTEXT, Kind.DECIMAL) and type(value) is int:
        value = str(value)
    fault = problem_with(field, value)
    if fault is None or (fault[0] != "type" and (field.kind in TEXTS | NUMBERS | LISTS or field.kind is Kind.DECIMAL)):
        return value, ""
    return None, KIND


def _chosen(field: Field, value: Any) -> tuple[Any, str]:
    given = [value] if isinstance(value, str) else value
    if not isinstance(given, list | tuple) or not all(isinstance(one, str) for one in given):
        return None, KIND
    options = {option.value for option in field.options}
    left = [one for one in given if one in options]
    if field.kind is Kind.CHOICE:
        return (left[0], "") if len(given) == len(left) == 1 else (None, OPTION if not left else KIND)
    return left or None, OPTION if len(left) < len(given) else ""


def _leaves(answers: Answers) -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in answers.items():
        if isinstance(value, list | tuple) and any(isinstance(item, Mapping) for item in value):
            for index, item in enumerate(value):
                found += [(f"{key}[{index}].{inner}", answer) for inner, answer in item.items()]
        else:
            found.append((key, value))
    return found
