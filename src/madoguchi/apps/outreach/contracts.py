"""What may cross outreach's door: what matching found, and what changed since a day."""

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
    """The result of matching a population on a day. `seconds` is judging; loading and compiling are told apart."""

    as_of: str
    residents: int
    programmes: int
    load_seconds: float
    compile_seconds: float
    seconds: float
    residents_per_second: float
    peak_memory_mib: float
    residents_with_message: int
    counts: tuple[ProgrammeCount, ...]
    messages: tuple[MessagePreview, ...]


@dataclass(frozen=True, slots=True)
class ProgrammeDelta:
    """How many residents became eligible for a programme, stopped being so, or changed to or from 対象の可能性."""

    programme_id: str
    name: str
    began: int
    ended: int
    unclear: int


@dataclass(frozen=True, slots=True)
class DeltaReport:
    """What changed between two days. `days` judged days follow each other; `seconds` is all of them together."""

    since: str
    as_of: str
    days: int
    residents: int
    began: int
    ended: int
    seconds: float
    slowest_day_ms: float
    programmes: tuple[ProgrammeDelta, ...]
