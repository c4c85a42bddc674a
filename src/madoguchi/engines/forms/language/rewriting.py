"""Rewrites conditions and calculations node by node."""

from collections.abc import Callable
from dataclasses import fields, replace
from typing import Any, TypeVar, cast

from madoguchi.engines.forms.language import ast
from madoguchi.engines.forms.language.ast import Node

Part = TypeVar("Part", ast.Condition, ast.Expression)


def rewritten(node: Part, change: Callable[[Node], Node | None]) -> Part:
    """Return the node with `change` applied from the top: its result stands as it is, None goes on to the parts."""
    changed = change(node)
    if changed is not None:
        return cast(Part, changed)
    values: dict[str, Any] = {}
    for field in fields(node):  # type: ignore[arg-type]  # every node is a dataclass, its base class is not
        value = getattr(node, field.name)
        if isinstance(value, tuple):
            values[field.name] = tuple(_part(one, change) for one in value)
        else:
            values[field.name] = _part(value, change)
    return replace(node, **values)  # type: ignore[type-var]


def _part(value: Any, change: Callable[[Node], Node | None]) -> Any:
    if isinstance(value, ast.Condition):
        return rewritten(value, change)
    return rewritten(value, change) if isinstance(value, ast.Expression) else value
