"""What may cross outreach's door: what matching found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProgrammeCount:
    """How many residents one programme concerns. `judged` is the denominator: residents of its subject and area."""

    programme_id: str
    name: str
    yes: int
    maybe: int
    judged: int


@dataclass(frozen=True, slots=True)
class MessagePreview:
    """A message that would be sent: to how many, and its words. Nothing is sent."""

    programme_id: str
    recipients: int
    ja: str
    en: str


@dataclass(frozen=True, slots=True)
class MatchReport:
    """The result of matching a population on a day."""

    as_of: str
    residents: int
    programmes: int
    seconds: float
    residents_per_second: float
    peak_memory_mib: float
    residents_with_message: int
    counts: tuple[ProgrammeCount, ...]
    messages: tuple[MessagePreview, ...]
