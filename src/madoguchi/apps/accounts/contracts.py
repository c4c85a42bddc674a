"""What may cross the door of the accounts room: levels, who calls, and that somebody signed in.

Upper rooms learn from here who somebody is proven to be; how it was proven (keys, tokens, providers) stays inside.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, ClassVar

from madoguchi.core.access import Kind


class AssuranceLevel(IntEnum):
    """How surely the account's holder is the one who signed in (after DS-511; higher is surer).

    CARD means a user-authentication certificate of a マイナンバーカード (acr aal3) or gBizID プライム.
    """

    NONE = 0
    EMAIL = 1
    PASSKEY = 2
    CARD = 3


class Method(StrEnum):
    """By what means somebody signed in."""

    UNKNOWN = "unknown"
    PASSWORD = "password"  # noqa: S105 # the name of a method, not a password
    PASSKEY = "passkey"
    OPENID = "openid"


@dataclass(frozen=True, slots=True)
class Caller:
    """Who calls: an account in a session, with the level that the session has proven."""

    account_id: str
    kind: Kind
    display_name: str
    level: AssuranceLevel
    authenticated_at: datetime
    acting_for: str | None
    """Id of the principal that the caller acts for in this session; whether it still may is delegation's to say."""
    newer: tuple[tuple[AssuranceLevel, datetime], ...] = ()
    """Less sure proofs of this session that are newer than `authenticated_at`: they are enough where less is asked."""


@dataclass(frozen=True, slots=True)
class ResidentSignedIn:
    """A resident proved who they are. `claims` are those of userinfo: name, address, birthdate, gender.

    Formats are the provider's: birthdate YYYYMMDD or YYYY-MM-DD. `at` is ISO 8601 with its offset.
    """

    account_id: str
    issuer: str
    subject: str
    claims: Mapping[str, Any]
    at: str

    sealed_fields: ClassVar[tuple[str, ...]] = ("claims",)
    """Fields that hold personal data and must not lie in the outbox in clear."""


@dataclass(frozen=True, slots=True)
class BusinessSignedIn:
    """Somebody signed in for a business. `claims` are those of userinfo: account_type, corporate_number, name …

    account_type 1 エントリー, 2 プライム, 3 メンバー; corp_type 1 法人, 2 個人事業主 (no corporate_number).
    """

    account_id: str
    issuer: str
    subject: str
    claims: Mapping[str, Any]
    at: str

    sealed_fields: ClassVar[tuple[str, ...]] = ("claims",)


@dataclass(frozen=True, slots=True)
class IdentityView:
    """An account at a provider that is linked with an account here."""

    provider: str
    issuer: str
    linked_at: datetime
    last_used_at: datetime


@dataclass(frozen=True, slots=True)
class SessionView:
    """A live session of an account, as its holder sees it."""

    id: str
    device: str
    method: Method
    level: AssuranceLevel
    started_at: datetime
    seen_at: datetime
    is_this: bool
