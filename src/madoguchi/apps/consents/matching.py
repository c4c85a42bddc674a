"""The door for telling people first: one household, judged by a programme of this platform because the person agreed to it.

Only attributes that she ticked leave, hers and those of her minor children; of other members only that they exist. Where
places are hidden (支援措置), her municipality is not there, and then nothing leaves. Logged once a day for each choice.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from madoguchi.apps.consents import gates, journal, queries, sources
from madoguchi.apps.consents.contracts import (
    Basis,
    MatchedHousehold,
    MatchingConsent,
    MatchingRequest,
    Reason,
    Request,
    Standing,
    SubjectKind,
)
from madoguchi.apps.consents.models import AccessEntry, DataAgreement
from madoguchi.apps.consents.services import consent
from madoguchi.apps.people import api as people
from madoguchi.apps.registry import api as registry
from madoguchi.core.permissions import Actor
from madoguchi.engines.eligibility import Household, Person

BIRTH, MUNICIPALITY = "生年月日", "自治体コード"
_NOBODY = Person()


@dataclass(frozen=True, slots=True)
class _Found:
    """What leaves, and of whom which attributes."""

    matched: MatchedHousehold
    disclosed: Mapping[str, tuple[str, ...]]
    """Person id → names, the person herself first."""


def household_for_matching(request: MatchingRequest, now: datetime) -> MatchedHousehold | None:
    """Return the household as far as a live consent opens it; None without one, or when her municipality is not open.

    The log is committed before this returns; it raises RuntimeError inside another transaction, as `disclose` does.
    """
    on = timezone.localdate(now)
    with transaction.atomic(durable=True):
        gate = _gate(request, now)
        protected = _source_says_protected(request.person_id) and not gate.covers_protected
        opened = frozenset() if protected else gate.opened & gate.agreed
        found = _household(request.person_id, opened, on) if MUNICIPALITY in opened else None
        told = found.disclosed if found else {request.person_id: ()}
        for subject_id, names in told.items():
            _log(request, gate, subject_id, names, now, protected=protected)
    return found.matched if found else None


def matching_open(request: MatchingRequest, now: datetime) -> bool:
    """Tell whether a live consent opens the municipality and the household is still visible; no value leaves.

    Inside a transaction the consent stays locked against withdrawing until it ends, so that what is written together
    with the answer came before a withdrawal.
    """
    with transaction.atomic():
        gate = _gate(request, now)
    if MUNICIPALITY not in gate.opened & gate.agreed:
        return False
    if _source_says_protected(request.person_id) and not gate.covers_protected:
        return False
    on = timezone.localdate(now)
    return people.household_of(request.person_id, on) is not None and bool(_municipality(request.person_id, on))


def matching_consent(person_id: str, organisation_id: str, purpose_id: str, now: datetime) -> MatchingConsent | None:
    """Return the agreement and how the person's consent to it stands; None while the pack has no such agreement."""
    row = DataAgreement.objects.filter(organisation_id=organisation_id, purpose_id=purpose_id, active=True).first()
    found = queries.standing_of(person_id, row.pk, SubjectKind.PERSON, now) if row else None
    if found is None:
        return None
    record = found.record
    return MatchingConsent(
        found.agreement.pk,
        found.state,
        tuple(record.attributes) if record else (),
        record.valid_until if record else None,
    )


def withdraw_matching(person_id: str, agreement_id: str, *, account_id: str, now: datetime) -> int:
    """Take back the person's consent to being told, in the caller's transaction; return how many records ended."""
    return consent.withdraw(person_id, agreement_id, actor=Actor(account_id, ""), now=now)


def _gate(request: MatchingRequest, now: datetime) -> gates.Gate:
    asked = Request(
        organisation_id=request.organisation_id,
        subject_id=request.person_id,
        purpose_id=request.purpose_id,
        attributes=(MUNICIPALITY,),
        basis=Basis.CONSENT,
        client_id=request.client_id,
    )
    return gates.find(asked, now)


def _source_says_protected(person_id: str) -> bool:
    return sources.source_of(SubjectKind.PERSON).standing(person_id) is Standing.PROTECTED


