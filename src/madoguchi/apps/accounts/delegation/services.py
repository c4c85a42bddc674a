"""Acting for another: granting, accepting, revoking delegations, and doing and recording acts under them.

A chain has one link: who acts for another can grant nothing on. It knows ids of principals, never who they are.
"""

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.crypto import salted_hmac

from madoguchi.apps.accounts.contracts import AssuranceLevel, Caller
from madoguchi.apps.accounts.delegation.codes import code_from, digest, grouped, typed
from madoguchi.apps.accounts.delegation.directory import directory
from madoguchi.apps.accounts.delegation.models import AgentCode, DelegatedAct, DelegationRow
from madoguchi.apps.accounts.delegation.queries import (
    Held,
    Span,
    acts_for,
    evidence_stands,
    export,
    granted_by,
    held_by,
    may_act,
    rows_of,
)
from madoguchi.apps.accounts.delegation.rules import (
    ANYTHING,
    Delegation,
    DelegationKind,
    Evidence,
    Limits,
    NotDelegated,
    Reason,
    Scope,
    check_span,
)
from madoguchi.apps.accounts.models import User
from madoguchi.core import audit
from madoguchi.core.permissions import Actor, Permission, require

__all__ = [
    "Delegation",
    "Held",
    "Limits",
    "NotDelegated",
    "Offer",
    "OfferView",
    "Scope",
    "Span",
    "accept",
    "act",
    "acts_for",
    "check_guardian",
    "end_all",
    "export",
    "granted_by",
    "held_by",
    "look_up",
    "may_act",
    "offer",
    "record_switch",
    "register_guardian",
    "revoke",
    "revoke_by_staff",
    "take_charge",
]
OFFER_LIFE = timedelta(days=7)
EVERYTHING = Scope(frozenset({ANYTHING}), frozenset({ANYTHING}))


@dataclass(frozen=True, slots=True)
class Offer:
    """An offered delegation with the code that its agent types once."""

    id: str
    code: str
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class OfferView:
    """What an agent sees before accepting."""

    id: str
    principal_id: str
    scope: Scope
    limits: Limits
    span: Span


def _own_principal(caller: Caller) -> str:
    """Return whom the caller is; refuse one who acts for another just now (chain length 1) or is not sure enough."""
    if caller.acting_for is not None:
        raise NotDelegated(Reason.CHAIN, "Who acts for another can grant nothing on. Switch back to yourself first.")
    if caller.level < AssuranceLevel.CARD:
        raise NotDelegated(Reason.LEVEL, "This needs a proof by card. Sign in with the card and try again.")
    own = directory().principal_of(caller.account_id)
    if own is None:
        raise NotDelegated(Reason.EVIDENCE, "The account is linked with nobody yet. Sign in with the card once.")
    return own


@transaction.atomic
def offer(
    caller: Caller,
    *,
    scope: Scope,
    span: Span,
    now: datetime,
    limits: Limits | None = None,
    key: uuid.UUID | None = None,
) -> Offer:
    """Offer a delegation of the caller's own affairs; `key` makes a repeated call the same offer."""
    principal_id = _own_principal(caller)
    if scope.is_empty:
        raise NotDelegated(Reason.SCOPE, "Nothing was chosen. Choose at least one procedure or attribute.")
    check_span(DelegationKind.AGENT, span.starts_on, span.ends_on, today=timezone.localdate(now))
    offer_id = key or uuid.uuid4()
    code = _code(offer_id)
    bounds = limits or Limits()
    row, is_new = DelegationRow.objects.get_or_create(
        pk=offer_id,
        defaults={
            "kind": DelegationKind.AGENT,
            "evidence": Evidence.PRINCIPAL,
            "principal_id": principal_id,
            "granted_by_id": caller.account_id,
            "procedures": sorted(scope.procedures),
            "attributes": sorted(scope.attributes),
            "max_acts": bounds.acts,
            "max_amount_yen": bounds.amount_yen,
            "starts_on": span.starts_on,
            "ends_on": span.ends_on,
            "code_hash": digest(code),
            "offer_ends_at": now + OFFER_LIFE,
            "granted_at": now,
        },
    )
    same = (row.principal_id, row.scope(), row.starts_on, row.ends_on) == (
        principal_id,
        scope,
        span.starts_on,
        span.ends_on,
    )
    if not same or str(row.granted_by_id) != caller.account_id or row.offer_ends_at is None:
        raise NotDelegated(Reason.CONFLICT, "This form was used for another delegation. Open it anew.")
    if is_new:
        _record(row, caller.account_id, "delegation.offer")
    return Offer(str(row.pk), grouped(code), row.offer_ends_at)


def _code(offer_id: uuid.UUID) -> str:
    """Return the code of an offer: 80 bits that only this server can compute, so that a retry shows the same one."""
    return code_from(salted_hmac("madoguchi.delegation.offer", str(offer_id), algorithm="sha256").digest())


