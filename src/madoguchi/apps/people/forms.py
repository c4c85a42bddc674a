"""Plain forms for one fact, declared or seen in a document: which field it needs, and what the posted text means.

Whether the value is allowed is decided by the vocabulary, not here.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.apps.people import vocabulary, words
from madoguchi.apps.people.contracts import FactValue
from madoguchi.apps.people.vocabulary import DECLARED_SOURCE, EMAIL, PHONE, FactKind, Spec
from madoguchi.engines.eligibility import Band


@dataclass(frozen=True, slots=True)
class Choice:
    """One radio button."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """How one attribute is asked for."""

    kind: str
    """radio | select | date | number | list | text"""
    choices: tuple[Choice, ...]
    text: str
    autocomplete: str
    input_type: str


MANY = 12
_AUTOCOMPLETE = {PHONE: ("tel", "tel"), EMAIL: ("email", "email")}


def field_of(spec: Spec, current: FactValue | None, posted: str | None = None) -> Field:
    """Return the field of an attribute with what is known, or with what was posted and refused."""
    text = posted if posted is not None else as_text(current)
    autocomplete, input_type = _AUTOCOMPLETE.get(spec.name, ("off", "text"))
    if spec.kind is FactKind.BOOL:
        return Field("radio", _choices([("yes", _("はい")), ("no", _("いいえ"))], text), text, "off", "text")
    if spec.kind is FactKind.ENUM:
        options = _choices([(name, words.option(name, spec)) for name in spec.values], text)
        return Field("radio" if len(options) <= MANY else "select", options, text, "off", "text")
    kinds = {FactKind.DATE: "date", FactKind.INT: "number", FactKind.YEN: "number", FactKind.SET: "list"}
    return Field(kinds.get(spec.kind, "text"), (), text, autocomplete, input_type)


@dataclass(frozen=True, slots=True)
class Asked:
    """One attribute as a form of another room asks for it."""

    attribute: str
    label: str
    source: str
    """The register that usually tells it; empty when only the person does."""
    field: Field


def asked(attribute: str, posted: str | None = None) -> Asked | None:
    """Return how an attribute is asked for, with what was posted and refused; None for an unknown one."""
    spec = vocabulary.specs().get(attribute)
    if spec is None:
        return None
    source = spec.source if spec.source != DECLARED_SOURCE else ""
    return Asked(spec.name, words.label(spec), source, field_of(spec, None, posted))


def posted_value(attribute: str, text: str) -> Any:
    """Return what a posted text means for a known attribute; an unknown one keeps the text, to be refused."""
    spec = vocabulary.specs().get(attribute)
    return parsed(spec, text) if spec else text


def attribute_groups() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Return names and labels of the attributes of a person, and of those of a household."""
    known = vocabulary.specs().values()
    person = [(spec.name, words.label(spec)) for spec in known if not spec.household]
    return person, [(spec.name, words.label(spec)) for spec in known if spec.household]


def _choices(options: list[tuple[str, str]], text: str) -> tuple[Choice, ...]:
    return tuple(Choice(value, label, value == text) for value, label in options)


def as_text(value: FactValue | None) -> str:
    """Return a value as the field shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, frozenset):
        return "\n".join(sorted(value))
    if value is None or isinstance(value, Band | Mapping):
        return ""
    return str(value)


def parsed(spec: Spec, text: str) -> Any:
    """Return what a posted text means; what cannot be read stays text, for the vocabulary to refuse."""
    given = text.strip()
    if spec.kind is FactKind.BOOL:
        return {"yes": True, "no": False}.get(given, given)
    if spec.kind in (FactKind.INT, FactKind.YEN):
        digits = given.replace(",", "").replace("，", "").removesuffix("円")
        return int(digits) if digits.isdecimal() and len(digits) <= 12 else given
    if spec.kind is FactKind.SET:
        return [line.strip() for line in given.splitlines() if line.strip()]
    return given
