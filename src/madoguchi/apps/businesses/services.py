"""Writes of the business registry besides loading: sign-in of a business, facts and places, decisions of reviewers.

Each one locks, changes, records and publishes in one transaction. Done again it changes nothing more.
"""

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from madoguchi.apps.accounts.contracts import BusinessSignedIn
from madoguchi.apps.businesses import feed, sealing
from madoguchi.apps.businesses.contracts import Attribute, ChangeKind, ErasedAccount, Method, NotLinked, Status
from madoguchi.apps.businesses.models import (
    AccountLink,
    Business,
    Establishment,
    Fact,
    FeedCounter,
    LinkCase,
    UnlinkedAccount,
)
from madoguchi.apps.businesses.townlist import book, home
from madoguchi.core import audit
from madoguchi.core.permissions import SYSTEM, Actor, Permission, require
from madoguchi.engines.addresses import Level
from madoguchi.engines.identifiers import IdentifierError, corporate_number

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
    later sign-in, leaves one link; a sign-in with another checked number moves or ends it. Why an account acts for no
    business is kept, so that its page can say so.
    """
    counter = feed.lock()
    link = AccountLink.objects.select_related("business__proprietor").filter(pk=event.account_id).first()
    if str(event.claims.get("account_type", "")) in ("", ENTRY_ACCOUNT):
        _not_linked(event, link, NotLinked.ENTRY_ACCOUNT)
    elif str(event.claims.get("corp_type", "")) == _SOLE_PROPRIETOR:
        known = link.business if link and link.business.corporate_number is None else None
        _link(event, link, _sole_proprietor(event, known, counter), counter)
    else:
        _link_corporation(event, link, counter)


def _link_corporation(event: BusinessSignedIn, link: AccountLink | None, counter: FeedCounter) -> None:
    try:
        number = corporate_number(str(event.claims.get("corporate_number", "")))
    except IdentifierError:
        _not_linked(event, link, NotLinked.NO_NUMBER)
        return
    business = Business.objects.filter(corporate_number=number).exclude(status=Status.DELETED).first()
    if business is not None:
        _link(event, link, business, counter)
        return
    if link is not None and link.business.corporate_number not in (None, number):
        link.delete()
        _note(SYSTEM, "", "businesses.unlink-account", link.business, {"account": event.account_id})
        link = None
    _not_linked(event, link, NotLinked.UNKNOWN_NUMBER, number)


def _link(event: BusinessSignedIn, link: AccountLink | None, business: Business, counter: FeedCounter) -> None:
    UnlinkedAccount.objects.filter(pk=event.account_id).delete()
    if link is not None and link.business_id == business.pk:
        return
    AccountLink.objects.update_or_create(
        account_id=event.account_id,
        defaults={"business": business, "issuer": event.issuer[:200], "verified": True, "linked_at": _moment(event.at)},
    )
    _note(SYSTEM, "", "businesses.link-account", business, {"account": event.account_id})
    if link is not None and _is_left_alone(link.business):
        _remove_proprietor(link.business, counter, _moment(event.at))


def _not_linked(event: BusinessSignedIn, link: AccountLink | None, reason: NotLinked, number: str = "") -> None:
    """Keep why an account acts for no business; one that is linked stays as it is."""
    if link is None:
        UnlinkedAccount.objects.update_or_create(
            account_id=event.account_id,
            defaults={"reason": reason, "corporate_number": number, "at": _moment(event.at)},
        )


def _sole_proprietor(event: BusinessSignedIn, known: Business | None, counter: FeedCounter) -> Business:
    """Return the sole proprietor of this account, made or brought up to date from the claims."""
    row = known or Business(id=uuid.uuid4(), source=GBIZID)
    record, city_code = _proprietor_record(event.claims)
    if known is not None and (sealing.proprietor_of(known), known.city_code) == (record, city_code):
        return known
    row.city_code, row.as_of = city_code, _moment(event.at).date()
    kind = ChangeKind.UPDATED if known else ChangeKind.CREATED
    row.sequence = feed.add(counter, business_id=row.pk, corporate_number=None, kind=kind, now=_moment(event.at))
    row.save()
    sealing.put_proprietor(row, record)
    return row


def _proprietor_record(claims: Mapping[str, Any]) -> tuple[sealing.ProprietorRecord, str]:
    """Return what the claims say, and the municipality's code; empty for an address outside the metropolis."""
    prefecture = str(claims.get("prefecture_name") or "")[:10]
    street = f"{claims.get('address1') or ''}{claims.get('address2') or ''}"[:600]
    at_home = prefecture in ("", home().name)
    address = book().read_whole(street if at_home else "", prefecture=home().name)
    record = sealing.ProprietorRecord(
        name=str(claims.get("name") or "")[:300],
        prefecture="" if prefecture and street.startswith(prefecture) else prefecture,
        street=street,
        town=address.town if address.level is Level.TOWN else "",
    )
    return record, address.code


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
    """Keep what a source says; return how many values are new. An older statement never replaces a newer one.

    Values of a sole proprietor are sealed.
    """
    business = Business.objects.select_for_update().get(pk=business_id)
    current = {
        fact.attribute: fact for fact in Fact.objects.filter(business=business, source=source, superseded_at=None)
    }
    new = 0
    for attribute, value in facts.items():
        held = current.get(attribute)
        if held is not None and (sealing.value_of(held) == value or (as_of and held.as_of and as_of < held.as_of)):
            continue
        if held is not None:
            held.superseded_at = now
            held.save(update_fields=["superseded_at"])
        fact = Fact(
            business=business, attribute=attribute.value, source=source, method=method, as_of=as_of, obtained_at=now
        )
        sealing.put_value(fact, value, sealed=business.corporate_number is None)
        fact.save(force_insert=True)
        new += 1
    if new:
        _note(SYSTEM, "", "businesses.facts", business, {"source": source, "new": new})
    return new


