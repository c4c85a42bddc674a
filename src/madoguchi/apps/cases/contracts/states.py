"""Words of the cases room: states, kinds of actions, parties, results of checks."""

from enum import StrEnum


class State(StrEnum):
    """Where a case stands."""

    RECEIVED = "received"
    """Arrived (到達), not yet found complete."""
    EXAMINING = "examining"
    CORRECTING = "correcting"
    """The applicant was asked to correct (補正)."""
    SUSPENDED = "suspended"
    """Stands still for another reason: an answer of somebody else is awaited."""
    PROPOSED = "proposed"
    """A decision is proposed and waits for who decides (決裁)."""
    DECIDED = "decided"
    NOTIFIED = "notified"
    OBJECTED = "objected"
    """A request for review (審査請求) is open."""
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


UNDECIDED = frozenset({State.RECEIVED, State.EXAMINING, State.CORRECTING, State.SUSPENDED, State.PROPOSED})


class ActionKind(StrEnum):
    """One thing that was done in a case. The list of them is the truth; everything else follows."""

    SUBMITTED = "submitted"
    ACCEPTED = "accepted"
    """Found complete: examination begins."""
    CORRECTION_ASKED = "correction_asked"
    CORRECTED = "corrected"
    SUSPENDED = "suspended"
    RESUMED = "resumed"
    EXTENDED = "extended"
    ASSIGNED = "assigned"
    FORWARDED = "forwarded"
    CHECK_DONE = "check_done"
    NOTED = "noted"
    MESSAGE_IN = "message_in"
    """From the applicant."""
    MESSAGE_OUT = "message_out"
    """To the applicant."""
    PROPOSED = "proposed"
    PROPOSAL_RETURNED = "proposal_returned"
    DECIDED = "decided"
    NOTIFIED = "notified"
    OBJECTED = "objected"
    OBJECTION_DECIDED = "objection_decided"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Party(StrEnum):
    """In which capacity somebody acts."""

    APPLICANT = "applicant"
    EXAMINER = "examiner"
    """Permission WORK_CASES at the case's organisation."""
    ASSIGNER = "assigner"
    """Permission ASSIGN_CASES."""
    DECIDER = "decider"
    """Permission DECIDE_CASES."""
    SYSTEM = "system"


class CheckResult(StrEnum):
    """What a check found. OPEN: a person, a scan or a fact is still needed."""

    PASSED = "passed"
    FAILED = "failed"
    OPEN = "open"


class Channel(StrEnum):
    """How an application came."""

    ONLINE = "online"
    COUNTER = "counter"


DOCUMENT_PREFIX = "document:"
"""In the fields of a correction: `document:birth_certificate` asks for a document instead of an answer."""
