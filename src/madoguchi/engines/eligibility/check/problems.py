"""The form of a finding about conditions: how bad, where, what, and what to do next.

Every finding of this folder is one of these; how it is shown, and in which language, is not known here.
"""

from dataclasses import dataclass
from enum import StrEnum

from madoguchi.engines.eligibility.ast import Node
from madoguchi.engines.eligibility.text import to_text

_LONGEST_QUOTE = 160


class Severity(StrEnum):
    """How bad a finding is: an error stops publishing."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One finding with its remedy. `part` is the very node of the tree that is meant, None = the whole."""

    severity: Severity
    message: str
    remedy: str
    part: Node | None = None


def error(message: str, remedy: str, part: Node | None = None) -> Problem:
    """Return a finding that stops publishing."""
    return Problem(Severity.ERROR, message, remedy, part)


def warning(message: str, remedy: str, part: Node | None = None) -> Problem:
    """Return a finding that is shown and stops nothing."""
    return Problem(Severity.WARNING, message, remedy, part)


def quoted(node: Node, *, in_group: bool = False) -> str:
    """Return the text of a part as it is quoted in messages, cut where it is long."""
    text = to_text(node, in_group=in_group)
    return f"[{text if len(text) <= _LONGEST_QUOTE else text[:_LONGEST_QUOTE] + '…'}]"
