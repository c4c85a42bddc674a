"""The one page that says which event reaches whom."""

from collections.abc import Mapping

from madoguchi.apps.registry.contracts import ProgrammePublished

UNHANDLED: Mapping[type, str] = {
    ProgrammePublished: (
        "Readers follow the changes feed and caches look at its sequence, so nobody needs to be told yet; "
        "outreach will subscribe when it plans messages for people."
    ),
}
"""Events that nobody handles, each with its reason."""


def connect() -> None:
    """Subscribe every handler. Called once when Django starts; no event has a handler yet (see UNHANDLED)."""
