"""What may cross the door of files: references to uploads, their owners, states, refusals and events.

A reference tells about a file; the content itself leaves only through `api.content` and `api.response`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

KINDS = ("pdf", "image", "csv", "xlsx", "text")
"""What a field of a form may accept."""


class State(StrEnum):
    """Where a file stands on its way through the virus scanner."""

    QUARANTINED = "quarantined"
    """A scanner is set and has not answered yet: nobody may read the content."""
    CLEAN = "clean"
    INFECTED = "infected"
    """The scanner found something; the content is gone."""
    UNSCANNED = "unscanned"
    """No scanner is set: usable, and marked so."""
    DELETED = "deleted"
    """The content is gone: removed, erased or past its retention."""

    @property
    def usable(self) -> bool:
        """Tell whether the content may be read."""
        return self in (State.CLEAN, State.UNSCANNED)


class OwnerKind(StrEnum):
    """What a file belongs to."""

    DRAFT = "draft"
    CASE = "case"


@dataclass(frozen=True, slots=True)
class Owner:
    """The draft or case that a file belongs to. Whoever names an owner has checked that the caller may see it."""

    kind: OwnerKind | str
    id: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", OwnerKind(self.kind))


@dataclass(frozen=True, slots=True)
class FileRef:
    """A file without its content. `size` in bytes; `document` is the field or document it was uploaded for."""

    id: str
    name: str
    media_type: str
    size: int
    sha256: str
    state: State
    uploaded_at: datetime
    document: str


class FileRefused(Exception):
    """An upload that was not taken; nothing was stored. `texts.refusal(code, params)` says it to the person."""

    def __init__(self, code: str, params: Mapping[str, Any] | None = None) -> None:
        super().__init__(f"The file was refused: {code}.")
        self.code = code
        self.params: dict[str, Any] = dict(params or {})


class FileMissing(LookupError):
    """No such file belongs to this owner, or its content is gone. Pages answer 404 and tell nothing more."""

    def __init__(self) -> None:
        super().__init__("No such file belongs to this owner, or its content was deleted. Look its id up again.")


class FileWaiting(FileMissing):
    """The file belongs to this owner, but the scanner has not answered yet: try again in some minutes."""


@dataclass(frozen=True, slots=True)
class FileRefusedByScanner:
    """Event: the scanner found something in a file; its content was deleted. The owner must ask for another one."""

    file_id: str
    owner_kind: str
    owner_id: str
    document: str
