"""What the people room refuses, each with the reason and what to do next. No message repeats a value that was given."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why something was refused."""

    UNKNOWN_ATTRIBUTE = "unknown_attribute"
    WRONG_SUBJECT = "wrong_subject"
    WRONG_VALUE = "wrong_value"
    INDIVIDUAL_NUMBER = "individual_number"
    READ_ONLY = "read_only"
    CONFLICT = "conflict"
    UNKNOWN_SOURCE = "unknown_source"
    NOT_FOUND = "not_found"
    BAD_EVENT = "bad_event"
    NO_HOUSEHOLD = "no_household"
    NO_DOCUMENT = "no_document"


class Refused(Exception):
    """A fact or event that was not taken: what, why, what to do next; nothing was changed."""

    def __init__(self, reason: Refusal, message: str, *, attribute: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.attribute = attribute


def not_found() -> Refused:
    """Return the refusal for a person who is not there, or whom the caller must not know to be there."""
    return Refused(Refusal.NOT_FOUND, "There is no such person. Look the id up again.")
