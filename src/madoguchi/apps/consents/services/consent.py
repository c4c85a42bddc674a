"""Writes of the person about her own facts: grant, refuse, withdraw. Each is safe to send twice.

It knows the subject's id, never who is signed in; the page or endpoint has found that out.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import transaction

from madoguchi.apps.consents import revisions
from madoguchi.apps.consents.contracts import Basis, ConsentChanged, ConsentState
from madoguchi.apps.consents.models import ConsentRecord, DataAgreement
from madoguchi.core import audit, events
from madoguchi.core.permissions import Actor


class TermsChanged(Exception):
    """The agreement was revised after the person read it: nothing was saved; show the new terms and ask again."""

    def __init__(self) -> None:
        super().__init__("The terms changed after they were shown. Nothing was saved. Read the new terms and decide.")


class NotAgreeable(Exception):
    """There is no such agreement that rests on consent, or it does not contain an attribute."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why} Nothing was saved. Choose from the attributes of an agreement that asks for consent.")


def grant(
    subject_id: str,
    agreement_id: str,
    *,
    actor: Actor,
    now: datetime,
    attributes: Iterable[str] | None = None,
    seen_hash: str | None = None,
) -> ConsentRecord:
    """Consent to the attributes (None: those that are on by default) for the revision that was shown.

    The consent lives `consent_days`. Raise `TermsChanged` when `seen_hash` is no longer the revision in force.
    """
    with transaction.atomic():
        agreement = _agreement(agreement_id, seen_hash)
        chosen = sorted(set(agreement.default_on if attributes is None else attributes))
        strange = set(chosen) - set(agreement.attributes)
        if strange or not chosen:
            raise NotAgreeable(f"Not part of the agreement: {', '.join(sorted(strange)) or 'an empty choice'}.")
        record = _locked_record(agreement, subject_id, now)
        if record.opt_in and record.attributes == chosen and record.valid_until > now:
            return record
        record.attributes = chosen
        record.valid_from = now
        record.valid_until = now + timedelta(days=agreement.consent_days)
        return _change(record, agreement, ConsentState.GRANTED, actor, now)


def refuse(
    subject_id: str, agreement_id: str, *, actor: Actor, now: datetime, seen_hash: str | None = None
) -> ConsentRecord:
    """Say no to the revision that was shown; nothing may be asked under it until the person says yes."""
    with transaction.atomic():
        agreement = _agreement(agreement_id, seen_hash)
        record = _locked_record(agreement, subject_id, now)
        if record.state == ConsentState.REFUSED and record.own_revision_id is not None:
            return record
        record.attributes = []
        record.valid_until = now
        return _change(record, agreement, ConsentState.REFUSED, actor, now)


def withdraw(subject_id: str, agreement_id: str, *, actor: Actor, now: datetime) -> int:
    """Take back every live consent to an agreement, whatever its revision; return how many there were.

    Once this has committed no disclosure rests on them: it waits for those at hand, and later ones see it.
    """
    with transaction.atomic():
        rows = ConsentRecord.objects.select_for_update(of=("self",)).filter(
            agreement_id=agreement_id, individual=subject_id, state=ConsentState.GRANTED
        )
        records = list(rows.select_related("agreement").order_by("id"))
        for record in records:
            record.valid_until = min(record.valid_until, now)
            _change(record, record.agreement, ConsentState.WITHDRAWN, actor, now)
        return len(records)


def _agreement(agreement_id: str, seen_hash: str | None) -> DataAgreement:
    """Return the agreement in force. No lock: a consent to a revision that ends meanwhile opens nothing."""
    agreement = DataAgreement.objects.select_related("revision").filter(pk=agreement_id, active=True).first()
    if agreement is None or agreement.revision is None or agreement.lawful_basis != Basis.CONSENT:
        raise NotAgreeable("No agreement of this id asks for consent.")
    if seen_hash is not None and seen_hash != agreement.revision.hash:
        raise TermsChanged
    return agreement


def _locked_record(agreement: DataAgreement, subject_id: str, now: datetime) -> ConsentRecord:
    """Return the record of this revision under its lock; a fresh one is refused and has no state of its own yet."""
    assert agreement.revision is not None
    fresh = {
        "agreement": agreement,
        "revision_hash": agreement.revision.hash,
        "state": ConsentState.REFUSED,
        "attributes": [],
        "valid_from": now,
        "valid_until": now,
        "changed_at": now,
    }
    key = {"revision": agreement.revision, "individual": subject_id}
    ConsentRecord.objects.get_or_create(**key, defaults=fresh)
    return ConsentRecord.objects.select_for_update().get(**key)


def _change(
    record: ConsentRecord, agreement: DataAgreement, state: ConsentState, actor: Actor, now: datetime
) -> ConsentRecord:
    record.state = state
    record.changed_at = now
    value = {
        "agreement": agreement.pk,
        "individual": record.individual,
        "agreement_revision_hash": record.revision_hash,
        "state": state.value,
        "opt_in": record.opt_in,
        "attributes": record.attributes,
        "valid_from": record.valid_from.isoformat(),
        "valid_until": record.valid_until.isoformat(),
        "changed_at": now.isoformat(),
    }
    record.own_revision = revisions.add("ConsentRecord", record.pk, value, by=actor.id, now=now)
    record.save()
    audit.record(
        actor=actor,
        organisation_id=agreement.organisation_id,
        action=f"consent.{state.value}",
        object_kind="consent",
        object_id=record.pk,
        detail={"revision": record.own_revision.number, "hash": record.own_revision.hash},
    )
    events.publish(
        ConsentChanged(
            subject_kind=agreement.subject_kind,
            subject_id=record.individual,
            organisation_id=agreement.organisation_id,
            agreement_id=agreement.pk,
            state=state.value,
            at=now.isoformat(),
        )
    )
    return record
