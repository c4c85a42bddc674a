"""Requests that wait for the person: she opens a link, sees exactly what would be sent, and approves or refuses.

States: requested → previewed → approved | refused, or expired. A link is signed with the request's id and holds
nothing else. What was approved is bound to the values that were seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db import IntegrityError, transaction
from django.utils import timezone

from madoguchi.apps.consents import sources
from madoguchi.apps.consents.contracts import Basis, Standing, SubjectKind
from madoguchi.apps.consents.disclosing import seen_mark
from madoguchi.apps.consents.models import Client, DataAgreement, PreviewRequest
from madoguchi.apps.consents.sources import SourcedFact
from madoguchi.core import audit
from madoguchi.core.permissions import Actor

LIFE = timedelta(hours=24)
_SIGNER = signing.Signer(salt="madoguchi.consents.preview", sep=".")
State = PreviewRequest.State


class PreviewInvalid(Exception):
    """A request that cannot be made, opened or decided; says what to do."""


class KeyReused(Exception):
    """The idempotency key was used for another request."""


@dataclass(frozen=True, slots=True)
class Preview:
    """What the person sees: the request, the facts that would be sent, and what is not known."""

    request: PreviewRequest
    facts: tuple[SourcedFact, ...]
    missing: tuple[str, ...]


def link_token(request: PreviewRequest) -> str:
    """Return the last part of the link; the same at every call, so that a retry gives the same link."""
    return _SIGNER.sign(request.pk)


def request_of(token: str) -> PreviewRequest | None:
    """Return the request of a link, None when the link is forged or the request is gone."""
    try:
        key = _SIGNER.unsign(token)
    except signing.BadSignature:
        return None
    return PreviewRequest.objects.select_related("agreement__purpose", "client").filter(pk=key).first()


def ask(
    client: Client,
    *,
    purpose_id: str,
    attributes: Sequence[str],
    now: datetime,
    expected_subject: str = "",
    case_reference: str = "",
    reason: str = "",
    idempotency_key: str = "",
    request_hash: str = "",
) -> PreviewRequest:
    """Put a request for 24 hours; the same key gives the same request, raise `KeyReused` for another content."""
    held = _held(client, idempotency_key, request_hash)
    if held is not None:
        return held
    agreement = DataAgreement.objects.filter(
        organisation_id=client.organisation_id, purpose_id=purpose_id, lawful_basis=Basis.CONSENT, active=True
    ).first()
    if agreement is None or agreement.revision_id is None:
        raise PreviewInvalid("There is no agreement by consent for this purpose. Ask for a purpose of your list.")
    strange = sorted(set(attributes) - set(agreement.attributes))
    if strange or not attributes:
        raise PreviewInvalid(f"Not part of the agreement: {', '.join(strange) or 'an empty list'}. Leave them out.")
    row = PreviewRequest(
        client=client,
        agreement=agreement,
        revision_id=agreement.revision_id,
        attributes=list(dict.fromkeys(attributes)),
        expected_subject=expected_subject,
        created_at=now,
        expires_at=now + LIFE,
        idempotency_key=idempotency_key,
        request_hash=request_hash,
    )
    row.put_words(case_reference=case_reference[:100], reason=reason[:500])
    return _kept(row)


def _kept(row: PreviewRequest) -> PreviewRequest:
    """Save a request; when a call with the same key was faster, return that one's."""
    try:
        with transaction.atomic():
            row.save(force_insert=True)
            _note(Actor(id=f"client:{row.client_id}", name=row.client.name), row)
            return row
    except IntegrityError:
        held = _held(row.client, row.idempotency_key, row.request_hash)
        if held is None:
            raise
        return held


def _held(client: Client, key: str, request_hash: str) -> PreviewRequest | None:
    if not key:
        return None
    row = PreviewRequest.objects.filter(client=client, idempotency_key=key).first()
    if row is not None and row.request_hash != request_hash:
        raise KeyReused
    return row


