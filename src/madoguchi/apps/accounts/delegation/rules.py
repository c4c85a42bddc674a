"""The rules of delegation as plain values: who may act for whom, in what, from when until when, how much.

It reads no database, session or clock. Whatever is not clearly inside a delegation is outside of it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

ANYTHING = "*"
"""In a scope: every procedure, or every attribute."""


class DelegationKind(StrEnum):
    """Why somebody acts for another (法定代理人・任意代理人・後見人等)."""

    PARENT = "parent"
    AGENT = "agent"
    GUARDIAN = "guardian"


class Evidence(StrEnum):
    """What a delegation rests on."""

    HOUSEHOLD = "household"
    """A verified household relation; it is looked at again at each use."""
    PRINCIPAL = "principal"
    """The principal's own grant at level CARD."""
    DOCUMENT = "document"
    """A court's or registry's document that staff have seen."""


MAX_DAYS: Mapping[DelegationKind, int] = {
    DelegationKind.PARENT: 366,
    DelegationKind.AGENT: 366,
    DelegationKind.GUARDIAN: 5 * 366,
}
"""Longest span; a house rule, so that nothing is forgotten for ever. Afterwards it is granted anew."""


class Reason(StrEnum):
    """Why a delegation is not made or an act not done."""

    LEVEL = "level"
    CHAIN = "chain"
    SELF = "self"
    SPAN = "span"
    SCOPE = "scope"
    LIMIT = "limit"
    EVIDENCE = "evidence"
    CODE = "code"
    CONFLICT = "conflict"
    ABSENT = "absent"
    UNKNOWN = "unknown"


class NotDelegated(Exception):
    """A delegation that is refused or does not reach; nothing was changed."""

    def __init__(self, reason: Reason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Scope:
    """Procedures and attributes by their ids; `*` alone stands for all."""

    procedures: frozenset[str] = field(default_factory=frozenset)
    attributes: frozenset[str] = field(default_factory=frozenset)

    @property
    def is_empty(self) -> bool:
        """Tell whether nothing is named."""
        return not self.procedures and not self.attributes

    def covers(self, wanted: "Scope") -> bool:
        """Tell whether all that is wanted lies inside. Wanting nothing is never covered: it would always pass."""
        return (
            not wanted.is_empty
            and _inside(wanted.procedures, self.procedures)
            and _inside(wanted.attributes, self.attributes)
        )


def _inside(wanted: frozenset[str], held: frozenset[str]) -> bool:
    return wanted <= held or ANYTHING in held


@dataclass(frozen=True, slots=True)
class Limits:
    """How often and for how much in one act; None is without limit."""

    acts: int | None = None
    amount_yen: int | None = None

    def problem(self, *, acts_done: int, amount_yen: int) -> str:
        """Return which limit another act would break, or empty text."""
        if self.acts is not None and acts_done >= self.acts:
            return f"All {self.acts} acts were done. Ask for a new delegation."
        if self.amount_yen is not None and amount_yen > self.amount_yen:
            return f"{amount_yen} yen are more than the {self.amount_yen} yen allowed in one act."
        return ""


@dataclass(frozen=True, slots=True)
class Delegation:
    """That one account may act for a principal. Days are those of Tokyo, both included."""

    id: str
    kind: DelegationKind
    evidence: Evidence
    agent_account_id: str
    principal_id: str
    scope: Scope
    limits: Limits
    starts_on: date
    ends_on: date
    granted_at: datetime
    revoked_at: datetime | None = None
    acts_done: int = 0

    def is_live(self, on: date) -> bool:
        """Tell whether it holds on a day. A revoked one holds on no day, also none before it was revoked."""
        return self.revoked_at is None and self.starts_on <= on <= self.ends_on

    def allows(self, scope: Scope, on: date) -> bool:
        """Tell whether it holds on a day for all of a scope."""
        return self.is_live(on) and self.scope.covers(scope)


def check_span(kind: DelegationKind, starts_on: date, ends_on: date, *, today: date) -> None:
    """Raise NotDelegated for a span that is backwards, over already, or longer than the rule."""
    if ends_on < starts_on or ends_on < today:
        raise NotDelegated(Reason.SPAN, "The last day lies before the first day or before today. Choose a later day.")
    if (ends_on - starts_on).days >= MAX_DAYS[kind]:
        raise NotDelegated(Reason.SPAN, f"At most {MAX_DAYS[kind]} days are possible. Choose an earlier last day.")
