"""What delegation must ask the rooms above: who is the principal behind an account, who stands in which relation.

`site/wiring.py` connects the answer; until then an account is its own principal and no relation is known.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from madoguchi.apps.accounts.models import User


@dataclass(frozen=True, slots=True)
class Choice:
    """A procedure or attribute that can be delegated: id and name in the reader's language."""

    id: str
    name: str


class Directory(Protocol):
    """Answers of the upper rooms."""

    def principal_of(self, account_id: str) -> str | None:
        """Return the person or business that an account itself is."""

    def wards_of(self, account_id: str, on: date) -> Mapping[str, str]:
        """Return the people for whom the account's holder is the verified legal representative: id → reference."""

    def name_of(self, principal_id: str) -> str:
        """Return the name to show; empty when it is unknown or must not be shown."""

    def may_edit(self, organisation_id: str, principal_id: str) -> bool:
        """Tell whether an organisation keeps the records of this person; False for businesses and strangers."""

    def procedures(self) -> tuple[Choice, ...]:
        """Return the procedures that can be delegated."""

    def attributes(self) -> tuple[Choice, ...]:
        """Return the attributes whose reading can be delegated."""


@dataclass(frozen=True, slots=True)
class OwnAccounts:
    """The directory of a site without people and businesses: every account is its own principal."""

    choices: tuple[Choice, ...] = field(default=())

    def principal_of(self, account_id: str) -> str | None:
        """Return the account itself."""
        return account_id

    def wards_of(self, account_id: str, on: date) -> Mapping[str, str]:
        """Return nobody: relations are known to the people room only."""
        return {}

    def name_of(self, principal_id: str) -> str:
        """Return the display name of the account."""
        try:
            return User.objects.filter(pk=principal_id).values_list("display_name", flat=True).first() or ""
        except (ValueError, TypeError):
            return ""

    def may_edit(self, organisation_id: str, principal_id: str) -> bool:
        """Return True for an account that is there: who keeps whose records is known to the people room only."""
        return bool(self.name_of(principal_id))

    def procedures(self) -> tuple[Choice, ...]:
        """Return nothing that can be chosen singly."""
        return self.choices

    def attributes(self) -> tuple[Choice, ...]:
        """Return nothing that can be chosen singly."""
        return self.choices


_connected: list[Directory] = []


def connect(found: Directory) -> None:
    """Let delegation ask this directory. Called from `site/wiring.py` only."""
    _connected[:] = [found]


def directory() -> Directory:
    """Return the connected directory."""
    return _connected[0] if _connected else OwnAccounts()
