"""What the benefits room refuses, each with the reason and what to do next. No message repeats personal content."""

from enum import StrEnum


class Refusal(StrEnum):
    """Why something was refused."""

    WRONG_STATE = "wrong_state"
    SAME_PERSON = "same_person"
    CHECK_STOPS = "check_stops"
    NOT_LOOKED_AT = "not_looked_at"
    OPEN_RUN = "open_run"
    NO_PAYMENT_MONTH = "no_payment_month"
    WRONG_FILE = "wrong_file"
    WRONG_ACCOUNT = "wrong_account"
    SUMS_DIFFER = "sums_differ"
    NOT_FOUND = "not_found"


class Refused(Exception):
    """A step that was not taken: what, why, what to do next; nothing was changed."""

    def __init__(self, reason: Refusal, message: str, *, detail: str = "") -> None:
        super().__init__(message)
        self.reason = reason
        self.message = message
        self.detail = detail


def not_found() -> Refused:
    """Return the refusal for what is not there, or must not be known to be there."""
    return Refused(Refusal.NOT_FOUND, "There is no such record. Look the number up again.")


def wrong_state(state: str, wanted: str) -> Refused:
    """Return the refusal for a step out of order."""
    return Refused(
        Refusal.WRONG_STATE,
        f"The run is {state}; this step needs one that is {wanted}. Open the run again.",
        detail=state,
    )
