"""Every reason for which a sign-in at a provider is refused, and what a person is told to do about it.

The reason goes into the audit trail; values of tokens, states and names never do.
"""

from enum import StrEnum


class Reason(StrEnum):
    """Why a sign-in was refused. One reason per check, so that the audit trail tells attacks apart."""

    # the way there and back
    STATE_MISSING = "state-missing"
    STATE_UNKNOWN = "state-unknown"
    STATE_REPLAYED = "state-replayed"
    STATE_EXPIRED = "state-expired"
    STATE_OF_ANOTHER_BROWSER = "state-of-another-browser"
    PARAMETER_DOUBLED = "parameter-doubled"
    ISSUER_MIXED = "issuer-mixed"
    NEXT_NOT_LOCAL = "next-not-local"
    CODE_MISSING = "code-missing"
    CODE_REFUSED = "code-refused"
    CANCELLED = "cancelled"
    PROVIDER_REFUSED = "provider-refused"
    PROVIDER_UNREACHABLE = "provider-unreachable"
    ANSWER_INVALID = "answer-invalid"
    DISCOVERY_OTHER_ISSUER = "discovery-other-issuer"
    CLIENT_REFUSED = "client-refused"
    # the ID token
    TOKEN_ABSENT = "id-token-absent"  # noqa: S105 # the name of a reason
    TOKEN_MALFORMED = "id-token-malformed"  # noqa: S105 # the name of a reason
    ALGORITHM_NONE = "algorithm-none"
    ALGORITHM_SYMMETRIC = "algorithm-symmetric"
    ALGORITHM_OTHER = "algorithm-other"
    KEY_EMBEDDED = "key-embedded"
    KEY_UNKNOWN = "key-unknown"
    SIGNATURE_BAD = "signature-bad"
    ISSUER_MISSING = "issuer-missing"
    ISSUER_OTHER = "issuer-other"
    ISSUER_SLASH = "issuer-slash"
    AUDIENCE_OTHER = "audience-other"
    AUTHORISED_PARTY_OTHER = "authorised-party-other"
    EXPIRY_MISSING = "expiry-missing"
    EXPIRED = "expired"
    ISSUED_MISSING = "issued-missing"
    ISSUED_IN_FUTURE = "issued-in-future"
    ISSUED_TOO_LONG_AGO = "issued-too-long-ago"
    NOT_YET_VALID = "not-yet-valid"
    NONCE_MISSING = "nonce-missing"
    NONCE_OTHER = "nonce-other"
    NONCE_USED = "nonce-used"
    SUBJECT_MISSING = "subject-missing"
    SUBJECT_DIFFERS = "subject-differs"
    LEVEL_TOO_LOW = "level-too-low"
    AUTH_TIME_MISSING = "auth-time-missing"
    AUTH_TIME_TOO_OLD = "auth-time-too-old"
    AUTH_TIME_IN_FUTURE = "auth-time-in-future"
    ACCESS_HASH_OTHER = "access-hash-other"
    # the account
    SUBJECT_BOUND_ELSEWHERE = "subject-bound-elsewhere"
    SUBJECT_NOT_OF_CALLER = "subject-not-of-caller"
    ACCOUNT_HAS_OTHER_SUBJECT = "account-has-other-subject"
    ACCOUNT_OF_ANOTHER_KIND = "account-of-another-kind"
    ACCOUNT_ENDED = "account-ended"
    CALLER_CHANGED = "caller-changed"
    NOT_LINKED = "not-linked"


class Remedy(StrEnum):
    """What a person can do; the page holds one text for each."""

    AGAIN = "again"
    CANCELLED = "cancelled"
    LATER = "later"
    SURER = "surer"
    OTHER_ACCOUNT = "other-account"
    LINK = "link"
    ENDED = "ended"
    TELL = "tell"


_REMEDIES: dict[Remedy, frozenset[Reason]] = {
    Remedy.AGAIN: frozenset(
        {
            Reason.STATE_MISSING,
            Reason.STATE_UNKNOWN,
            Reason.STATE_REPLAYED,
            Reason.STATE_EXPIRED,
            Reason.STATE_OF_ANOTHER_BROWSER,
            Reason.CODE_MISSING,
            Reason.CODE_REFUSED,
            Reason.EXPIRED,
            Reason.ISSUED_TOO_LONG_AGO,
            Reason.AUTH_TIME_TOO_OLD,
            Reason.CALLER_CHANGED,
        }
    ),
    Remedy.CANCELLED: frozenset({Reason.CANCELLED}),
    Remedy.LATER: frozenset({Reason.PROVIDER_UNREACHABLE, Reason.PROVIDER_REFUSED}),
    Remedy.SURER: frozenset({Reason.LEVEL_TOO_LOW}),
    Remedy.OTHER_ACCOUNT: frozenset(
        {
            Reason.SUBJECT_BOUND_ELSEWHERE,
            Reason.SUBJECT_NOT_OF_CALLER,
            Reason.ACCOUNT_HAS_OTHER_SUBJECT,
            Reason.ACCOUNT_OF_ANOTHER_KIND,
        }
    ),
    Remedy.LINK: frozenset({Reason.NOT_LINKED}),
    Remedy.ENDED: frozenset({Reason.ACCOUNT_ENDED}),
}


def remedy_of(reason: Reason) -> Remedy:
    """Return what a person can do; a fault of the provider's answer can only be told to the operator."""
    return next((remedy for remedy, reasons in _REMEDIES.items() if reason in reasons), Remedy.TELL)


class Refused(Exception):
    """A sign-in that is not accepted. `hint` names a claim or parameter for the operator, never a value."""

    def __init__(self, reason: Reason, hint: str = "") -> None:
        super().__init__(f"Sign-in refused: {reason}{f' ({hint})' if hint else ''}. Start again at the sign-in page.")
        self.reason = reason
        self.hint = hint
