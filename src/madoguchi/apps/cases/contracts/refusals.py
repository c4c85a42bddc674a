"""How the room says no: one refusal with a code, raised as an error that carries its words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why something may not be done now; `texts.refusal` says it in words, with what to do instead."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


class CaseError(Exception):
    """Something was refused. `refusal` names it; the text is in the reader's language."""

    def __init__(self, refusal: Refusal) -> None:
        from madoguchi.apps.cases import texts

        super().__init__(texts.refusal(refusal))
        self.refusal = refusal


class CaseMissing(CaseError):
    """There is no such case for who asks. Pages and API answer 404."""


class Stale(CaseError):
    """Somebody else acted in the case meanwhile: read it anew, then decide again."""


class NotAllowed(CaseError):
    """The action does not fit the state of the case, or who acts."""


class KeyReused(CaseError):
    """A submission key came again with another content."""


class Invalid(CaseError):
    """What was given is not valid; `refusal.params` names the field."""
