"""What telling people is made of: spells of eligibility, reasons, items with the days between which they may be told.

A *spell* is an unbroken run of days on which one programme holds for one person, as it looks from today. An *item* is one
thing to tell: a programme, about a person, for a reason, between two days. Several items leave in one *message*.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum


class Reason(IntEnum):
    """Why something is told now. The order is the order within a message."""

    CLOSES = 0
    """The last day to apply comes near."""
    EVENT = 1
    """Something happened in the person's life (birth, moving …) that made the programme apply."""
    RULE = 2
    """A rule changed in the person's favour."""
    OPENS = 3
    """The time to apply begins on a coming day."""
    BEGINS = 4
    """The programme begins to apply on a coming day, by age or by its own first day."""
    NOW = 5
    """It applies already, and the person has just agreed to be told."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How telling is bounded. All numbers are days unless they say otherwise."""

    lead: int = 14
    """The earliest telling before a day on which something begins or opens; the latest is `lead - gap` days before it."""
    close_lead: int = 30
    """The earliest reminder before the last day to apply; the latest is `close_lead - gap` days before it."""
    gap: int = 7
    """Between two messages to one person lie at least so many days."""
    urgent_within: int = 28
    """Once in so many days a message may break `gap`, when an item would otherwise be told after its last day."""
    spread: int = 7
    """Over so many days the first messages of a whole population are spread."""
    again: int = 180
    """A programme that ended and begins anew about the same person is not told again before so many days."""
    horizon: int = 31
    """How many days the plan looks ahead; more than `lead` and `close_lead`."""

    def __post_init__(self) -> None:
        if not 0 < self.gap <= min(self.lead, self.close_lead):
            raise ValueError(f"gap is {self.gap}. It must be at least 1 and at most lead and close_lead.")
        if self.horizon <= max(self.lead, self.close_lead, self.spread):
            raise ValueError(f"horizon is {self.horizon}. It must be greater than lead, close_lead and spread.")
        if self.urgent_within < self.gap:
            raise ValueError(f"urgent_within is {self.urgent_within}. It must be at least gap ({self.gap}).")


@dataclass(frozen=True, slots=True)
class Window:
    """When one can apply; None leaves that end open. Both days are included."""

    opens: date | None = None
    closes: date | None = None


@dataclass(frozen=True, slots=True)
class Spell:
    """Days on which a programme holds for a person; `end` is the last of them, None when none is in sight."""

    start: date
    end: date | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """One programme about one person, as it looks from today. `about` is any key of the person."""

    programme: str
    about: str
    spells: tuple[Spell, ...]
    window: Window = Window()
    cause: Reason = Reason.NOW
    """Why it is looked at today, for a spell that already runs: NOW, RULE or EVENT."""
    wanted: bool = True
    """The person wants to hear of this topic."""
    taken_up: bool = False
    """The person has applied for it or receives it: nothing is told any more."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to tell. `day` is the day that it is about (begins, opens, last day); for NOW, RULE, EVENT the day it was found."""

    programme: str
    about: str
    reason: Reason
    day: date
    first: date
    last: date
    end: date | None = None
    """The last day on which it can be had, when one is in sight. `last` moves while the recipient's gap runs, this never."""

    @property
    def key(self) -> tuple[str, str, bool]:
        """Return what may be told once in a spell: the first telling, and the reminder before the last day."""
        return self.programme, self.about, self.reason is Reason.CLOSES


@dataclass(frozen=True, slots=True)
class Memory:
    """What one recipient was told before, and when messages went out."""

    told: Mapping[tuple[str, str, bool], date] = field(default_factory=dict)
    """Key of an item (`Item.key`) → the day it was told, as long as its spell runs."""
    ended: Mapping[tuple[str, str], date] = field(default_factory=dict)
    """(programme, about) of spells that are over → the day they were first told."""
    sent: tuple[date, ...] = ()
    """Days of earlier messages, ascending; the last `urgent_within` days are enough."""
    broke: tuple[date, ...] = ()
    """Those of them that broke `gap`."""


@dataclass(frozen=True, slots=True)
class Run:
    """Days on which a programme can be had: a spell within the window. `opens`: the window decides the first of them."""

    start: date
    end: date | None
    opens: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What leaves on a day. `tell` is one message, empty when none leaves."""

    tell: tuple[Item, ...] = ()
    broke_gap: bool = False
    held: tuple[Item, ...] = ()
    """What will not be told in time, because the gap may not be broken again. The inbox may show it."""
    look_again: date | None = None
    """The next day on which something may have to leave if nothing changes, also of what is beyond the horizon now."""
