"""Why something in an application was not done. The words that people read stand in `texts`."""

from collections.abc import Sequence
from enum import StrEnum


class Reason(StrEnum):
    """Why a draft was not begun, changed or sent."""

    WRONG_SUBJECT = "wrong_subject"
    """The procedure is for persons, the account stands for a business, or the other way round."""
    NOT_DELEGATED = "not_delegated"
    NOTHING_CHOSEN = "nothing_chosen"
    TOO_MANY_DRAFTS = "too_many_drafts"
    CLOSED = "closed"
    """The draft was sent or deleted meanwhile."""
    ANSWERS_CHANGED = "answers_changed"
    """Another window changed the draft after the page was shown."""
    FACTS_CHANGED = "facts_changed"
    """A verified fact changed after the page was shown."""
    INCOMPLETE = "incomplete"
    DOCUMENTS = "documents"
    NO_AUTHORITY = "no_authority"
    INDIVIDUAL_NUMBER = "individual_number"
    NO_SUCH_CHILD = "no_such_child"
    SURER_SIGN_IN = "surer_sign_in"
    """The sign-in is too weak for what is sent."""


class DraftMissing(LookupError):
    """There is no such draft for who asks. Pages answer 404."""


class NotDone(Exception):
    """Something was refused and nothing was changed. `names` are ids of procedures, documents or paths that it is about."""

    def __init__(self, reason: Reason, names: Sequence[str] = ()) -> None:
        super().__init__(f"Refused: {reason}. {', '.join(names)}".strip())
        self.reason = reason
        self.names = tuple(names)
