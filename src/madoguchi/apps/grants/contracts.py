"""What may cross the door of grants: calls for applications (公募), their state on a moment, pages of a search."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any


class CallState(StrEnum):
    """Whether a call takes applications at a moment."""

    OPEN = "open"
    COMING = "coming"
    CLOSED = "closed"
    """Its period is over, or the source withdrew it."""
    UNKNOWN = "unknown"
    """The source tells no period."""


class Source(StrEnum):
    """Where a call comes from."""

    JGRANTS = "jgrants"
    PACK = "pack"
    """From the pack: samples that show an application from end to end."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A document that the source offers with a call; only its name is kept here."""

    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class CallContent:
    """What a source says about a call. Empty texts, None and empty tuples mean: the source does not say."""

    id: str
    number: str
    title: str
    catch_phrase: str
    detail: str
    """Plain text: the source's HTML without its tags."""
    purposes: tuple[str, ...]
    industries: tuple[str, ...]
    areas: tuple[str, ...]
    area_detail: str
    employees: str
    """Number of employees in the source's words."""
    rate: str
    max_yen: int | None
    opens_at: datetime | None
    closes_at: datetime | None
    project_ends_at: datetime | None
    institution: str
    page_url: str
    attachments: tuple[Attachment, ...]


@dataclass(frozen=True, slots=True)
class CallView:
    """A call as a reader gets it, with its state at the moment of reading."""

    content: CallContent
    source: Source
    state: CallState
    version: int
    taken_at: datetime
    """When this version came from the source."""
    seen_at: datetime
    """When the source was last seen to say so."""
    withdrawn_at: datetime | None
    procedure_id: str
    """The procedure by which one applies here, or empty."""

    @property
    def id(self) -> str:
        """Return the id of the call at its source."""
        return self.content.id

    @property
    def sample(self) -> bool:
        """Tell whether it is a made-up call."""
        return self.source is Source.PACK


@dataclass(frozen=True, slots=True)
class Filters:
    """What a search is narrowed to; empty = everything. `employees` is the number of people of a business."""

    text: str = ""
    state: CallState | None = None
    area: str = ""
    industry: str = ""
    employees: int | None = None


@dataclass(frozen=True, slots=True)
class CallPage:
    """One page of a search."""

    total: int
    items: Sequence[CallView]


def as_json(content: CallContent) -> Mapping[str, Any]:
    """Return a content as JSON values, the same for equal contents."""
    from dataclasses import asdict

    moments = ("opens_at", "closes_at", "project_ends_at")
    values = asdict(content)
    return {**values, **{name: values[name].isoformat() if values[name] else None for name in moments}}


def from_json(values: Mapping[str, Any]) -> CallContent:
    """Return the content that `as_json` wrote."""

    def moment(name: str) -> datetime | None:
        return datetime.fromisoformat(values[name]) if values[name] else None

    return CallContent(
        **{
            **values,
            **{name: tuple(values[name]) for name in ("purposes", "industries", "areas")},
            **{name: moment(name) for name in ("opens_at", "closes_at", "project_ends_at")},
            "attachments": tuple(Attachment(item["kind"], item["name"]) for item in values["attachments"]),
        }
    )
