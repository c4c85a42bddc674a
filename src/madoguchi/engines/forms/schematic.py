"""Says conditions in JSON Schema where JSON Schema can say them, in the same three values."""

from collections.abc import Mapping
from typing import Any

from madoguchi.engines.forms.language import ast
from madoguchi.engines.forms.language.ast import TRUE, Condition, Expression
from madoguchi.engines.forms.model import Field, Kind

Schema = dict[str, Any]
_WHOLE = (Kind.INTEGER, Kind.YEN)


def both(first: Condition, second: Condition) -> Condition:
    """Return a condition that holds when both hold."""
    if first == TRUE:
        return second
    return first if second == TRUE else ast.AllOf((first, second))


def schema_of(
    condition: Condition, fields: Mapping[str, Field], prefix: str = "", *, wanted: bool = True
) -> Schema | None:
    """Return the schema of exactly those answers for which a condition is true (or, `wanted` false, is false).

    None when JSON Schema cannot say it: dates, calculations, answers outside the object.
    """
    match condition:
        case ast.Always(value):
            return {} if value is wanted else {"not": {}}
        case ast.Not(part):
            return schema_of(part, fields, prefix, wanted=not wanted)
        case ast.AllOf(parts) | ast.AnyOf(parts):
            found = [schema_of(part, fields, prefix, wanted=wanted) for part in parts]
            every = isinstance(condition, ast.AllOf) is wanted
            if not found:
                return {} if every else {"not": {}}
            return None if None in found else {"allOf" if every else "anyOf": found}
        case ast.Is(ast.Answer(key), values):
            return _is(_local(key, fields, prefix), values, fields, wanted=wanted)
        case ast.Known(ast.Answer(key), known):
            name = _local(key, fields, prefix)
            return None if name is None else _known(fields[name], known is wanted)
        case ast.Within(ast.Answer(key), low, high):
            return _within(_local(key, fields, prefix), low, high, fields, wanted=wanted)
        case _:
            return None


def _local(key: str, fields: Mapping[str, Field], prefix: str) -> str | None:
    """Return the name in this object, None for a question outside it."""
    name = key.removeprefix(prefix)
    return name if name in fields and key == f"{prefix}{name}" else None


def _known(field: Field, wanted: bool) -> Schema:
    there: Schema = {"required": [field.key]}
    if field.group is not None:
        there["properties"] = {field.key: {"minItems": 1}}
    return there if wanted else {"not": there}


def _is(
    name: str | None, values: tuple[ast.Scalar, ...], fields: Mapping[str, Field], *, wanted: bool
) -> Schema | None:
    if name is None or fields[name].group is not None:
        return None
    one: Schema = {"enum": list(values)}
    if fields[name].kind in (Kind.CHOICES, Kind.FILE):
        one = {"contains": one}
    return {"required": [name], "properties": {name: one if wanted else {"not": one}}}


def _within(
    name: str | None, low: Expression | None, high: Expression | None, fields: Mapping[str, Field], *, wanted: bool
) -> Schema | None:
    limits = {"minimum": low, "maximum": high}
    numbers = {
        k: bound.value for k, bound in limits.items() if isinstance(bound, ast.Literal) and type(bound.value) is int
    }
    open_ends = sum(bound is None for bound in limits.values())
    if name is None or fields[name].kind not in _WHOLE or len(numbers) + open_ends < 2:
        return None
    return {"required": [name], "properties": {name: numbers if wanted else {"not": numbers}}}
