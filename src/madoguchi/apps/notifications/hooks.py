"""What rooms above add to this room's pages: a part under a message of theirs, and the names of topics.

This room knows none of them; whoever registers nothing changes nothing.
"""

from collections.abc import Callable, Mapping

from django.http import HttpRequest
from django.utils.safestring import SafeString

from madoguchi.apps.notifications.contracts import InboxView

Footer = Callable[[HttpRequest, InboxView], SafeString]
"""The request and a message of the source → HTML that stands under it; empty for nothing."""
TopicNames = Callable[[str], Mapping[str, str]]
"""Language (`ja`, `en`, `easy`) → names of topics by id."""

_footers: dict[str, Footer] = {}
_topic_names: list[TopicNames] = []


def register_footer(source: str, footer: Footer) -> None:
    """Let a room add a part under its messages; called once when Django starts. Registering again replaces."""
    _footers[source] = footer


def footer_of(request: HttpRequest, view: InboxView) -> SafeString:
    """Return the part under a message; empty when its room added none."""
    footer = _footers.get(view.source)
    return footer(request, view) if footer else SafeString("")


def register_topic_names(names: TopicNames) -> None:
    """Let a room name its topics; called once when Django starts. Registering again replaces."""
    _topic_names[:] = [names]


def topic_names(language: str) -> Mapping[str, str]:
    """Return the names of topics by id, in a language of messages."""
    return _topic_names[0](language) if _topic_names else {}
