"""Evaluates conditions in three values (true, false, unknown) and calculations in whole numbers, texts and ISO dates."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from operator import mul
from typing import Any

from madoguchi.engines.forms.language import ast
from madoguchi.engines.forms.language.ast import Answers, Condition, Expression, Scalar
from madoguchi.engines.forms.limits import ITEM_LIMIT, NUMBER_LIMIT, TEXT_LIMIT

Lookup = Callable[[str], Any]
ITEM = "./"
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_SHAPES = (_DATE, re.compile(r"[0-9]{4}-[0-9]{2}"), re.compile(r"[0-9]{2}:[0-9]{2}"))
_DECIMAL = re.compile(r"-?[0-9]{1,16}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where answers are looked up; `item` looks into one item of a group."""

    lookup: Lookup
    today: date
    item: Lookup | None = None

    def answer(self, key: str) -> Any:
        """Return an answer, or None when there is none."""
        inner = key.startswith(ITEM)
        value = self.lookup(key) if not inner else self.item(key.removeprefix(ITEM)) if self.item else None
        return None if value is None or value == "" or value == [] else value

    def items(self, group: str) -> list[Mapping[str, Any]] | None:
        """Return the items of a group, or None when the group was never answered."""
        found = self.lookup(group)
        if not isinstance(found, list | tuple):
            return None
        return [item if isinstance(item, Mapping) else {} for item in found[:ITEM_LIMIT]]

    def inside(self, item: Mapping[str, Any]) -> "Scope":
        """Return the scope of one item."""
        return Scope(self.lookup, self.today, item.get)


def scope_of(answers: Answers, today: date, item: tuple[str, int] | None) -> Scope:
    """Return the scope of plain answers; an item that does not exist (yet) is an empty one."""
    scope = Scope(answers.get, today)
    if item is None:
        return scope
    items = scope.items(item[0]) or []
    return scope.inside(items[item[1]] if 0 <= item[1] < len(items) else {})


def holds(condition: Condition, answers: Answers, *, today: date, item: tuple[str, int] | None = None) -> bool:
    """Return whether a condition is true; unknown counts as false. `item` (group, index) gives `./key` its meaning."""
    return truth(condition, scope_of(answers, today, item)) is True


def value_of(
    expression: Expression, answers: Answers, *, today: date, item: tuple[str, int] | None = None
) -> Scalar | None:
    """Return the value of a calculation, None while an input is missing or the result fits no answer."""
    value = evaluate(expression, scope_of(answers, today, item))
    return value if isinstance(value, str | int) else None


def truth(condition: Condition, scope: Scope) -> bool | None:
    """Return True, False, or None for unknown (Kleene's strong logic of three values)."""
    match condition:
        case ast.Always(value):
            return value
        case ast.Is(subject, values):
            return _is(evaluate(subject, scope), values)
        case ast.Known(subject, known):
            return (evaluate(subject, scope) is not None) is known
        case ast.Within(subject, low, high):
            return _within(evaluate(subject, scope), low, high, scope)
        case ast.AnyItem(group, where):
            items = scope.items(group)
            return None if items is None else _any([truth(where, scope.inside(item)) for item in items])
        case _:
            return _composed(condition, scope)


def _composed(condition: Condition, scope: Scope) -> bool | None:
    match condition:
        case ast.AllOf(parts):
            return _not(_any([_not(truth(part, scope)) for part in parts]))
        case ast.AnyOf(parts):
            return _any([truth(part, scope) for part in parts])
        case ast.Not(part):
            return _not(truth(part, scope))
        case ast.Guarded(guard, part):
            return truth(part, scope) if truth(guard, scope) is True else None
        case _:
            raise TypeError(f"{type(condition).__name__} is no condition")


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _any(values: list[bool | None]) -> bool | None:
    if True in values:
        return True
    return None if None in values else False


