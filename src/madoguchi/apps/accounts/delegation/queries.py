"""Reads of delegation: may an account act, for whom, in what; what it holds and what it granted.

It changes nothing and locks nothing; who does an act goes through `delegation.act`.
"""

import uuid
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from madoguchi.apps.accounts.delegation.directory import directory
from madoguchi.apps.accounts.delegation.models import DelegationRow
from madoguchi.apps.accounts.delegation.rules import Delegation, DelegationKind, Evidence, Limits, Scope


@dataclass(frozen=True, slots=True)
class Span:
    """First and last day, both included."""

    starts_on: date
    ends_on: date


def may_act(agent_account: str, principal_id: str, scope: Scope, on: date) -> Delegation | None:
    """Return a delegation under which the account may do all of `scope` for the principal on that day, or None."""
    for row in rows_of(agent_account, principal_id):
        held = row.as_value()
        if held.allows(scope, on) and _has_acts_left(held) and evidence_stands(held, on):
            return held
    return None


def acts_for(agent_account: str, principal_id: str, on: date) -> bool:
    """Tell whether the account holds any live delegation of the principal, whatever its scope."""
    held = (row.as_value() for row in rows_of(agent_account, principal_id))
    return any(item.is_live(on) and evidence_stands(item, on) for item in held)


def rows_of(agent_account: str, principal_id: str) -> QuerySet[DelegationRow]:
    """Return what the account holds for the principal and nobody revoked; an id that is none holds nothing."""
    try:
        agent_id = uuid.UUID(agent_account)
    except ValueError:
        return DelegationRow.objects.none()
    return DelegationRow.objects.filter(
        agent_id=agent_id, agent__is_active=True, principal_id=principal_id, revoked_at=None
    ).order_by("granted_at", "id")


def _has_acts_left(held: Delegation) -> bool:
    return held.limits.acts is None or held.acts_done < held.limits.acts


def evidence_stands(held: Delegation, on: date) -> bool:
    """Tell whether the evidence still holds. A household relation is asked again at each use: it ends when the child is of age or the household parts."""
    if held.evidence is not Evidence.HOUSEHOLD:
        return True
    return held.principal_id in directory().wards_of(held.agent_account_id, on)


@dataclass(frozen=True, slots=True)
class Held:
    """A delegation or an open offer as a page shows it."""

    id: str
    kind: DelegationKind
    principal_id: str
    agent_account_id: str
    """Empty for an offer that nobody has accepted."""
    scope: Scope
    limits: Limits
    span: Span
    acts_done: int
    is_offer: bool


def held_by(account_id: str, *, on: date) -> list[Held]:
    """Return the delegations under which an account may act on a day."""
    rows = DelegationRow.objects.filter(
        agent_id=uuid.UUID(account_id), revoked_at=None, starts_on__lte=on, ends_on__gte=on
    )
    return [_held(row) for row in rows if evidence_stands(row.as_value(), on)]


def granted_by(account_id: str, *, on: date) -> list[Held]:
    """Return the delegations and open offers of an account's own affairs that have not ended on a day."""
    own = directory().principal_of(account_id)
    rows = DelegationRow.objects.filter(Q(granted_by_id=account_id) | Q(principal_id=own or account_id))
    return [_held(row) for row in rows.filter(revoked_at=None, ends_on__gte=on)]


def export(account_id: str) -> list[dict[str, Any]]:
    """Return every delegation that an account granted or held, ended ones too, as JSON values for its holder."""
    account = uuid.UUID(account_id)
    rows = DelegationRow.objects.filter(Q(agent_id=account) | Q(granted_by_id=account))
    return [
        {
            "kind": row.kind,
            "side": "agent" if row.agent_id == account else "principal",
            "procedures": row.procedures,
            "attributes": row.attributes,
            "starts_on": row.starts_on.isoformat(),
            "ends_on": row.ends_on.isoformat(),
            "granted_at": row.granted_at.isoformat(),
            "revoked_at": row.revoked_at.isoformat() if row.revoked_at else None,
            "acts_done": row.acts_done,
        }
        for row in rows
    ]


def _held(row: DelegationRow) -> Held:
    return Held(
        id=str(row.pk),
        kind=DelegationKind(row.kind),
        principal_id=row.principal_id,
        agent_account_id=str(row.agent_id or ""),
        scope=row.scope(),
        limits=Limits(acts=row.max_acts, amount_yen=row.max_amount_yen),
        span=Span(row.starts_on, row.ends_on),
        acts_done=row.acts_done,
        is_offer=row.agent_id is None,
    )
