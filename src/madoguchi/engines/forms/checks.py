"""Checks a form as a whole: conditions look at questions that exist and fit, and nothing depends on itself."""

from collections.abc import Iterator

from madoguchi.engines.forms.graphs import circle_in, heaviest_chain
from madoguchi.engines.forms.language import ast
from madoguchi.engines.forms.language.ast import Node
from madoguchi.engines.forms.language.references import depth_of, keys_of, parts_of
from madoguchi.engines.forms.model import Defect, Field, Form, Group, Kind
from madoguchi.engines.forms.validation import rule_target

_UNORDERED = frozenset({Kind.YES_NO, Kind.FILE, Kind.GROUP, Kind.CHOICES, Kind.KANA, Kind.LONGTEXT, Kind.EMAIL})
_WHOLE = frozenset({Kind.INTEGER, Kind.YEN})
_FRAMES_PER_QUESTION = 8
_FRAMES_PER_LEVEL = 3
CHAIN_LIMIT = 550
"""Calls under each other that evaluating one question may take; the interpreter allows 1,000 for the whole server."""


def check_form(form: Form) -> list[Defect]:
    """Return the defects that show only when the whole form is known."""
    found: list[Defect] = []
    for place, node, group in _nodes(form):
        found.extend(_node_defects(form, place, node, group))
    for rule in form.rules:
        key, inner = rule_target(form, rule)
        group = form.fields[key].group if key in form.fields else None
        if key not in form.fields or (inner and (group is None or inner not in group.fields)):
            found.append(Defect(f"rule {rule.id}.at", f"{rule.at} is no question of the form", "Name a question of it"))
    found.extend(_key_defects(form))
    return found or _circles(form) or chain_defects(form)


def unknown_keys(form: Form, node: Node) -> tuple[str, ...]:
    """Return the keys that a condition or calculation looks at and the form does not ask, sorted."""
    return tuple(sorted(key for key in keys_of(node) if question(form, key, None) is None))


def question(form: Form, key: str, group: Group | None) -> Field | None:
    """Return the question of a key as conditions write it; `./key` belongs to `group`."""
    if key.startswith("./"):
        return group.fields.get(key.removeprefix("./")) if group else None
    outer, mark, inner = key.partition("[].")
    field = form.fields.get(outer)
    if not mark or field is None:
        return field
    return field.group.fields.get(inner) if field.group else None


def circle_of(form: Form) -> tuple[str, ...]:
    """Return questions whose showing or calculation depends on itself, empty when there are none."""
    needs, _ = _outer_needs(form)
    if circle := circle_in(needs):
        return circle
    for field in form.fields.values():
        if field.group is not None and (circle := circle_in(_inner_needs(field.group))):
            return tuple(f"{field.key}[].{key}" for key in circle)
    return ()


def chain_defects(form: Form) -> list[Defect]:
    """Return a defect when questions wait for each other in a row longer than evaluation can follow."""
    name, weight = heaviest_chain(*_outer_needs(form))
    if weight <= CHAIN_LIMIT:
        return []
    return [Defect(name, "it waits for too long a row of other questions", "Let its condition look at fewer of them")]


def _outer_needs(form: Form) -> tuple[dict[str, set[str]], dict[str, int]]:
    """Return the questions that each question waits for, and how much of the stack it takes itself."""
    needs: dict[str, set[str]] = {}
    weights: dict[str, int] = {}
    for page in form.pages:
        for key in page.fields:
            nodes = [page.show_if, *_own_nodes(form.fields[key])]
            needs[key] = {_outer(k) for node in nodes for k in keys_of(node) if k[:2] != "./"}
            weights[key] = _FRAMES_PER_QUESTION + _FRAMES_PER_LEVEL * max(depth_of(node) for node in nodes)
    return needs, weights


def _inner_needs(group: Group) -> dict[str, set[str]]:
    return {
        key: {k[2:] for node in _own_nodes(field) for k in keys_of(node) if k.startswith("./")}
        for key, field in group.fields.items()
    }


def _circles(form: Form) -> list[Defect]:
    circle = circle_of(form)
    if not circle:
        return []
    words = " → ".join((*circle, circle[0]))
    return [
        Defect(
            "form", f"questions depend on themselves: {words}", "Take one condition or calculation out of the circle"
        )
    ]


def _outer(key: str) -> str:
    return key.partition("[].")[0]


def _own_nodes(field: Field) -> Iterator[Node]:
    yield field.show_if
    if field.calculate is not None:
        yield field.calculate
    for inner in field.group.fields.values() if field.group else ():
        yield from _own_nodes(inner)


