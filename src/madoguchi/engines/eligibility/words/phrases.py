"""What both languages share in saying an attribute: the pack's own words where it has some, and where they are used.

How a sentence is built without them stands in `japanese` and `english`. Knows no attribute and no programme.
"""

from collections.abc import Sequence

from madoguchi.engines.eligibility.types import Kind, Vocabulary, Wording

NONE = "なし"
"""The value by which an enum says: does not have it."""
_UNWORDED = Wording()


def wording(name: str, language: str, vocabulary: Vocabulary) -> Wording:
    """Return how the pack says an attribute in a language (`ja`, `en`); empty where it says nothing."""
    attribute = vocabulary.attributes.get(name)
    return attribute.wordings.get(language, _UNWORDED) if attribute else _UNWORDED


def is_money(name: str, vocabulary: Vocabulary) -> bool:
    """Return whether an attribute is a sum in yen."""
    attribute = vocabulary.attributes.get(name)
    return attribute is not None and attribute.kind is Kind.YEN


def means_having_any(name: str, values: Sequence[str], vocabulary: Vocabulary) -> bool:
    """Return whether these values are all but なし, so that a list of them says no more than "has it"."""
    attribute = vocabulary.attributes.get(name)
    return attribute is not None and NONE in attribute.values and set(attribute.values) - {NONE} == set(values)