def look_up(caller: Caller, code: str, *, now: datetime) -> OfferView:
    """Return the offer behind a code; raise NotDelegated."""
    row = _open_offer(caller, DelegationRow.objects.filter(code_hash=digest(typed(code))).first(), now)
    limits = Limits(acts=row.max_acts, amount_yen=row.max_amount_yen)
    return OfferView(str(row.pk), row.principal_id, row.scope(), limits, Span(row.starts_on, row.ends_on))


def _open_offer(caller: Caller, row: DelegationRow | None, now: datetime) -> DelegationRow:
    if row is None or row.revoked_at or row.offer_ends_at is None or row.offer_ends_at <= now:
        raise NotDelegated(Reason.CODE, "The code is wrong, was used, or has ended. Ask for a new one.")
    if caller.acting_for is not None:
        raise NotDelegated(Reason.CHAIN, "Who acts for another cannot accept. Switch back to yourself first.")
    if str(row.granted_by_id) == caller.account_id or directory().principal_of(caller.account_id) == row.principal_id:
        raise NotDelegated(Reason.SELF, "Nobody acts for oneself. The code is for the one who shall act for you.")
    return row


@transaction.atomic
def accept(caller: Caller, code: str, *, now: datetime) -> Delegation:
    """Become the agent of an offer. The row is locked: of two who type one code the first becomes it."""
    found = DelegationRow.objects.select_for_update().filter(code_hash=digest(typed(code))).first()
    row = _open_offer(caller, found, now)
    row.agent_id = uuid.UUID(caller.account_id)
    row.code_hash, row.accepted_at = None, now
    row.save(update_fields=["agent", "code_hash", "accepted_at"])
    _record(row, caller.account_id, "delegation.accept")
    return row.as_value()


@transaction.atomic
def take_charge(caller: Caller, principal_id: str, *, span: Span, now: datetime) -> Delegation:
    """Act for one's child: granted by the verified household relation, not by oneself. Repeating gives the same one."""
    own, today = _own_principal(caller), timezone.localdate(now)
    reference = directory().wards_of(caller.account_id, today).get(principal_id)
    if reference is None or own == principal_id:
        raise NotDelegated(Reason.EVIDENCE, "No verified household relation allows this. Ask at the counter.")
    check_span(DelegationKind.PARENT, span.starts_on, span.ends_on, today=today)
    User.objects.select_for_update().get(pk=caller.account_id)
    for row in rows_of(caller.account_id, principal_id):
        if row.evidence == Evidence.HOUSEHOLD and row.ends_on >= span.ends_on and row.starts_on <= span.starts_on:
            return row.as_value()
    row = DelegationRow(
        kind=DelegationKind.PARENT,
        evidence=Evidence.HOUSEHOLD,
        principal_id=principal_id,
        agent_id=caller.account_id,
        procedures=[ANYTHING],
        attributes=[ANYTHING],
        starts_on=span.starts_on,
        ends_on=span.ends_on,
        granted_at=now,
        accepted_at=now,
    )
    row.put_reference(reference)
    row.save(force_insert=True)
    _record(row, caller.account_id, "delegation.household")
    return row.as_value()


def check_guardian(
    actor: Actor, *, organisation_id: str, agent_account_id: str, principal_id: str, span: Span, now: datetime
) -> None:
    """Raise NotDelegated when the account cannot be this one's guardian in these days; nothing is written.

    A person whose records another organisation keeps is answered like one who is not there.
    """
    if not directory().may_edit(organisation_id, principal_id):
        raise NotDelegated(Reason.UNKNOWN, "Nobody is known by this id. Copy it from the page of the person.")
    if agent_account_id == actor.id or directory().principal_of(agent_account_id) == principal_id:
        raise NotDelegated(Reason.SELF, "Nobody registers oneself, and nobody is one's own guardian.")
    check_span(DelegationKind.GUARDIAN, span.starts_on, span.ends_on, today=timezone.localdate(now))


@transaction.atomic
def register_guardian(
    actor: Actor,
    *,
    organisation_id: str,
    agent_account_id: str,
    principal_id: str,
    document: str,
    scope: Scope,
    span: Span,
    now: datetime,
) -> Delegation:
    """Register a guardian whose document staff have seen (permission EDIT_PEOPLE); never oneself, never for oneself."""
    require(actor, Permission.EDIT_PEOPLE, organisation_id)
    if not document.strip() or scope.is_empty:
        raise NotDelegated(Reason.EVIDENCE, "The document's reference or the scope is missing. Fill both in.")
    check_guardian(
        actor,
        organisation_id=organisation_id,
        agent_account_id=agent_account_id,
        principal_id=principal_id,
        span=span,
        now=now,
    )
    row = DelegationRow(
        kind=DelegationKind.GUARDIAN,
        evidence=Evidence.DOCUMENT,
        organisation_id=organisation_id,
        principal_id=principal_id,
        agent_id=agent_account_id,
        granted_by_id=actor.id,
        procedures=sorted(scope.procedures),
        attributes=sorted(scope.attributes),
        starts_on=span.starts_on,
        ends_on=span.ends_on,
        granted_at=now,
        accepted_at=now,
    )
    row.put_reference(document.strip()[:100])
    row.save(force_insert=True)
    _record(row, actor.id, "delegation.guardian")
    return row.as_value()


