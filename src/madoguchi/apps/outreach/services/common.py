"""What the services share: how this room asks at the door of consents, and which programmes it judges."""

from collections.abc import Mapping
from functools import lru_cache

from madoguchi.apps.consents import api as consents
from madoguchi.apps.outreach import subjects, terms
from madoguchi.apps.registry import api as registry
from madoguchi.engines.eligibility import Vocabulary

SOURCE = "outreach"
"""The name under which this room looks at people and sends messages."""


def request_for(person_id: str, known: terms.Terms) -> consents.MatchingRequest:
    """Return how this room asks about a person."""
    return consents.MatchingRequest(person_id, known.organisation_id, known.purpose_id, SOURCE)


_kept: tuple[terms.Terms, subjects.Book] | None = None


def book(known: terms.Terms) -> subjects.Book:
    """Return the published programmes that anybody is told of; made anew when registry or pack have changed."""
    global _kept
    rulebook = registry.rulebook()  # another object whenever the published registry is read anew
    kept = _kept
    if kept is None or kept[0] is not known or kept[1].rulebook is not rulebook:
        ids = [key for key, _ in registry.programme_names("ja")]
        views = [view for key in ids if (view := registry.get(key)) is not None and known.topics_of(view)]
        kept = _kept = (known, subjects.book_of(views, registry.rules(), rulebook))
    return kept[1]


def vocabulary() -> Vocabulary:
    """Return the words for attributes; made anew when the pack's list has changed."""
    codes = tuple(item.code for item in registry.municipalities())
    return _vocabulary(id(registry.attributes()), codes)


@lru_cache(maxsize=2)
def _vocabulary(_attributes: int, codes: tuple[str, ...]) -> Vocabulary:
    return Vocabulary.from_pack(attributes=registry.attributes(), municipalities=codes, tables=[])


def topic_names(language: str) -> Mapping[str, str]:
    """Return the names of topics by id in a language of messages (`ja`, `en`, `easy`); none before a pack was loaded."""
    try:
        known = terms.current()
    except terms.TermsMissing:
        return {}
    return {topic.id: topic.name.get(language) or topic.name["ja"] for topic in known.topics}
