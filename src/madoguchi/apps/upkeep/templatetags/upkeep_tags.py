"""A small helper of upkeep's templates: a value of a mapping by a key that is only known in the template."""

from collections.abc import Mapping

from django import template

register = template.Library()


@register.filter
def at(values: Mapping[str, str], key: str) -> str:
    """Return the value of a key, empty when there is none."""
    return values.get(key, "")
