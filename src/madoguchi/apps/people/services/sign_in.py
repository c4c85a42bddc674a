"""A resident signed in: her record is made or found, and what the identity provider told becomes verified facts.

A part of the claims that is not understood is left out, never guessed. The event may be delivered twice.
"""

import hashlib
import logging
import re
import unicodedata
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from madoguchi.apps.accounts.contracts import ResidentSignedIn
from madoguchi.apps.people import index, membership, queries, vocabulary
from madoguchi.apps.people.contracts import Assurance, Method, Provenance, Sight, Subject
from madoguchi.apps.people.errors import Refused
from madoguchi.apps.people.models import LifeEvent, Person
from madoguchi.apps.people.services.facts import own_household, record_as_system
from madoguchi.apps.people.services.persons import create_person
from madoguchi.apps.people.vocabulary import ADDRESS, BIRTH_DATE, MUNICIPALITY, NAME, POSTAL_CODE, SEX
from madoguchi.apps.registry import api as registry
from madoguchi.core import audit
from madoguchi.core.permissions import SYSTEM

logger = logging.getLogger(__name__)
_SEXES = {"male": "男", "female": "女", "男": "男", "女": "女", "男性": "男", "女性": "女", "1": "男", "2": "女"}
"""OpenID Connect Core 5.1, the words of the certificate, and ISO/IEC 5218. Anything else stays unknown."""
_ALWAYS = frozenset({BIRTH_DATE})


def on_resident_signed_in(event: ResidentSignedIn) -> None:
    """Make or find the person of an account and keep what the provider told about her."""
    at = datetime.fromisoformat(event.at)
    told = facts_in(event.claims)
    mark = hashlib.sha256(f"{event.issuer}\0{event.subject}".encode()).hexdigest()[:24]
    provenance = Provenance(event.issuer, f"sign-in {mark} {at.isoformat()}", Method.CREDENTIAL, Assurance.CARD)
    with transaction.atomic():
        person_id = _person(event.account_id, told, at)
        for name, value in told.items():
            _keep(person_id, name, value, provenance, at)
        _keep_municipality(person_id, told, provenance, at)


def facts_in(claims: Mapping[str, Any]) -> dict[str, Any]:
    """Return the facts that claims tell; unknown forms are left out."""
    address = claims.get("address")
    parts = address if isinstance(address, Mapping) else {"formatted": address}
    found = {
        NAME: _text(claims.get("name")),
        ADDRESS: _text(parts.get("formatted")),
        POSTAL_CODE: _text(parts.get("postal_code")),
        BIRTH_DATE: birth_date(claims.get("birthdate")),
        SEX: _SEXES.get(str(claims.get("gender", "")).strip().lower()),
    }
    return {name: value for name, value in found.items() if value}


def _text(value: Any) -> str | None:
    return value.strip() if isinstance(value, str) and value.strip() else None


def birth_date(value: Any) -> date | None:
    """Return a birth date written YYYYMMDD or YYYY-MM-DD; a year alone or a year 0000 (unknown) gives None."""
    match = re.fullmatch(r"(\d{4})(-?)(\d{2})\2(\d{2})", value) if isinstance(value, str) else None
    try:
        day = date(int(match[1]), int(match[3]), int(match[4])) if match else None
    except ValueError:
        return None
    return day if day is not None and vocabulary.FIRST_DAY <= day <= timezone.localdate() else None


def _person(account_id: str, told: Mapping[str, Any], at: datetime) -> str:
    known = queries.person_of_account(account_id)
    if known is not None:
        return known.id
    same = index.people_of(told[NAME], told[BIRTH_DATE]) if {NAME, BIRTH_DATE} <= told.keys() else []
    linked = _linkable(same, told, at)
    if linked is not None and Person.objects.filter(pk=linked, account_id=None).update(account_id=account_id):
        audit.record(
            actor=SYSTEM, organisation_id="", action="person.link", object_kind="person", object_id=linked, detail={}
        )
        return linked
    # Somebody of this name and birth date may be the same person: her protection must not be undone by a new record.
    sheltered = any(row.protected for row in same)
    return create_person(SYSTEM, "", now=at, account_id=account_id, protected=sheltered).id


def _linkable(same: list[Person], told: Mapping[str, Any], at: datetime) -> str | None:
    """Return the one unlinked, unprotected person whose verified address is the same too; names alone link nobody."""
    if any(row.protected for row in same) or ADDRESS not in told:
        return None
    on, wanted = timezone.localdate(at), _folded(told[ADDRESS])
    found = []
    for row in same:
        facts = queries.facts_of(str(row.pk), [ADDRESS], on=on, sight=Sight.BREAK_GLASS)
        if row.account_id is None and any(f.verified and _folded(str(f.value)) == wanted for f in facts):
            found.append(str(row.pk))
    return found[0] if len(found) == 1 else None


def _folded(address: str) -> str:
    return re.sub(r"[\s\-‐−–—ー丁目番地号]", "", unicodedata.normalize("NFKC", address))


def _keep(person_id: str, name: str, value: Any, provenance: Provenance, at: datetime) -> None:
    first = None if name in _ALWAYS else timezone.localdate(at)
    try:
        record_as_system(Subject.person(person_id), {name: value}, provenance=provenance, obtained_at=at, first=first)
    except Refused as refusal:
        logger.warning("A claim of a sign-in was left out: %s, %s", name, refusal.reason)


def _keep_municipality(person_id: str, told: Mapping[str, Any], provenance: Provenance, at: datetime) -> None:
    """Keep the municipality that the address begins with, unless a register answers for the household."""
    code = municipality_in(told.get(ADDRESS, ""))
    row = Person.objects.select_for_update().get(pk=person_id)
    today = timezone.localdate(at)
    place = membership.place_of(queries.events_by_person([row.pk]).get(person_id, []), today)
    if code is None or (place and not _alone_by_sign_in(place.household_id)):
        return
    household = own_household(row, today, at, Method.CREDENTIAL)
    record_as_system(
        Subject.household(household), {MUNICIPALITY: code}, provenance=provenance, obtained_at=at, first=today
    )


def _alone_by_sign_in(household_id: str) -> bool:
    """Tell whether a household was begun here for one person, not told by a register."""
    rows = LifeEvent.objects.filter(household_id=household_id)
    return (
        set(rows.values_list("method", flat=True)) <= {Method.SELF, Method.CREDENTIAL}
        and rows.values("person_id").distinct().count() == 1
    )


def municipality_in(address: str) -> str | None:
    """Return the code of the municipality of Tokyo that an address begins with, None for any other address."""
    rest = re.sub(r"\s", "", address).removeprefix("東京都")
    fitting = [item for item in registry.municipalities() if rest.startswith(item.ja) or item.ja in _within(rest)]
    best = max(fitting, key=lambda item: len(item.ja), default=None)
    return best.code if best and address.strip().startswith("東京都") else None


def _within(rest: str) -> tuple[str, ...]:
    """Return the town or village behind a county or island office (西多摩郡瑞穂町, 大島支庁 …)."""
    match = re.match(r"(?:.{1,6}?郡|.{1,6}?支庁)(.{1,6}?[町村])", rest)
    return (match[1],) if match else ()