def _nodes(form: Form) -> Iterator[tuple[str, Node, Group | None]]:
    """Yield every condition and calculation with its place and the group whose items `./` means."""
    for page in form.pages:
        yield f"page {page.id}.show_if", page.show_if, None
    for field in form.fields.values():
        yield from _field_nodes(field, field.key, None)
        for inner in field.group.fields.values() if field.group else ():
            yield from _field_nodes(inner, f"{field.key}[].{inner.key}", field.group)
    for rule in form.rules:
        key, inner_key = rule_target(form, rule)
        group = form.fields[key].group if inner_key and key in form.fields else None
        yield f"rule {rule.id}.check", rule.check, group


def _field_nodes(field: Field, place: str, group: Group | None) -> Iterator[tuple[str, Node, Group | None]]:
    yield f"{place}.show_if", field.show_if, group
    yield f"{place}.required", field.required, group
    if field.calculate is not None:
        yield f"{place}.calculate", field.calculate, group


def _node_defects(form: Form, place: str, node: Node, group: Group | None) -> Iterator[Defect]:
    """Yield the defects of a node and of everything below it."""
    yield from _own_defects(form, place, node, group)
    if isinstance(node, ast.AnyItem):
        inside = form.fields[node.group].group if node.group in form.fields else None
        yield from _node_defects(form, place, node.where, inside)
        return
    for part in parts_of(node):
        yield from _node_defects(form, place, part, group)


def _own_defects(form: Form, place: str, node: Node, group: Group | None) -> Iterator[Defect]:
    match node:
        case ast.Answer(key) if question(form, key, group) is None:
            remedy = (
                "Write ./key only inside a group" if key.startswith("./") else "Ask it in this form or correct the key"
            )
            yield Defect(place, f"{key} is no question of the form", remedy)
        case ast.AnyItem(name, _) | ast.Count(name) | ast.SumOf(name, _) if not _is_group(form, name):
            yield Defect(place, f"{name} is no group of the form", "Name a repeated group")
        case ast.SumOf(name, inner) if not _has_kind(form, f"{name}[].{inner}", None, _WHOLE):
            yield Defect(place, f"{inner} is no whole number of {name}", "Sum a question of kind integer or yen")
        case ast.Age(start, end) | ast.Days(start, end):
            for key in (part.key for part in (start, end) if isinstance(part, ast.Answer)):
                found = question(form, key, group)
                if found is not None and found.kind is not Kind.DATE:
                    yield Defect(place, f"{key} is no date", "Name a question of kind date")
        case ast.Is(ast.Answer(key), values):
            yield from _value_defects(place, question(form, key, group), values)
        case ast.Within(ast.Answer(key), _, _) if _has_kind(form, key, group, _UNORDERED):
            yield Defect(place, f"{key} has no order", "Use at_least and at_most with numbers and dates")
        case _:
            return


def _value_defects(place: str, field: Field | None, values: tuple[ast.Scalar, ...]) -> Iterator[Defect]:
    if field is None:
        return
    for value in values:
        if field.options and value not in {option.value for option in field.options}:
            yield Defect(place, f"{value!r} is no option of {field.key}", "Use the value of an option, as text")
        elif (field.kind is Kind.YES_NO) is not isinstance(value, bool):
            yield Defect(place, f"{value!r} never answers {field.key}", "Compare yes_no with true or false")
        elif (field.kind in _WHOLE) is not (
            isinstance(value, int) and not isinstance(value, bool)
        ) and field.kind is not Kind.YES_NO:
            yield Defect(
                place, f"{value!r} never answers {field.key}", "Compare numbers with whole numbers, the rest with text"
            )


def _key_defects(form: Form) -> Iterator[Defect]:
    for key, field in form.fields.items():
        if field.group is not None:
            for other in (f"{key}.{inner}" for inner in field.group.fields if f"{key}.{inner}" in form.fields):
                yield Defect(other, f"the group {key} asks this in every item already", "Rename one of them")
        if field.kind in (Kind.DATE, Kind.MONTH):
            for other in (name for name in (f"{key}.year", f"{key}.month", f"{key}.day") if name in form.fields):
                yield Defect(other, f"the key is a part of the date {key}", "Rename one of them")


def _is_group(form: Form, key: str) -> bool:
    return key in form.fields and form.fields[key].group is not None


def _has_kind(form: Form, key: str, group: Group | None, kinds: frozenset[Kind]) -> bool:
    found = question(form, key, group)
    return found is not None and found.kind in kinds
