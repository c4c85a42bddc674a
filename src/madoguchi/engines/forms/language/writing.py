"""Writes conditions and calculations back as plain data, readable again by the reader of the language."""

from typing import Any

from madoguchi.engines.forms.language import ast
from madoguchi.engines.forms.language.ast import Node


def as_data(node: Node) -> Any:
    """Return the JSON form. A guard made by merging is written as `all`, which differs from it only in what is unknown."""
    match node:
        case ast.Always(value) | ast.Literal(value):
            return value
        case ast.Is(subject, values):
            test = {"is": values[0]} if len(values) == 1 else {"in": list(values)}
            return {**_subject(subject), **test}
        case ast.Known(subject, known):
            return {**_subject(subject), "known": known}
        case ast.Within(subject, low, high):
            bounds = {"at_least": low, "at_most": high}
            return {
                **_subject(subject),
                **{name: as_data(bound) for name, bound in bounds.items() if bound is not None},
            }
        case ast.AnyItem(group, where):
            return {"any_item": group, "where": as_data(where)}
        case ast.AllOf(parts):
            return {"all": [as_data(part) for part in parts]}
        case ast.AnyOf(parts):
            return {"any": [as_data(part) for part in parts]}
        case ast.Not(part):
            return {"not": as_data(part)}
        case ast.Guarded(guard, part):
            return {"all": [as_data(guard), as_data(part)]}
        case _:
            return _expression(node)


def _expression(node: Node) -> Any:
    match node:
        case ast.Today():
            return "today"
        case ast.Answer(key):
            return {"field": key}
        case ast.Age(born, on):
            return {"age": _date(born), "on": _date(on)}
        case ast.Days(start, end):
            return {"days": [_date(start), _date(end)]}
        case ast.Count(group):
            return {"count": group}
        case ast.SumOf(group, field):
            return {"sum_of": group, "field": field}
        case ast.Fold(operation, parts):
            return {operation: [as_data(part) for part in parts]}
        case ast.Join(parts, between):
            return {"join": [as_data(part) for part in parts], "with": between}
        case ast.If(condition, then, otherwise):
            rest = {} if otherwise is None else {"else": as_data(otherwise)}
            return {"if": as_data(condition), "then": as_data(then), **rest}
        case _:
            raise TypeError(f"{type(node).__name__} belongs to no language of forms")


def _subject(node: ast.Expression) -> dict[str, Any]:
    if isinstance(node, ast.Answer | ast.Age | ast.Count | ast.Days):
        written: dict[str, Any] = _expression(node)
        return written
    return {"value": as_data(node)}


def _date(node: ast.Expression) -> Any:
    return node.key if isinstance(node, ast.Answer) else as_data(node)
