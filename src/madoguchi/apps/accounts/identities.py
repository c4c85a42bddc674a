"""Which account a proven subject opens: found, made or linked by (issuer, subject), never by a name or an e-mail address.

Writes run in the caller's transaction and publish what upper rooms need to know. Tokens and sessions are not known here.
"""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from madoguchi.apps.accounts.contracts import (
    AssuranceLevel,
    BusinessSignedIn,
    IdentityView,
    Method,
    ResidentSignedIn,
)
from madoguchi.apps.accounts.models import Identity, Purpose, User
from madoguchi.apps.accounts.oidc.refusals import Reason, Refused
from madoguchi.core import audit, events
from madoguchi.core.access import Kind
from madoguchi.core.permissions import SYSTEM, Actor

NAMES: Mapping[str, str] = {Kind.RESIDENT: "住民", Kind.BUSINESS: "事業者"}
"""Accounts of people carry no personal name; pages take it from the people room."""


@dataclass(frozen=True, slots=True)
class Proof:
    """Somebody proved to be this subject of a provider."""

    provider: str
    kind: str
    issuer: str
    subject: str
    level: AssuranceLevel
    at: datetime
    claims: Mapping[str, Any]


def resolve(proof: Proof, *, purpose: Purpose, caller: User | None, now: datetime) -> User:
    """Return the account that the proof opens, made or linked where the purpose allows it, and tell the upper rooms.

    `caller` is the signed-in account for step-up and linking. Safe for two at once: a subject is linked once.
    """
    if purpose is Purpose.SIGN_IN:
        user = _opened(proof, now)
    else:
        assert caller is not None
        user = _linked(proof, caller, now) if purpose is Purpose.LINK else _same(proof, caller)
    Identity.objects.filter(issuer=proof.issuer, subject=proof.subject).update(last_used_at=now)
    _record(user, f"sign-in.{purpose.value}" if purpose is not Purpose.SIGN_IN else "sign-in", proof)
    _tell(user, proof)
    return user


def _find(proof: Proof) -> Identity | None:
    return Identity.objects.select_related("user").filter(issuer=proof.issuer, subject=proof.subject).first()


def _opened(proof: Proof, now: datetime) -> User:
    identity = _find(proof)
    if identity is None:
        if proof.kind == Kind.STAFF:
            raise Refused(Reason.NOT_LINKED, "subject")
        identity = _made(proof, now)
    if not identity.user.is_active:
        raise Refused(Reason.ACCOUNT_ENDED, "account")
    if identity.user.kind != proof.kind:
        raise Refused(Reason.ACCOUNT_OF_ANOTHER_KIND, "kind")
    return identity.user


def _made(proof: Proof, now: datetime) -> Identity:
    """Make account and identity; when another sign-in of the same subject was faster, return that one."""
    account_id = uuid.uuid4()
    user = User(id=account_id, kind=proof.kind, username=f"{proof.kind}-{account_id}", display_name=NAMES[proof.kind])
    user.set_unusable_password()
    try:
        with transaction.atomic():
            user.save(force_insert=True)
            identity = _bind(proof, user, now)
    except IntegrityError:
        found = _find(proof)
        if found is None:
            raise
        return found
    _record(user, "account.create", proof)
    return identity


def _bind(proof: Proof, user: User, now: datetime) -> Identity:
    return Identity.objects.create(
        user=user, provider=proof.provider, issuer=proof.issuer, subject=proof.subject, linked_at=now, last_used_at=now
    )


def _linked(proof: Proof, caller: User, now: datetime) -> User:
    """Bind a subject to the signed-in account; both were proven in one sitting."""
    if caller.kind != proof.kind:
        raise Refused(Reason.ACCOUNT_OF_ANOTHER_KIND, "kind")
    try:
        with transaction.atomic():
            if not Identity.objects.filter(issuer=proof.issuer, subject=proof.subject, user=caller).exists():
                _bind(proof, caller, now)
                _record(caller, "identity.link", proof)
    except IntegrityError as problem:
        bound = Identity.objects.filter(issuer=proof.issuer, subject=proof.subject).exists()
        reason = Reason.SUBJECT_BOUND_ELSEWHERE if bound else Reason.ACCOUNT_HAS_OTHER_SUBJECT
        raise Refused(reason, "subject") from problem
    return caller


def _same(proof: Proof, caller: User) -> User:
    identity = _find(proof)
    if identity is None or identity.user_id != caller.pk:
        raise Refused(Reason.SUBJECT_NOT_OF_CALLER, "subject")
    if not identity.user.is_active:
        raise Refused(Reason.ACCOUNT_ENDED, "account")
    return identity.user


def _record(user: User, action: str, proof: Proof) -> None:
    audit.record(
        actor=Actor(id=str(user.pk), name=user.display_name),
        organisation_id="",
        action=action,
        object_kind="user",
        object_id=str(user.pk),
        detail={"method": Method.OPENID.value, "provider": proof.provider, "level": int(proof.level)},
    )


def _tell(user: User, proof: Proof) -> None:
    account_id, at = str(user.pk), proof.at.isoformat()
    if proof.kind == Kind.RESIDENT:
        events.publish(ResidentSignedIn(account_id, proof.issuer, proof.subject, dict(proof.claims), at), promptly=True)
    elif proof.kind == Kind.BUSINESS:
        events.publish(BusinessSignedIn(account_id, proof.issuer, proof.subject, dict(proof.claims), at), promptly=True)


def link_staff(user: User, *, provider: str, issuer: str, subject: str, now: datetime, actor: Actor = SYSTEM) -> None:
    """Link a subject with a staff account by hand; raise Refused when it opens another one. Repeating changes nothing."""
    if user.kind != Kind.STAFF:
        raise Refused(Reason.ACCOUNT_OF_ANOTHER_KIND, "kind")
    proof = Proof(provider, Kind.STAFF, issuer, subject, AssuranceLevel.NONE, now, {})
    if Identity.objects.filter(issuer=issuer, subject=subject, user=user).exists():
        return
    with transaction.atomic():
        _linked(proof, user, now)
        audit.record(
            actor=actor,
            organisation_id="",
            action="identity.link-by-hand",
            object_kind="user",
            object_id=str(user.pk),
            detail={"provider": provider},
        )


def identities_of(user: User) -> list[IdentityView]:
    """Return the linked identities of an account, in the order of linking."""
    return [
        IdentityView(row.provider, row.issuer, row.linked_at, row.last_used_at)
        for row in user.identities.order_by("linked_at", "pk")
    ]
