"""Names the questions that a condition or calculation looks at."""

from collections.abc import Iterator
from dataclasses import fields

from madoguchi.engines.forms.language import ast
from madoguchi.engines.forms.language.ast import Node


def keys_of(node: Node) -> frozenset[str]:
    """Return the keys looked at: `key`, `./key` of the same item, `group` and `group[].key` of items of a group."""
    return frozenset(_keys(node))


def _keys(node: Node) -> Iterator[str]:
    match node:
        case ast.Answer(key):
            yield key
        case ast.Count(group):
            yield group
        case ast.SumOf(group, field):
            yield from (group, f"{group}[].{field}")
        case ast.AnyItem(group, where):
            yield group
            for key in _keys(where):
                yield f"{group}[].{key.removeprefix('./')}" if key.startswith("./") else key
        case _:
            for part in parts_of(node):
                yield from _keys(part)


def parts_of(node: Node) -> Iterator[Node]:
    """Yield the nodes directly below a node."""
    for field in fields(node):  # type: ignore[arg-type]  # every node is a dataclass, its base class is not
        value = getattr(node, field.name)
        for part in value if isinstance(value, tuple) else (value,):
            if isinstance(part, ast.Condition | ast.Expression):
                yield part


def depth_of(node: Node) -> int:
    """Return how many nodes lie under each other, the node itself counted."""
    return 1 + max((depth_of(part) for part in parts_of(node)), default=0)


def size_of(node: Node) -> int:
    """Return the number of nodes, the node itself counted; a part used twice counts twice, as it is evaluated twice."""
    return 1 + sum(size_of(part) for part in parts_of(node))