def _is(value: Any, values: tuple[Scalar, ...]) -> bool | None:
    if value is None:
        return None
    given = value if isinstance(value, list | tuple) else [value]
    return any(type(one) is type(wanted) and one == wanted for one in given for wanted in values)


def _within(value: Any, low: Expression | None, high: Expression | None, scope: Scope) -> bool | None:
    bounds = [(low, 1), (high, -1)]
    results = []
    for bound, sign in bounds:
        if bound is not None:
            order = _compared(value, evaluate(bound, scope))
            results.append(None if order is None else order * sign >= 0)
    return _not(_any([_not(result) for result in results]))


def _compared(left: Any, right: Any) -> int | None:
    """Return -1, 0 or 1 for two numbers or two ISO texts of one shape; None when they cannot be compared."""
    numbers = _number(left), _number(right)
    if numbers[0] is not None and numbers[1] is not None:
        return (numbers[0] > numbers[1]) - (numbers[0] < numbers[1])
    if (
        isinstance(left, str)
        and isinstance(right, str)
        and any(s.fullmatch(left) and s.fullmatch(right) for s in _SHAPES)
    ):
        return (left > right) - (left < right)
    return None


def _number(value: Any) -> Decimal | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    return Decimal(value) if isinstance(value, str) and _DECIMAL.fullmatch(value) else None


def evaluate(expression: Expression, scope: Scope) -> Any:
    """Return the value of an expression in a scope: text, whole number, yes/no, a list of choices, or None."""
    match expression:
        case ast.Literal(value):
            return value
        case ast.Today():
            return scope.today.isoformat()
        case ast.Answer(key):
            return scope.answer(key)
        case ast.Age(born, on):
            return _age(_day(evaluate(born, scope)), _day(evaluate(on, scope)))
        case ast.Days(start, end):
            days = _day(evaluate(start, scope)), _day(evaluate(end, scope))
            return (days[1] - days[0]).days if days[0] and days[1] else None
        case ast.If(condition, then, otherwise):
            chosen = then if truth(condition, scope) is True else otherwise
            return None if chosen is None else evaluate(chosen, scope)
        case _:
            return _gathered(expression, scope)


def _gathered(expression: Expression, scope: Scope) -> Any:
    match expression:
        case ast.Count(group):
            items = scope.items(group)
            return None if items is None else len(items)
        case ast.SumOf(group, field):
            items = scope.items(group)
            return None if items is None else _fold("sum", [item.get(field) for item in items])
        case ast.Fold(operation, parts):
            return _fold(operation, [evaluate(part, scope) for part in parts])
        case ast.Join(parts, between):
            return _joined([evaluate(part, scope) for part in parts], between)
        case _:
            raise TypeError(f"{type(expression).__name__} is no expression")


def _fold(operation: str, values: list[Any]) -> Any:
    if operation in ("min", "max") and values and all(isinstance(v, str) and _DATE.fullmatch(v) for v in values):
        return min(values) if operation == "min" else max(values)
    if not all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        return None
    result = _arithmetic(operation, values)
    return result if result is not None and abs(result) <= NUMBER_LIMIT else None


def _arithmetic(operation: str, values: list[int]) -> int | None:
    if operation == "sum":
        return sum(values)
    if not values:
        return None
    if operation == "product":
        return reduce(mul, values)
    if operation == "minus":
        return values[0] - sum(values[1:])
    return min(values) if operation == "min" else max(values)


def _joined(values: list[Any], between: str) -> str | None:
    if not all(isinstance(value, str | int) and not isinstance(value, bool) for value in values):
        return None
    text = between.join(str(value) for value in values)
    return text if text and len(text) <= TEXT_LIMIT else None


def _day(value: Any) -> date | None:
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        return None


def _age(born: date | None, on: date | None) -> int | None:
    if born is None or on is None or on < born or on == date.max:
        return None
    tomorrow = on + timedelta(days=1)
    return tomorrow.year - born.year - ((tomorrow.month, tomorrow.day) < (born.month, born.day))