@transaction.atomic
def revoke(caller: Caller, delegation_id: str, *, now: datetime) -> None:
    """End a delegation at once, as its principal or its agent; raise DelegationRow.DoesNotExist for anybody else's.

    Who acts for another ends nothing in that one's name. Repeating changes nothing.
    """
    row = _mine(caller.account_id).select_for_update(of=("self",)).get(pk=delegation_id)
    _end(row, caller.account_id, now)


@transaction.atomic
def revoke_by_staff(actor: Actor, delegation_id: str, *, organisation_id: str, now: datetime) -> None:
    """End a delegation that staff of the organisation registered (permission EDIT_PEOPLE there)."""
    require(actor, Permission.EDIT_PEOPLE, organisation_id)
    row = DelegationRow.objects.select_for_update().get(pk=delegation_id, organisation_id=organisation_id)
    _end(row, actor.id, now)


@transaction.atomic
def end_all(account_id: str, *, now: datetime) -> int:
    """End every delegation that an account granted or holds, when it is erased, and its code; return how many."""
    AgentCode.objects.filter(account_id=uuid.UUID(account_id)).delete()
    rows = list(_mine(account_id).select_for_update(of=("self",)).filter(revoked_at=None))
    for row in rows:
        _end(row, account_id, now)
    return len(rows)


def _end(row: DelegationRow, by: str, now: datetime) -> None:
    if row.revoked_at is None:
        row.revoked_at, row.revoked_by = now, by
        row.save(update_fields=["revoked_at", "revoked_by"])
        _record(row, by, "delegation.revoke")


def _mine(account_id: str) -> QuerySet[DelegationRow]:
    """Return delegations that an account holds, or that it granted or are of its own principal."""
    own = directory().principal_of(account_id)
    of_principal = Q(principal_id=own) if own else Q()
    return DelegationRow.objects.filter(Q(agent_id=account_id) | Q(granted_by_id=account_id) | of_principal)


@transaction.atomic
def act(
    agent_account: str,
    principal_id: str,
    scope: Scope,
    *,
    action: str,
    object_kind: str,
    object_id: str,
    key: str,
    now: datetime,
    amount_yen: int = 0,
) -> Delegation:
    """Do one act for a principal, in the caller's transaction, and record both; raise NotDelegated.

    The delegation is locked until the transaction ends: an act is done before a revocation or not at all, and limits
    hold for two at once. A key that comes again is the same act and counts once.
    """
    candidates = list(rows_of(agent_account, principal_id).select_for_update(of=("self",)))
    done = DelegatedAct.objects.filter(agent_account_id=agent_account, principal_id=principal_id, key=key).first()
    if done is not None:
        return _repeated(done, action, object_kind, object_id, amount_yen)
    row = _choose(candidates, scope, timezone.localdate(now), amount_yen)
    row.acts_done += 1
    row.save(update_fields=["acts_done"])
    DelegatedAct.objects.create(
        delegation=row,
        key=key,
        agent_account_id=agent_account,
        principal_id=principal_id,
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        amount_yen=amount_yen,
        at=now,
    )
    audit.record(
        actor=Actor(id=agent_account, name=""),
        organisation_id="",
        action=action,
        object_kind=object_kind,
        object_id=object_id,
        detail={"acting_for": principal_id, "delegation": str(row.pk)},
    )
    return row.as_value()


def _repeated(done: DelegatedAct, action: str, object_kind: str, object_id: str, amount_yen: int) -> Delegation:
    if (done.action, done.object_kind, done.object_id, done.amount_yen) != (action, object_kind, object_id, amount_yen):
        raise NotDelegated(Reason.CONFLICT, "This key was used for another act. Use a new one for each act.")
    return done.delegation.as_value()


def _choose(candidates: list[DelegationRow], scope: Scope, on: date, amount_yen: int) -> DelegationRow:
    """Return the first delegation that reaches; the reason of the nearest miss is told."""
    refusal = NotDelegated(Reason.ABSENT, "No delegation allows this now. Ask the person for one.")
    for row in candidates:
        held = row.as_value()
        if not held.is_live(on) or not evidence_stands(held, on):
            continue
        problem = held.limits.problem(acts_done=held.acts_done, amount_yen=amount_yen)
        if not held.scope.covers(scope):
            refusal = NotDelegated(Reason.SCOPE, "The delegation does not reach this procedure or attribute.")
        elif problem:
            refusal = NotDelegated(Reason.LIMIT, problem)
        else:
            return row
    raise refusal


def _record(row: DelegationRow, account_id: str, action: str) -> None:
    audit.record(
        actor=Actor(id=account_id, name=""),
        organisation_id=row.organisation_id,
        action=action,
        object_kind="delegation",
        object_id=str(row.pk),
        detail={"principal": row.principal_id, "agent": str(row.agent_id or "")},
    )


def record_switch(account_id: str, principal_id: str | None) -> None:
    """Record that an account switched to acting for a principal, or back to itself."""
    audit.record(
        actor=Actor(id=account_id, name=""),
        organisation_id="",
        action="delegation.switch",
        object_kind="account",
        object_id=account_id,
        detail={"acting_for": principal_id or ""},
    )
