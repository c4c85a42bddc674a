"""Refusals of this room: each says what happened, why, and what to do next."""

from enum import StrEnum


class NoticeInvalid(ValueError):
    """A notice cannot be sent as it is: no such template, a value missing, another lane than its template's."""


class Refusal(StrEnum):
    """Why something about an address or a choice was refused."""

    FORM = "form"
    """It is no address of this way."""
    WAY_OFF = "way_off"
    """This installation does not send on this way."""
    TOO_MANY_CODES = "too_many_codes"
    TOO_MANY_ADDRESSES = "too_many_addresses"
    WRONG_CODE = "wrong_code"
    CODE_OVER = "code_over"
    """The code ran out, was tried too often, or there is none: a new one is needed."""
    UNKNOWN = "unknown"
    """There is no such address of this account."""
    CHOICE = "choice"
    """No such hour, language, lane or way; or a way for disasters was to be put off."""


class Refused(Exception):
    """Something was refused. `kind` is for pages to choose their words; the text is for logs and other programs."""

    def __init__(self, kind: Refusal, text: str) -> None:
        super().__init__(text)
        self.kind = kind
