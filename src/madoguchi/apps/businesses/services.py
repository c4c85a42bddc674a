"""Writes of the business registry besides loading: sign-in of a business, facts and places, decisions of reviewers.

Each one locks, changes, records and publishes in one transaction. Done again it changes nothing more.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from madoguchi.apps.accounts.contracts import BusinessSignedIn
from madoguchi.apps.businesses import feed
from madoguchi.apps.businesses.contracts import Attribute, ChangeKind, ErasedAccount, Method, Status
from madoguchi.apps.businesses.models import AccountLink, Business, Establishment, Fact, LinkCase
from madoguchi.apps.businesses.townlist import book
from madoguchi.core import audit
from madoguchi.core.permissions import SYSTEM, Actor, Permission, require
from madoguchi.engines.addresses import Level
from madoguchi.engines.identifiers import IdentifierError, corporate_number
from madoguchi.engines.linkage import fold_name

GBIZID = "gbizid"
ENTRY_ACCOUNT = "1"
"""account_type 1 is エントリー: nobody has checked who it is. 2 プライム and 3 メンバー are checked."""
_SOLE_PROPRIETOR = "2"


class AlreadyDecided(Exception):
    """Somebody else decided the case differently: nothing was changed."""


class NotACandidate(Exception):
    """The business was not among those shown for the case: nothing was changed."""


@transaction.atomic
def on_business_signed_in(event: BusinessSignedIn) -> None:
    """Link an account to its business: by corporate number when the service checked it, else as a sole proprietor.

    An entry account (nobody checked it) is linked to nothing: a number alone proves nothing. The same event twice, or a
    later sign-in, leaves one link; a sign-in with another checked number moves it.
    """
    claims = event.claims
    if str(claims.get("account_type", "")) in ("", ENTRY_ACCOUNT):
        return
    counter = feed.lock()
    link = AccountLink.objects.select_related("business").filter(pk=event.account_id).first()
    if str(claims.get("corp_type", "")) == _SOLE_PROPRIETOR:
        business: Business | None = _sole_proprietor(event, link.business if link else None, counter)
    else:
        business = _corporation(claims)
    if business is None or (link is not None and link.business_id == business.pk):
        return
    AccountLink.objects.update_or_create(
        account_id=event.account_id,
        defaults={"business": business, "issuer": event.issuer[:200], "verified": True, "linked_at": _moment(event.at)},
    )
    _note(SYSTEM, "", "businesses.link-account", business, {"account": event.account_id})


def _corporation(claims: Mapping[str, Any]) -> Business | None:
    try:
        number = corporate_number(str(claims.get("corporate_number", "")))
    except IdentifierError:
        return None
    return Business.objects.filter(corporate_number=number).exclude(status=Status.DELETED).first()


def _sole_proprietor(event: BusinessSignedIn, known: Business | None, counter: Any) -> Business:
    """Return the sole proprietor of this account, made or brought up to date from the claims."""
    name = str(event.claims.get("name", ""))[:300]
    if known is not None and known.corporate_number is None:
        row, fresh = known, False
    else:
        row, fresh = Business(id=uuid.uuid4(), source=GBIZID), True
    values = _proprietor_values(event, name)
    if not fresh and all(getattr(row, key) == value for key, value in values.items() if key != "as_of"):
        return row
    for key, value in values.items():
        setattr(row, key, value)
    row.save()
    kind = ChangeKind.CREATED if fresh else ChangeKind.UPDATED
    row.sequence = feed.add(counter, business_id=row.pk, corporate_number=None, kind=kind, now=_moment(event.at))
    row.save(update_fields=["sequence"])
    return row


def _proprietor_values(event: BusinessSignedIn, name: str) -> dict[str, Any]:
    claims = event.claims
    street = f"{claims.get('address1') or ''}{claims.get('address2') or ''}"[:600]
    address = book().read_whole(street)
    core = fold_name(name)
    return {
        "name": name,
        "core": core,
        "core_reversed": core[::-1],
        "street": street,
        "city_code": address.code,
        "town": address.town if address.level is Level.TOWN else "",
        "as_of": _moment(event.at).date(),
    }


def _moment(at: str) -> datetime:
    """Return when it happened: an event carries it as ISO text."""
    return datetime.fromisoformat(at)


def _note(actor: Actor, organisation_id: str, action: str, business: Business, detail: Mapping[str, Any]) -> None:
    audit.record(
        actor=actor,
        organisation_id=organisation_id,
        action=action,
        object_kind="business",
        object_id=str(business.pk),
        detail=dict(detail),
    )


@transaction.atomic
def put_facts(
    business_id: uuid.UUID | str,
    facts: Mapping[Attribute, Any],
    *,
    source: str,
    method: Method,
    as_of: date | None,
    now: datetime,
) -> int:
    """Keep what a source says; return how many values are new. An older statement never replaces a newer one."""
    business = Business.objects.select_for_update().get(pk=business_id)
    current = {
        fact.attribute: fact for fact in Fact.objects.filter(business=business, source=source, superseded_at=None)
    }
    new = 0
    for attribute, value in facts.items():
        held = current.get(attribute)
        if held is not None and (held.value == value or (as_of and held.as_of and as_of < held.as_of)):
            continue
        if held is not None:
            held.superseded_at = now
            held.save(update_fields=["superseded_at"])
        Fact.objects.create(
            business=business,
            attribute=attribute.value,
            value=value,
            source=source,
            method=method,
            as_of=as_of,
            obtained_at=now,
        )
        new += 1
    if new:
        _note(SYSTEM, "", "businesses.facts", business, {"source": source, "new": new})
    return new


@transaction.atomic
def put_establishments(
    business_id: uuid.UUID | str, places: Sequence[Mapping[str, str]], *, source: str, as_of: date | None
) -> None:
    """Make the places of business of one source exactly these (record, name, kana, address)."""
    business = Business.objects.select_for_update().get(pk=business_id)
    Establishment.objects.filter(business=business, source=source).exclude(
        source_record__in=[place["record"] for place in places]
    ).delete()
    for place in places:
        read = book().read_whole(place["address"], prefecture=business.prefecture)
        Establishment.objects.update_or_create(
            business=business,
            source=source,
            source_record=place["record"][:100],
            defaults={
                "name": place["name"][:300],
                "kana": place["kana"][:600],
                "address": place["address"][:600],
                "city_code": read.code,
                "town": read.town if read.level is Level.TOWN else "",
                "as_of": as_of,
            },
        )


@transaction.atomic
def decide_case(actor: Actor, case_id: uuid.UUID | str, *, business_id: str | None, now: datetime) -> LinkCase:
    """Accept one of the shown businesses for a case, or (None) say that it is none of them.

    The same decision again gives the case back. Raise NotPermitted, NotACandidate, or AlreadyDecided.
    """
    case = LinkCase.objects.select_for_update().get(pk=case_id)
    require(actor, Permission.REVIEW_BUSINESSES, case.organisation_id)
    wanted = LinkCase.State.ACCEPTED if business_id else LinkCase.State.REJECTED
    if case.state != LinkCase.State.WAITING:
        if case.state == wanted and str(case.business_id or "") == (business_id or ""):
            return case
        raise AlreadyDecided
    if business_id and business_id not in {candidate["business"] for candidate in case.candidates}:
        raise NotACandidate
    case.state = wanted
    case.business_id = uuid.UUID(business_id) if business_id else None
    case.decided_by, case.decided_at = actor.id, now
    case.save(update_fields=["state", "business", "decided_by", "decided_at"])
    audit.record(
        actor=actor,
        organisation_id=case.organisation_id,
        action=f"businesses.case-{wanted.value}",
        object_kind="link-case",
        object_id=str(case.pk),
        detail={"business": business_id or ""},
    )
    return case


def export_account(account_id: str) -> dict[str, Any]:
    """Return everything that this room holds about an account: its link, and for a sole proprietor the record."""
    link = AccountLink.objects.select_related("business").filter(pk=account_id).first()
    if link is None:
        return {}
    row = link.business
    data: dict[str, Any] = {"business": str(row.pk), "issuer": link.issuer, "linked_at": link.linked_at.isoformat()}
    if row.corporate_number is None:
        facts = Fact.objects.filter(business=row).values("attribute", "value", "source", "as_of")
        data["sole_proprietor"] = {
            "name": row.name,
            "address": row.street,
            "facts": [_jsonable(fact) for fact in facts],
        }
    return data


def _jsonable(fact: Mapping[str, Any]) -> dict[str, Any]:
    return {**fact, "as_of": fact["as_of"].isoformat() if fact["as_of"] else None}


@transaction.atomic
def erase_account(account_id: str, now: datetime) -> ErasedAccount:
    """Remove an account's link; a sole proprietor whom nobody else acts for goes with it (the feed says deleted).

    What the corporate register publishes about a corporation stays: it is no personal data of the account.
    """
    counter = feed.lock()
    link = AccountLink.objects.select_related("business").filter(pk=account_id).first()
    if link is None:
        return ErasedAccount(0, ())
    row = link.business
    link.delete()
    _note(SYSTEM, "", "businesses.erase-account", row, {})
    if row.corporate_number is not None:
        return ErasedAccount(1, ("法人番号公表サイトが公表する法人の情報",))
    if row.accounts.exists() or LinkCase.objects.filter(business=row).exists():
        return ErasedAccount(1, ("ほかの利用者または手続きが使っている事業者の記録",))
    feed.add(counter, business_id=row.pk, corporate_number=None, kind=ChangeKind.DELETED, now=now)
    row.delete()
    return ErasedAccount(2, ())
