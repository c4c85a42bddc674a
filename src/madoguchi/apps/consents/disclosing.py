"""The one door: checks, reads and logs one disclosure in one transaction, then hands the values over.

It refuses to run inside another transaction: values that were handed over cannot be taken back, so the log must be
committed first. Every attempt is logged, also one that gets nothing.
"""

import hmac
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from madoguchi.apps.consents import gates, journal, sources
from madoguchi.apps.consents.contracts import (
    Basis,
    DisclosedFact,
    Disclosure,
    Reason,
    Request,
    Standing,
    SubjectKind,
    Withheld,
)
from madoguchi.apps.consents.models import AccessEntry
from madoguchi.apps.consents.sources import SourcedFact
from madoguchi.core.jsonable import plain
from madoguchi.core.permissions import Actor, Permission, require
from madoguchi.engines.merkle import canonical

_NOTHING: Mapping[str, SourcedFact] = {}


@dataclass(frozen=True, slots=True)
class Extra:
    """What an endpoint adds to a request: its retry key, and the approval that it collects."""

    idempotency_key: str = ""
    request_hash: str = ""
    repeat_of: str = ""
    preview_id: str = ""


def disclose(request: Request, now: datetime, *, extra: Extra | None = None) -> Disclosure:
    """Return what the request may see and what not; the log entry is committed before this returns.

    Raise NotPermitted when the member of staff lacks the permission, RuntimeError inside another transaction, and any
    error of the database: then nothing is disclosed.
    """
    extra = extra or Extra()
    wanted = tuple(dict.fromkeys(request.attributes))
    with transaction.atomic(durable=True):
        gate = gates.find(request, now, preview_id=extra.preview_id)
        _require(request, gate.subject_kind)
        withheld = {name: reason for name in wanted if (reason := _closed(name, gate))}
        facts = _read(request, gate, [name for name in wanted if name not in withheld], now, withheld)
        entry = _entry(request, gate, tuple(facts), withheld, now, extra)
        journal.write(entry, actor=request.actor or Actor(id=request.who, name=request.client_id))
    return Disclosure(
        id=extra.repeat_of or entry.id,
        values=tuple(_disclosed(facts[name]) for name in wanted if name in facts),
        withheld=tuple(Withheld(name, outside(request.basis, withheld[name])) for name in wanted if name in withheld),
        retention_days=gate.retention_days,
    )


def outside(basis: Basis, reason: Reason) -> Reason:
    """Return the reason as others may know it: protection looks like no consent, or like no record."""
    if reason is not Reason.PROTECTED:
        return reason
    return Reason.NO_CONSENT if basis is Basis.CONSENT else Reason.NOT_AVAILABLE


def _require(request: Request, kind: SubjectKind) -> None:
    if request.actor is None:
        return
    needed = Permission.READ_PEOPLE if kind is SubjectKind.PERSON else Permission.REVIEW_BUSINESSES
    if request.basis is Basis.BREAK_GLASS:
        needed = Permission.BREAK_GLASS
    require(request.actor, needed, request.organisation_id)


def _closed(name: str, gate: gates.Gate) -> Reason | None:
    if name in gate.opened and name in gate.agreed:
        return None
    if gate.shut is Reason.NO_AGREEMENT:
        return Reason.NO_AGREEMENT
    return gate.shut if name in gate.agreed else Reason.NOT_IN_AGREEMENT


def _read(
    request: Request, gate: gates.Gate, names: Sequence[str], now: datetime, withheld: dict[str, Reason]
) -> Mapping[str, SourcedFact]:
    """Return the facts among the open names; put into `withheld` what there is not, or must not leave."""
    if not names:
        return _NOTHING
    source = sources.source_of(gate.subject_kind)
    standing = source.standing(request.subject_id)
    if standing is Standing.PROTECTED and not gate.covers_protected:
        withheld.update(dict.fromkeys(names, Reason.PROTECTED))
        return _NOTHING
    on, all_places = timezone.localdate(now), gate.covers_protected
    found = source.facts_of(request.subject_id, names, on, protected_too=all_places) if standing else ()
    facts = {fact.attribute: fact for fact in found if fact.attribute in names}
    for name, mark in gate.seen:
        if name in facts and not hmac.compare_digest(seen_mark(gate.opened_by, facts[name]), mark):
            del facts[name]
            withheld[name] = Reason.CHANGED
    withheld.update({name: Reason.NOT_AVAILABLE for name in names if name not in facts and name not in withheld})
    return facts


def seen_mark(preview_id: str, fact: SourcedFact) -> str:
    """Return a keyed hash of a value for one preview, so that another value is not sent in its place."""
    shown = canonical({"attribute": fact.attribute, "value": plain(fact.value), "source": fact.source})
    return salted_hmac(f"madoguchi.consents.preview.{preview_id}", shown, algorithm="sha256").hexdigest()


def _disclosed(fact: SourcedFact) -> DisclosedFact:
    return DisclosedFact(fact.attribute, fact.value, fact.source, fact.as_of, fact.verified)


def _result(disclosed: Sequence[Any], withheld: Mapping[str, Any]) -> AccessEntry.Result:
    if not disclosed:
        return AccessEntry.Result.WITHHELD
    return AccessEntry.Result.PARTLY if withheld else AccessEntry.Result.DISCLOSED


def _entry(
    request: Request,
    gate: gates.Gate,
    disclosed: tuple[str, ...],
    withheld: Mapping[str, Reason],
    now: datetime,
    extra: Extra,
) -> journal.Entry:
    return journal.Entry(
        id=str(uuid.uuid4()),
        at=now,
        subject_kind=gate.subject_kind.value,
        subject_id=request.subject_id,
        organisation_id=request.organisation_id,
        client_id=request.client_id,
        actor_id=request.actor.id if request.actor else "",
        actor_name=request.actor.name if request.actor else "",
        purpose_id=request.purpose_id,
        basis=request.basis.value,
        disclosed=disclosed,
        withheld=tuple((name, reason.value) for name, reason in withheld.items()),
        result=_result(disclosed, withheld).value,
        revision_hash=gate.revision_hash,
        consent_id=gate.opened_by,
        case_reference=request.case_reference[:100],
        reason=request.reason[:500],
        hidden_until=now + timedelta(days=gate.hidden_days) if gate.hidden_days else None,
        idempotency_key=extra.idempotency_key,
        request_hash=extra.request_hash,
        repeat_of=extra.repeat_of,
    )