@transaction.atomic
def put_establishments(
    business_id: uuid.UUID | str, places: Sequence[Mapping[str, str]], *, source: str, as_of: date | None
) -> None:
    """Make a corporation's places of business of one source exactly these (record, name, kana, address).

    Raise ValueError for a sole proprietor: a place of business there is a person's address, and no source tells any.
    """
    business = Business.objects.select_for_update().get(pk=business_id)
    if business.corporate_number is None:
        raise ValueError("Places of business are kept for corporations only. Leave them out for sole proprietors.")
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
    link = AccountLink.objects.select_related("business__proprietor").filter(pk=account_id).first()
    if link is None:
        return _export_unlinked(account_id)
    row = link.business
    data: dict[str, Any] = {"business": str(row.pk), "issuer": link.issuer, "linked_at": link.linked_at.isoformat()}
    if row.corporate_number is None:
        record = sealing.proprietor_of(row)
        data["sole_proprietor"] = {
            "name": record.name,
            "kana": record.kana,
            "address": f"{record.prefecture}{record.street}",
            "postal_code": record.postal_code,
            "facts": [_exported(fact) for fact in Fact.objects.filter(business=row)],
        }
    return data


def _export_unlinked(account_id: str) -> dict[str, Any]:
    row = UnlinkedAccount.objects.filter(pk=account_id).first()
    if row is None:
        return {}
    return {"not_linked": row.reason, "corporate_number": row.corporate_number, "at": row.at.isoformat()}


def _exported(fact: Fact) -> dict[str, Any]:
    return {
        "attribute": fact.attribute,
        "value": sealing.value_of(fact),
        "source": fact.source,
        "as_of": fact.as_of.isoformat() if fact.as_of else None,
    }


@transaction.atomic
def erase_account(account_id: str, now: datetime) -> ErasedAccount:
    """Remove an account's link; a sole proprietor whom nobody else acts for goes with it (the feed says deleted).

    What the corporate register publishes about a corporation stays: it is no personal data of the account.
    """
    counter = feed.lock()
    told, _ = UnlinkedAccount.objects.filter(pk=account_id).delete()
    link = AccountLink.objects.select_related("business").filter(pk=account_id).first()
    if link is None:
        return ErasedAccount(told, ())
    row = link.business
    link.delete()
    _note(SYSTEM, "", "businesses.erase-account", row, {})
    if row.corporate_number is not None:
        return ErasedAccount(1, ("法人番号公表サイトが公表する法人の情報",))
    if not _is_left_alone(row):
        return ErasedAccount(1, ("ほかの利用者または手続きが使っている事業者の記録",))
    _remove_proprietor(row, counter, now)
    return ErasedAccount(2, ())


def _is_left_alone(row: Business) -> bool:
    """Tell whether a business is a sole proprietor for whom no account acts any more and no case stands."""
    used = row.accounts.exists() or LinkCase.objects.filter(business=row).exists()
    return row.corporate_number is None and not used


def _remove_proprietor(row: Business, counter: FeedCounter, now: datetime) -> None:
    feed.add(counter, business_id=row.pk, corporate_number=None, kind=ChangeKind.DELETED, now=now)
    row.delete()
