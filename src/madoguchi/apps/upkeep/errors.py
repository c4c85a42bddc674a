"""Why a step of upkeep was not taken; texts.py says it in words."""

from enum import StrEnum


class Refusal(StrEnum):
    """The reason."""

    NOT_THERE = "not_there"
    REVIEW_DAY = "review_day"
    DUE_DAY = "due_day"
    NOT_STAFF = "not_staff"
    CHANGED = "changed"
    """Somebody else was first; nothing was saved."""
    NOT_FIT = "not_fit"
    NO_REASON = "no_reason"
    NOTHING_CHOSEN = "nothing_chosen"
    TOO_OFTEN = "too_often"
    NO_PAGE = "no_page"


class Refused(Exception):
    """A step that was not taken; `detail` is shown behind the sentence."""

    def __init__(self, reason: Refusal, detail: str = "") -> None:
        super().__init__(f"{reason.value} {detail}".strip())
        self.reason = reason
        self.detail = detail
