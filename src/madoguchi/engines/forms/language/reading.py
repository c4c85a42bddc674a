"""Reads conditions and calculations from plain data (YAML or JSON) and names every defect with a remedy."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from madoguchi.engines.forms.language import ast
from madoguchi.engines.forms.language.ast import Condition, Expression, Scalar
from madoguchi.engines.forms.limits import NUMBER_LIMIT
from madoguchi.engines.forms.model import Defect, FormError

DEPTH_LIMIT = 20
PART_LIMIT = 500
_SUBJECTS = ("field", "age", "count", "value", "days")
_TESTS = ("is", "in", "known", "at_least", "at_most")
_FOLDS = ("sum", "product", "minus", "min", "max")
_EXPRESSIONS = ("field", "age", "days", "count", "sum_of", "join", "if", *_FOLDS)
_COMPANIONS = {"age": {"on"}, "sum_of": {"field"}, "join": {"with"}, "if": {"then", "else"}}
_ISO = re.compile(r"[0-9]{4}-[0-9]{2}(-[0-9]{2})?")
_CONDITION_REMEDY = (
    "Write field, age, count, days or value with is, in, known, at_least or at_most; or all, any, not, any_item"
)
_EXPRESSION_REMEDY = f"Write one of {', '.join(_EXPRESSIONS)}, a text, a whole number, true or false"


def read_condition(data: Any, place: str = "condition") -> Condition:
    """Read a condition; raise FormError with every defect."""
    reader = Reader()
    condition = reader.condition(data, place)
    reader.finish()
    return condition


def read_expression(data: Any, place: str = "calculate") -> Expression:
    """Read a calculation; raise FormError with every defect."""
    reader = Reader()
    expression = reader.expression(data, place)
    reader.finish()
    return expression


class Reader:
    """Reads parts of the language and gathers the defects of all of them."""

    def __init__(self, defects: list[Defect] | None = None) -> None:
        """Start with the list that defects are added to."""
        self.defects: list[Defect] = [] if defects is None else defects
        self._depth = 0

    def finish(self) -> None:
        """Raise FormError when a defect was found."""
        if self.defects:
            raise FormError(self.defects)

    def condition(self, data: Any, place: str) -> Condition:
        """Return the condition; a constant after noting a defect."""
        if isinstance(data, bool):
            return ast.Always(data)
        if not isinstance(data, Mapping):
            return self._no_condition(place, f"{_short(data)} is no condition", _CONDITION_REMEDY)
        if self._depth >= DEPTH_LIMIT:
            return self._no_condition(place, "conditions are nested too deeply", f"Use at most {DEPTH_LIMIT} levels")
        self._depth += 1
        try:
            return self._condition(_keyed(data), place)
        finally:
            self._depth -= 1

    def _condition(self, data: dict[str, Any], place: str) -> Condition:
        keys = set(data)
        if keys in ({"all"}, {"any"}):
            name = next(iter(keys))
            parts = tuple(
                self.condition(part, f"{place}.{name}[{i}]") for i, part in self._parts(data[name], place, name)
            )
            return ast.AllOf(parts) if name == "all" else ast.AnyOf(parts)
        if keys == {"not"}:
            return ast.Not(self.condition(data["not"], f"{place}.not"))
        if keys == {"any_item", "where"}:
            group = self._key(data["any_item"], f"{place}.any_item")
            return ast.AnyItem(group, self.condition(data["where"], f"{place}.where"))
        return self._test(data, place)

    def _test(self, data: dict[str, Any], place: str) -> Condition:
        tests = {key: value for key, value in data.items() if key in _TESTS}
        rest = {key: value for key, value in data.items() if key not in _TESTS}
        subjects = [key for key in _SUBJECTS if key in rest]
        if len(subjects) != 1 or not tests or set(rest) - {subjects[0]} - _COMPANIONS.get(subjects[0], set()):
            return self._no_condition(place, f"{_short(data)} is no condition", _CONDITION_REMEDY)
        subject = (
            self.expression(rest["value"], f"{place}.value") if subjects == ["value"] else self.expression(rest, place)
        )
        if set(tests) <= {"at_least", "at_most"}:
            low, high = (self._bound(tests, name, place) for name in ("at_least", "at_most"))
            return ast.Within(subject, low, high)
        if len(tests) > 1:
            return self._no_condition(place, "several tests in one condition", "Write each test by itself under all")
        return self._single_test(subject, *next(iter(tests.items())), place)

    def _single_test(self, subject: Expression, name: str, wanted: Any, place: str) -> Condition:
        if name == "known":
            if isinstance(wanted, bool):
                return ast.Known(subject, wanted)
            return self._no_condition(f"{place}.known", f"{_short(wanted)} is not true or false", "Write true or false")
        values = wanted if name == "in" else [wanted]
        if not isinstance(values, list | tuple) or not values:
            return self._no_condition(f"{place}.in", f"{_short(wanted)} is no list", "Write a list of values")
        return ast.Is(subject, tuple(self._scalar(value, f"{place}.{name}") for value in values[:PART_LIMIT]))

    def _bound(self, tests: Mapping[str, Any], name: str, place: str) -> Expression | None:
        return self.expression(tests[name], f"{place}.{name}") if name in tests else None

    def expression(self, data: Any, place: str) -> Expression:
        """Return the expression; a literal 0 after noting a defect."""
        if data == "today":
            return ast.Today()
        if not isinstance(data, Mapping):
            return ast.Literal(self._scalar(data, place))
        if self._depth >= DEPTH_LIMIT:
            return self._no_expression(place, "calculations are nested too deeply", f"Use at most {DEPTH_LIMIT} levels")
        self._depth += 1
        try:
            return self._expression(_keyed(data), place)
        finally:
            self._depth -= 1

    def _expression(self, data: dict[str, Any], place: str) -> Expression:
        name = next((key for key in ("sum_of", *_EXPRESSIONS) if key in data), "")
        if not name or set(data) - {name} - _COMPANIONS.get(name, set()):
            return self._no_expression(place, f"{_short(data)} is no calculation", _EXPRESSION_REMEDY)
        here = f"{place}.{name}"
        if name in _FOLDS:
            return ast.Fold(
                name, tuple(self._operand(part, here, name) for _, part in self._parts(data[name], place, name))
            )
        match name:
            case "field":
                return ast.Answer(self._key(data[name], here))
            case "count":
                return ast.Count(self._key(data[name], here))
            case "sum_of":
                return ast.SumOf(
                    self._key(data[name], here), self._key(data.get("field"), f"{place}.field").removeprefix("./")
                )
            case "age":
                return ast.Age(self._date(data[name], here), self._date(data.get("on", "today"), f"{place}.on"))
            case "days":
                return self._days(data[name], here)
            case "join":
                return self._join(data, place)
            case _:
                return self._if(data, place)

    def _days(self, ends: Any, place: str) -> Expression:
        if not isinstance(ends, list | tuple) or len(ends) != 2:
            return self._no_expression(place, "days needs two dates", "Write [from, to]")
        return ast.Days(self._date(ends[0], place), self._date(ends[1], place))

    def _join(self, data: Mapping[str, Any], place: str) -> Expression:
        between = data.get("with", "")
        if not isinstance(between, str):
            return self._no_expression(
                f"{place}.with", f"{_short(between)} is no text", "Write the text between the parts"
            )
        parts = [
            ast.Literal(part) if isinstance(part, str) else self.expression(part, f"{place}.join[{i}]")
            for i, part in self._parts(data["join"], place, "join")
        ]
        return ast.Join(tuple(parts), between)

    def _if(self, data: Mapping[str, Any], place: str) -> Expression:
        if "then" not in data:
            return self._no_expression(place, "if without then", "Write if, then and, where needed, else")
        otherwise = self.expression(data["else"], f"{place}.else") if "else" in data else None
        return ast.If(
            self.condition(data["if"], f"{place}.if"), self.expression(data["then"], f"{place}.then"), otherwise
        )

    def _operand(self, data: Any, place: str, name: str) -> Expression:
        """Return a part of an arithmetic operation: no text other than an ISO date for min and max."""
        wrong = isinstance(data, bool) or (
            isinstance(data, str) and not (name in ("min", "max") and (data == "today" or _ISO.fullmatch(data)))
        )
        if wrong:
            return self._no_expression(place, f"{_short(data)} is no number", "Write a whole number or {field: key}")
        return self.expression(data, place)

    def _date(self, data: Any, place: str) -> Expression:
        """Return a date: today, an ISO date, the key of a question, or an expression."""
        if isinstance(data, str) and data != "today" and not _ISO.fullmatch(data):
            return ast.Answer(self._key(data, place))
        return self.expression(data, place)

    def _parts(self, data: Any, place: str, name: str) -> list[tuple[int, Any]]:
        if isinstance(data, list | tuple) and data and len(data) <= PART_LIMIT:
            return list(enumerate(data))
        self.defects.append(
            Defect(f"{place}.{name}", f"{_short(data)} is no list of parts", "Write a list with at least one part")
        )
        return []

    def _key(self, data: Any, place: str) -> str:
        if isinstance(data, str) and data.strip() and len(data) <= 200:
            return data
        self.defects.append(Defect(place, f"{_short(data)} is no key", "Write the key of a question"))
        return "?"

    def _scalar(self, data: Any, place: str) -> Scalar:
        if isinstance(data, date):
            return data.isoformat()[:10]
        if isinstance(data, str | bool) or (isinstance(data, int) and abs(data) <= NUMBER_LIMIT):
            return data
        self.defects.append(Defect(place, f"{_short(data)} is no value", "Write a text, a whole number, true or false"))
        return 0

    def _no_condition(self, place: str, message: str, remedy: str) -> Condition:
        self.defects.append(Defect(place, message, remedy))
        return ast.FALSE

    def _no_expression(self, place: str, message: str, remedy: str) -> Expression:
        self.defects.append(Defect(place, message, remedy))
        return ast.Literal(0)


def _keyed(data: Mapping[Any, Any]) -> dict[str, Any]:
    """Return the mapping with text keys: YAML 1.1 reads the bare key `on` as true."""
    return {"on" if key is True or key == "true" else str(key): value for key, value in data.items()}


def _short(data: Any) -> str:
    text = repr(data)
    return text if len(text) <= 80 else f"{text[:77]}…"
