"""The book of what is published and what the pack says about telling; invented choices with the pack's topics."""

from collections.abc import Collection
from datetime import date

from madoguchi.apps.outreach import terms
from madoguchi.apps.outreach.planning.book import Book, compiled_book, told_rules
from madoguchi.apps.outreach.planning.preferences import SyntheticPreferences
from madoguchi.apps.outreach.subjects import window_of
from madoguchi.apps.registry import api as registry

AGREE, CHOOSE = 0.5, 0.3
"""Shares for invented choices: half of the residents asked wanted such notices; a topic is chosen by about three in ten."""


def published_book(known: terms.Terms, *, municipalities: Collection[str], since: date) -> Book:
    """Return the published programmes that are told, with the bits of their topics in the terms' order."""
    views = {view.id: view for view in registry.views() if known.tells(view)}
    bits = {topic.id: 1 << number for number, topic in enumerate(known.topics)}
    return compiled_book(
        told_rules(registry.rules(), frozenset(views), since=since),
        registry.rulebook(),
        policy=known.policy,
        topics={key: sum(bits[topic] for topic in known.topics_of(view)) for key, view in views.items()},
        windows={key: window_of(view) for key, view in views.items()},
        municipalities=municipalities,
    )


def synthetic_choices(
    known: terms.Terms, *, seed: int, agree: float = AGREE, choose: float = CHOOSE
) -> SyntheticPreferences:
    """Return invented choices: every topic is chosen by the same share."""
    topics = dict.fromkeys(range(len(known.topics)), choose)
    return SyntheticPreferences(agree, topics, known.policy.spread, seed)
