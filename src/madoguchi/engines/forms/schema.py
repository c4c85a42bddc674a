"""Writes a form as JSON Schema (draft 2020-12) of its answers."""

from collections.abc import Iterator, Mapping
from typing import Any

from madoguchi.engines.forms.kinds import EMAIL_LIMIT, SHAPES, bounds
from madoguchi.engines.forms.language.ast import TRUE, Condition
from madoguchi.engines.forms.language.writing import as_data
from madoguchi.engines.forms.limits import ITEM_LIMIT, TEXT_LIMIT
from madoguchi.engines.forms.model import Field, Form, Group, Kind, Text
from madoguchi.engines.forms.schematic import both, schema_of

DRAFT = "https://json-schema.org/draft/2020-12/schema"
_FORMATS = {Kind.DATE: "date", Kind.EMAIL: "email"}


def json_schema(form: Form, language: str = "ja") -> dict[str, Any]:
    """Return the schema of the answers that count (see `calculated`), titles in a language (Japanese where it is missing).

    Answers without a problem are valid against it. It says everything that JSON Schema can say; conditions beyond that
    stand as data under `x-show-if` and `x-required-if`, rules over the whole form under `x-rules`.
    """
    shows = {key: both(page.show_if, form.fields[key].show_if) for page in form.pages for key in page.fields}
    rules = [
        {"id": r.id, "at": r.at, "check": as_data(r.check), "message": _words(r.message, language)} for r in form.rules
    ]
    return {
        "$schema": DRAFT,
        "$id": f"urn:madoguchi:form:{form.id}:{form.version}",
        "title": form.id,
        **_object(form.fields, shows, language, prefix=""),
        **({"x-rules": rules} if rules else {}),
    }


def _object(
    fields: Mapping[str, Field], shows: Mapping[str, Condition], language: str, *, prefix: str
) -> dict[str, Any]:
    """Return the schema of an object of questions; `prefix` is what conditions write before a key of the same object."""
    properties = {key: _property(fields[key], show, fields, language, prefix) for key, show in shows.items()}
    required = [
        key for key, show in shows.items() if show == TRUE and fields[key].required == TRUE and _must(fields[key])
    ]
    branches = [branch for key, show in shows.items() for branch in _branches(fields, key, show, prefix)]
    return {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        **({"required": required} if required else {}),
        **({"allOf": branches} if branches else {}),
    }


def _must(field: Field) -> bool:
    """Return whether an answer must be there when the question is required: not a calculation, nor an empty group."""
    return field.calculate is None and (field.group is None or field.group.min > 0)


def _branches(fields: Mapping[str, Field], key: str, show: Condition, prefix: str) -> Iterator[dict[str, Any]]:
    """Yield what depends on other answers: a hidden question has no answer, a shown and required one has."""
    shown = schema_of(show, fields, prefix)
    if show != TRUE and shown is not None:
        yield {"if": shown, "then": {}, "else": {"properties": {key: False}}}
    needed = both(show, fields[key].required)
    demanded = schema_of(needed, fields, prefix)
    if needed != TRUE and demanded is not None and _must(fields[key]):
        yield {"if": demanded, "then": {"required": [key]}}


def _property(field: Field, show: Condition, fields: Mapping[str, Field], language: str, prefix: str) -> dict[str, Any]:
    notes: dict[str, Any] = {"title": _words(field.label, language)}
    if field.hint:
        notes["description"] = _words(field.hint, language)
    if field.calculate is not None:
        notes |= {"readOnly": True, "x-calculate": as_data(field.calculate)}
    if schema_of(show, fields, prefix) is None:
        notes["x-show-if"] = as_data(show)
    if schema_of(field.required, fields, prefix) is None:
        notes["x-required-if"] = as_data(field.required)
    return {**notes, **_type(field, language)}


def _type(field: Field, language: str) -> dict[str, Any]:
    if field.group is not None:
        return _group(field, field.group, language)
    base = _base(field, language)
    own = {name: value for name, value in field.schema.items() if name not in base}
    clash = {name: value for name, value in field.schema.items() if name in base and base[name] != value}
    return {**base, **own, **({"allOf": [clash]} if clash else {})}


def _base(field: Field, language: str) -> dict[str, Any]:
    match field.kind:
        case Kind.YES_NO:
            return {"type": "boolean"}
        case Kind.INTEGER | Kind.YEN:
            low, high = bounds(field)
            return {"type": "integer", "minimum": low, "maximum": high}
        case Kind.CHOICE:
            return {"type": "string", "oneOf": _options(field, language)}
        case Kind.CHOICES:
            items = {"type": "string", "oneOf": _options(field, language)}
            return {"type": "array", "items": items, "uniqueItems": True, "maxItems": ITEM_LIMIT}
        case Kind.FILE:
            file_id = {"type": "string", "minLength": 1, "maxLength": 200}
            return {"type": "array", "items": file_id, "uniqueItems": True, "maxItems": ITEM_LIMIT}
        case _:
            return _text(field)


def _text(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "string", "maxLength": EMAIL_LIMIT if field.kind is Kind.EMAIL else TEXT_LIMIT}
    if field.kind in SHAPES:
        found["pattern"] = SHAPES[field.kind]
    if field.kind in _FORMATS:
        found["format"] = _FORMATS[field.kind]
    return found


def _group(field: Field, group: Group, language: str) -> dict[str, Any]:
    shows = {key: inner.show_if for key, inner in group.fields.items()}
    least = group.min if field.required == TRUE else 0
    item = {"title": _words(group.item, language), **_object(group.fields, shows, language, prefix="./")}
    return {"type": "array", "minItems": least, "maxItems": min(group.max, ITEM_LIMIT), "items": item}


def _options(field: Field, language: str) -> list[dict[str, Any]]:
    return [{"const": option.value, "title": _words(option.label, language)} for option in field.options]


def _words(text: Text, language: str) -> str:
    return text.get(language) or text.get("ja", "")
