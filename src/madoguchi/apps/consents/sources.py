"""Where facts come from. The people and businesses rooms are joined to this room as sources in `site/wiring.py`.

It knows the shape of a fact, never a table of another room.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Protocol

from madoguchi.apps.consents.contracts import Standing, SubjectKind


class SourcedFact(Protocol):
    """One fact as a source tells it (people's `FactView` has this shape)."""

    @property
    def attribute(self) -> str:
        """Return the attribute's name."""

    @property
    def value(self) -> Any:
        """Return the value, a JSON value or a date."""

    @property
    def source(self) -> str:
        """Return the register or person that told it."""

    @property
    def as_of(self) -> date | datetime | None:
        """Return the day or moment to which the value belongs."""

    @property
    def verified(self) -> bool:
        """Tell whether a register or a credential vouches for it."""


class FactSource(Protocol):
    """The facts of one kind of subject. Called inside the disclosing transaction; must not write."""

    def facts_of(
        self, subject_id: str, attributes: Sequence[str], on: date, *, protected_too: bool
    ) -> Sequence[SourcedFact]:
        """Return the known facts among the attributes, at most one each; none for an unknown subject.

        A source that hides places of protected people by itself shows them with `protected_too`.
        """

    def standing(self, subject_id: str) -> Standing | None:
        """Return whether the subject is open or protected; None when the source can tell that there is none."""

    def subject_of_account(self, account_id: str) -> str | None:
        """Return the subject that a signed-in account stands for, or None."""


class SourceMissing(LookupError):
    """No source was registered for a kind of subject."""

    def __init__(self, kind: SubjectKind) -> None:
        super().__init__(f"No source of facts is registered for {kind}. Register one in site/wiring.py.")


_sources: dict[SubjectKind, FactSource] = {}


def register(kind: SubjectKind, source: FactSource) -> None:
    """Join a source to a kind of subject; called once when Django starts."""
    _sources[kind] = source


def source_of(kind: SubjectKind) -> FactSource:
    """Return the source of a kind; raise `SourceMissing` when none is registered."""
    try:
        return _sources[kind]
    except KeyError:
        raise SourceMissing(kind) from None
