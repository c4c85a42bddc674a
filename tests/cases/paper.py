"""A case kept with pen and paper: the rules of docs/applying.md and of the laws, written anew, to hold the room against.

It looks up nothing in the room. What may happen is listed by state, not by action, so that a slip in one table shows.
"""

from dataclasses import dataclass, field
from datetime import date, timedelta

POSSIBLE = {
    "received": "accepted correction_asked suspended extended assigned forwarded check_done noted message_in message_out "
    "withdrawn",
    "examining": "correction_asked suspended extended assigned forwarded check_done noted message_in message_out "
    "proposed decided withdrawn",
    "correcting": "corrected resumed extended assigned check_done noted message_in message_out withdrawn",
    "suspended": "resumed extended assigned check_done noted message_in message_out withdrawn",
    "proposed": "extended assigned check_done noted message_in message_out proposal_returned decided withdrawn",
    "decided": "assigned noted message_in message_out notified",
    "notified": "assigned noted message_in message_out objected closed",
    "objected": "assigned noted message_in message_out objection_decided",
    "withdrawn": "noted message_in message_out closed",
    "closed": "",
}
"""What may happen where."""
HERS = {"corrected", "message_in", "objected", "withdrawn"}
"""What only the applicant does."""
DECIDERS = {"proposal_returned", "decided", "objection_decided"}
SYSTEMS = {"check_done", "closed"}
"""What the platform does, besides an examiner."""
UNNOTICED = {"noted", "check_done", "assigned", "forwarded"}
"""After these an applicant who waits still waits."""
INTERNAL = {"assigned", "check_done", "noted", "proposed", "proposal_returned", "decided"}
"""What never stands in the applicant's timeline."""


def parties_for(kind: str) -> set[str]:
    """Return who may do something."""
    if kind in HERS:
        return {"applicant"}
    if kind in DECIDERS:
        return {"decider"}
    more = {"system"} if kind in SYSTEMS else {"assigner"} if kind == "assigned" else set()
    return {"examiner"} | more


@dataclass
class Mark:
    """What one check found."""

    result: str = "open"
    overridden: bool = False
    by_person: bool = False


@dataclass
class Paper:
    """One case. Days are calendar days."""

    four_eyes: bool
    required: tuple[str, ...]
    today: date
    place: str = ""
    checks: dict[str, Mark] = field(default_factory=dict)
    state: str = "received"
    number: int = 1
    back: str = "examining"
    paused: bool = False
    asked: tuple[str, ...] = ()
    corrections: int = 0
    assignee: str = ""
    waits: bool = False
    proposal: tuple[str, str] | None = None
    """Who proposed which outcome."""
    decision: tuple[str, str] | None = None
    outsiders: set[str] = field(default_factory=set)
    """Who proposed or made a decision in the case, and so may not decide on a request for review of it."""
    notified: date | None = None
    told_outcome: str = ""
    extended: int = 0
    still: set[date] = field(default_factory=set)
    stopped: date | None = None
    arrived: date = field(init=False)

    def __post_init__(self) -> None:
        self.arrived = self.today

    def obstacle(self, outcome: str) -> bool:
        """Tell whether a required check stands in the way: an open one of all, a failed one of what gives something."""
        marks = [self.checks.get(key, Mark()) for key in self.required]
        standing = [mark.result for mark in marks if not mark.overridden]
        return "open" in standing or ("failed" in standing and outcome != "refused")

    def may(self, kind: str, who: str, parties: set[str], outcome: str = "") -> bool:
        """Tell whether something may happen now."""
        if kind not in POSSIBLE[self.state].split() or not parties & parties_for(kind):
            return False
        if kind == "proposed":
            return not self.obstacle(outcome)
        if kind == "check_done" and self.state == "proposed":
            return "system" in parties
        if kind == "decided":
            if self.four_eyes and (self.proposal is None or self.proposal[0] == who):
                return False
            return not self.obstacle(self.proposal[1] if self.proposal else outcome)
        return not (kind == "objection_decided" and who in self.outsiders)

    def write(self, kind: str, who: str, *, outcome: str = "", days: int = 0, pauses: bool = True, **more: str) -> None:
        """Write down that something happened."""
        self.number += 1
        if kind not in UNNOTICED:
            self.waits = kind in HERS and kind != "withdrawn"
        match kind:
            case "correction_asked" | "suspended":
                self._interrupt("correcting" if kind == "correction_asked" else "suspended", pauses)
            case "corrected" | "resumed":
                self._go_on(answered=kind == "corrected")
            case "extended":
                self.extended += days
            case "assigned":
                self.assignee = more["to"]
            case "forwarded":
                self.place, self.assignee = more["to"], ""
            case "objected" | "withdrawn" | "closed":
                self._end(kind)
            case _:
                self._judge(kind, who, outcome)

    def _judge(self, kind: str, who: str, outcome: str) -> None:
        match kind:
            case "accepted" | "proposal_returned":
                self.state, self.proposal = "examining", None
            case "proposed":
                self.state, self.proposal = "proposed", (who, outcome)
                self.outsiders.add(who)
            case "decided":
                self._decided(who, outcome or (self.proposal or ("", ""))[1])
            case "notified":
                self.state, self.notified = "notified", self.today
                self.told_outcome = (self.decision or ("", ""))[1]
            case "objection_decided":
                self._reviewed(who, outcome)

    def _interrupt(self, state: str, pauses: bool) -> None:
        self.back, self.state, self.paused = self.state, state, pauses
        if pauses:
            self.still.add(self.today)

    def _go_on(self, *, answered: bool) -> None:
        """Go back to where it was interrupted; after an answer every check begins anew."""
        if self.paused:
            self.still.add(self.today)
        self.state, self.paused, self.asked = self.back, False, ()
        if answered:
            self.corrections += 1
            self.checks = {key: Mark() for key in self.checks}

    def _decided(self, who: str, outcome: str) -> None:
        self.state, self.decision, self.stopped = "decided", (who, outcome), self.today
        self.outsiders.add(who)

    def _reviewed(self, who: str, outcome: str) -> None:
        """An outcome means that the request succeeded."""
        if not outcome:
            self.state = "notified"
            return
        self.state, self.decision = "decided", (who, outcome)
        self.outsiders.add(who)

    def _end(self, kind: str) -> None:
        if kind == "withdrawn":
            self.stopped, self.paused, self.asked, self.proposal = self.today, False, (), None
        self.state = kind

    def pass_days(self, days: int) -> None:
        """Let days go by; none of them counts while the case stands still."""
        for _ in range(days):
            self.today += timedelta(days=1)
            if self.paused:
                self.still.add(self.today)

    def used(self) -> int:
        """Return how many days the office has used: all since the day after arrival that the case did not stand still."""
        end = self.stopped or self.today
        every = (self.arrived + timedelta(days=back) for back in range(1, (end - self.arrived).days + 1))
        return sum(day not in self.still for day in every)

    def open_to_her(self) -> str:
        """Return the state as the applicant may know it."""
        if self.state not in ("proposed", "decided"):
            return self.state
        return "objected" if self.notified else "examining"