def state_of(row: PreviewRequest, now: datetime) -> PreviewRequest.State:
    """Return the state at that time: whatever has run out is expired, decided or not."""
    if row.expires_at <= now and row.state != State.REFUSED:
        return State.EXPIRED
    return State(row.state)


def look(row: PreviewRequest, subject_id: str, now: datetime) -> Preview:
    """Return what would be sent of this subject, and remember that it was seen by its first reader.

    Raise `PreviewInvalid` when the link is meant for, or was opened by, somebody else, or the terms changed.
    """
    with transaction.atomic():
        locked = _locked(row.pk, subject_id, now)
        if locked.state == State.REQUESTED:
            locked.state = State.PREVIEWED
            locked.subject_id = subject_id
            locked.save(update_fields=["state", "subject_id"])
            _note(Actor(id="person", name="person"), locked)
        facts = _facts(locked, now)
    names = {fact.attribute for fact in facts}
    return Preview(locked, facts, tuple(name for name in locked.attributes if name not in names))


def approve(row: PreviewRequest, subject_id: str, chosen: Mapping[str, str], *, actor: Actor, now: datetime) -> None:
    """Approve sending the chosen attributes, each with the mark of the value that was shown; sent twice, done once."""
    with transaction.atomic():
        locked = _locked(row.pk, subject_id, now)
        if locked.state == State.APPROVED:
            return
        current = {fact.attribute: seen_mark(locked.pk, fact) for fact in _facts(locked, now)}
        if any(current.get(name) != mark for name, mark in chosen.items()):
            raise PreviewInvalid("A value changed since it was shown. Look at the list again.")
        if locked.state != State.PREVIEWED or not chosen:
            raise PreviewInvalid("Nothing was chosen, or it was decided before. Open the link again.")
        _decide(locked, State.APPROVED, actor, now, dict(chosen))


def refuse(row: PreviewRequest, subject_id: str, *, actor: Actor, now: datetime) -> None:
    """Refuse; also takes back an approval that still stands."""
    with transaction.atomic():
        locked = _locked(row.pk, subject_id, now, any_terms=True)
        if locked.state != State.REFUSED:
            locked.subject_id = subject_id
            _decide(locked, State.REFUSED, actor, now, {})


def _locked(key: str, subject_id: str, now: datetime, *, any_terms: bool = False) -> PreviewRequest:
    row = PreviewRequest.objects.select_for_update(of=("self",)).select_related("agreement").get(pk=key)
    if state_of(row, now) == State.EXPIRED:
        raise PreviewInvalid("The request has run out. Ask the organisation for a new link.")
    if row.expected_subject not in ("", subject_id) or row.subject_id not in ("", subject_id):
        raise PreviewInvalid("The link was made for somebody else. Sign in as the person whom it is meant for.")
    if row.revision_id != row.agreement.revision_id and not any_terms:
        raise PreviewInvalid("The terms changed since the request. Ask the organisation for a new link.")
    return row


def _facts(row: PreviewRequest, now: datetime) -> tuple[SourcedFact, ...]:
    source = sources.source_of(SubjectKind(row.agreement.subject_kind))
    standing = source.standing(row.subject_id)
    if standing is None or (standing is Standing.PROTECTED and not row.agreement.covers_protected):
        return ()
    found = source.facts_of(
        row.subject_id, row.attributes, timezone.localdate(now), protected_too=row.agreement.covers_protected
    )
    return tuple(fact for fact in found if fact.attribute in row.attributes)


def _decide(row: PreviewRequest, state: State, actor: Actor, now: datetime, marks: dict[str, str]) -> None:
    row.state = state
    row.approved = marks
    row.decided_at = now
    row.save(update_fields=["state", "approved", "subject_id", "decided_at"])
    _note(actor, row)


def _note(actor: Actor, row: PreviewRequest) -> None:
    audit.record(
        actor=actor,
        organisation_id=row.client.organisation_id,
        action=f"preview.{row.state}",
        object_kind="preview",
        object_id=row.pk,
    )
