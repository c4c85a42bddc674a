"""What may cross the door of open data: frozen values about keys and hooks, and the errors of their use."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Invalid(ValueError):
    """Something that was asked cannot be done: what, why, what to do next. `field` names the place."""

    def __init__(self, message: str, *, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class HookState(StrEnum):
    """Where a hook stands."""

    UNVERIFIED = "unverified"
    ACTIVE = "active"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class NewKey:
    """A fresh key. `secret` is shown once and kept nowhere."""

    id: str
    name: str
    secret: str


@dataclass(frozen=True, slots=True)
class HookView:
    """One hook as its owner sees it; never its secret."""

    id: str
    url: str
    organisation: str
    municipality: str
    kind: str
    state: HookState
    reason: str
    cursor: int
    delivered: int
    failing_since: datetime | None
    next_attempt_at: datetime
    last_at: datetime | None
    last_status: int | None
    created_at: datetime
