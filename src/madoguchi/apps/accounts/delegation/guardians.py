"""Registering guardians (後見人等) at the counter: the guardian's own code names the account, so staff search none.

What a guardian may do and how a registration ends is known to `delegation`; documents themselves are not kept.
"""

import secrets
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from madoguchi.apps.accounts.contracts import AssuranceLevel, Caller
from madoguchi.apps.accounts.delegation import services as delegation
from madoguchi.apps.accounts.delegation.codes import CODE_BYTES, code_from, digest, grouped, typed
from madoguchi.apps.accounts.delegation.directory import directory
from madoguchi.apps.accounts.delegation.models import AgentCode, DelegationRow
from madoguchi.apps.accounts.delegation.queries import Span
from madoguchi.apps.accounts.delegation.rules import Delegation, DelegationKind, NotDelegated, Reason, Scope
from madoguchi.core import audit
from madoguchi.core.permissions import Actor, Permission, require

CODE_LIFE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Code:
    """A guardian's code and until when it can be typed."""

    text: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Appointment:
    """What staff enter from the document: for whom, in what, in which days."""

    organisation_id: str
    principal_id: str
    document: str
    scope: Scope
    span: Span


@dataclass(frozen=True, slots=True)
class Registered:
    """A guardian's registration as its organisation sees it. It holds no name: the document leads to the file."""

    id: str
    organisation_id: str
    principal_id: str
    document: str
    scope: Scope
    span: Span
    revoked_at: datetime | None
    is_live: bool


@transaction.atomic
def make_code(caller: Caller, *, now: datetime) -> Code:
    """Make the caller's code and end an earlier one; raise NotDelegated below level CARD or while acting for another."""
    if caller.acting_for is not None:
        raise NotDelegated(Reason.CHAIN, "Who acts for another makes no code. Switch back to yourself first.")
    if caller.level < AssuranceLevel.CARD:
        raise NotDelegated(Reason.LEVEL, "This needs a proof by card. Sign in with the card and try again.")
    code, ends_at = code_from(secrets.token_bytes(CODE_BYTES)), now + CODE_LIFE
    AgentCode.objects.update_or_create(
        account_id=uuid.UUID(caller.account_id), defaults={"code_hash": digest(code), "ends_at": ends_at}
    )
    audit.record(
        actor=Actor(id=caller.account_id, name=""),
        organisation_id="",
        action="delegation.guardian-code",
        object_kind="account",
        object_id=caller.account_id,
    )
    return Code(grouped(code), ends_at)


@transaction.atomic
def look_up(actor: Actor, code: str, appointment: Appointment, *, now: datetime) -> str:
    """Return the name of the code's holder, to be compared with the document, and record that staff saw it.

    Raise NotPermitted without EDIT_PEOPLE there, NotDelegated for a registration that would be refused.
    """
    require(actor, Permission.EDIT_PEOPLE, appointment.organisation_id)
    account_id = _holder(AgentCode.objects.all(), code, now)
    _check(actor, account_id, appointment, now)
    audit.record(
        actor=actor,
        organisation_id=appointment.organisation_id,
        action="delegation.guardian-look",
        object_kind="account",
        object_id=account_id,
        detail={"principal": appointment.principal_id},
    )
    return directory().name_of(directory().principal_of(account_id) or "")


@transaction.atomic
def register(actor: Actor, code: str, appointment: Appointment, *, now: datetime) -> Delegation:
    """Register the code's holder as guardian and use the code up; of two who type it at once the first does.

    Raise NotPermitted without EDIT_PEOPLE there, NotDelegated otherwise; a refused code stays usable.
    """
    require(actor, Permission.EDIT_PEOPLE, appointment.organisation_id)
    account_id = _holder(AgentCode.objects.select_for_update(of=("self",)), code, now)
    _check(actor, account_id, appointment, now)
    made = delegation.register_guardian(
        actor,
        organisation_id=appointment.organisation_id,
        agent_account_id=account_id,
        principal_id=appointment.principal_id,
        document=appointment.document,
        scope=appointment.scope,
        span=appointment.span,
        now=now,
    )
    AgentCode.objects.filter(account_id=uuid.UUID(account_id)).delete()
    return made


def _holder(rows: QuerySet[AgentCode], code: str, now: datetime) -> str:
    row = rows.filter(code_hash=digest(typed(code)), ends_at__gt=now, account__is_active=True).first()
    if row is None:
        raise NotDelegated(Reason.CODE, "The code is wrong, was used, or has ended. Ask the guardian for a new one.")
    return str(row.account_id)


def _check(actor: Actor, account_id: str, appointment: Appointment, now: datetime) -> None:
    delegation.check_guardian(
        actor,
        organisation_id=appointment.organisation_id,
        agent_account_id=account_id,
        principal_id=appointment.principal_id,
        span=appointment.span,
        now=now,
    )


def registered_by(actor: Actor, *, on: date) -> list[Registered]:
    """Return the guardians that the actor's organisations (EDIT_PEOPLE) registered, the newest first, ended ones too."""
    rows = DelegationRow.objects.filter(
        kind=DelegationKind.GUARDIAN, organisation_id__in=actor.organisations(Permission.EDIT_PEOPLE)
    )
    return [_registered(row, on) for row in rows.order_by("-granted_at", "-id")]


def registered(actor: Actor, delegation_id: uuid.UUID, *, on: date) -> Registered | None:
    """Return one registration of the actor's organisations; None for a foreign or unknown one."""
    rows = DelegationRow.objects.filter(
        pk=delegation_id,
        kind=DelegationKind.GUARDIAN,
        organisation_id__in=actor.organisations(Permission.EDIT_PEOPLE),
    )
    row = rows.first()
    return _registered(row, on) if row else None


def _registered(row: DelegationRow, on: date) -> Registered:
    return Registered(
        id=str(row.pk),
        organisation_id=row.organisation_id,
        principal_id=row.principal_id,
        document=row.reference(),
        scope=row.scope(),
        span=Span(row.starts_on, row.ends_on),
        revoked_at=row.revoked_at,
        is_live=row.revoked_at is None and row.ends_on >= on,
    )