def _household(person_id: str, opened: frozenset[str], on: date) -> _Found | None:
    view = people.household_of(person_id, on)
    municipality = _municipality(person_id, on) if view else ""
    if view is None or not municipality:
        return None
    whole = people.eligibility_household(person_id, on)
    around = {name: value for name, value in whole.facts.items() if name in opened} | {MUNICIPALITY: municipality}
    own = {name: value for name, value in whole.applicant.facts.items() if name in opened}
    minors = people.children_of(person_id, on)
    wards = [member.person_id for member in view.members if member.person_id in minors]
    facts = {key: _facts_of_child(key, opened, on) for key in wards}
    roles = {member.person_id: member.role for member in view.members}
    rest = [key for key in roles if key != person_id and key not in facts]
    parent = roles.get(person_id) in (people.Role.HEAD, people.Role.SPOUSE)
    strangers = [key for key in rest if parent and roles[key] is people.Role.CHILD]
    household = Household(
        facts=around,
        applicant=Person(own),
        children=(*(Person(facts[key]) for key in wards), *(_NOBODY for _ in strangers)),
        others=tuple(_NOBODY for _ in range(len(rest) - len(strangers))),
        children_complete=view.complete,
        members_complete=view.complete,
    )
    head = next((key for key, role in roles.items() if role is people.Role.HEAD), "")
    matched = MatchedHousehold(person_id, household, view.id, head, municipality, tuple(wards))
    return _Found(matched, {person_id: (*own, *around), **{key: tuple(facts[key]) for key in wards if facts[key]}})


def _municipality(person_id: str, on: date) -> str:
    found = people.facts_of(person_id, [MUNICIPALITY], on=on)
    return str(found[0].value) if found else ""


def _facts_of_child(child_id: str, opened: frozenset[str], on: date) -> dict[str, Any]:
    wanted = sorted(opened & _names_of_persons(tuple(_scopes())))
    return {fact.attribute: fact.value for fact in people.facts_of(child_id, wanted, on=on)} if wanted else {}


def _scopes() -> Sequence[tuple[str, str]]:
    return [(str(item["name"]), str(item["scope"])) for item in registry.attributes()]


@lru_cache(maxsize=4)
def _names_of_persons(scopes: tuple[tuple[str, str], ...]) -> frozenset[str]:
    return frozenset(name for name, scope in scopes if scope == "person")


def _log(
    request: MatchingRequest,
    gate: gates.Gate,
    subject_id: str,
    names: tuple[str, ...],
    now: datetime,
    *,
    protected: bool,
) -> None:
    """Write the entry, unless the same person looked up the same attributes on this day already."""
    disclosed = tuple(sorted(set(names)))
    key = _key(request, subject_id, disclosed, timezone.localdate(now))
    known = AccessEntry.objects.filter(client_id=request.client_id, idempotency_key=key)
    if known.exists():
        return
    try:
        with transaction.atomic():
            journal.write(
                _entry(request, gate, subject_id, disclosed, now, key=key, protected=protected),
                actor=Actor(f"client:{request.client_id}", request.client_id),
            )
    except IntegrityError:  # another worker wrote the same entry in this moment
        if not known.exists():
            raise


def _key(request: MatchingRequest, subject_id: str, disclosed: tuple[str, ...], day: date) -> str:
    told = hashlib.sha256(f"{request.person_id}:{','.join(disclosed)}".encode()).hexdigest()[:16]
    return f"{subject_id}:{day}:{told}"[:80]


def _entry(
    request: MatchingRequest,
    gate: gates.Gate,
    subject_id: str,
    disclosed: tuple[str, ...],
    now: datetime,
    *,
    key: str,
    protected: bool,
) -> journal.Entry:
    withheld = _withheld(gate, disclosed, protected=protected) if subject_id == request.person_id else ()
    result = AccessEntry.Result.WITHHELD if not disclosed else AccessEntry.Result.DISCLOSED
    return journal.Entry(
        id=str(uuid.uuid4()),
        at=now,
        subject_kind=SubjectKind.PERSON.value,
        subject_id=subject_id,
        organisation_id=request.organisation_id,
        client_id=request.client_id,
        actor_id="",
        actor_name="",
        purpose_id=request.purpose_id,
        basis=Basis.CONSENT.value,
        disclosed=disclosed,
        withheld=withheld,
        result=(AccessEntry.Result.PARTLY if disclosed and withheld else result).value,
        revision_hash=gate.revision_hash,
        consent_id=gate.opened_by,
        idempotency_key=key,
    )


def _withheld(gate: gates.Gate, disclosed: tuple[str, ...], *, protected: bool) -> tuple[tuple[str, str], ...]:
    """Return what did not leave and why; without an agreement that nothing of it is agreed."""
    names = sorted(gate.agreed - set(disclosed)) or ([] if disclosed else [MUNICIPALITY])
    reasons = {name: Reason.NOT_AVAILABLE if name in gate.opened else gate.shut for name in names}
    if protected:
        reasons = dict.fromkeys(names, Reason.PROTECTED)
    return tuple((name, reason.value) for name, reason in reasons.items())
