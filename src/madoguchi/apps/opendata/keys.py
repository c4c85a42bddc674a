"""Keys of apps: made by anybody in a moment, shown once, kept as a hash, ended by their own secret or after 90 days of rest.

A key opens nothing secret: it raises the number of calls and carries webhooks. It knows no person.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from madoguchi.apps.opendata.contracts import Invalid, NewKey
from madoguchi.apps.opendata.models import ApiKey
from madoguchi.core import audit, sealed_rows
from madoguchi.core.permissions import SYSTEM

PREFIX = "mdg_"
LIFE = timedelta(days=90)
A_DAY = timedelta(days=1)
MOST_PER_DAY = 10
"""Keys that one network may make in a day."""
NAME_LETTERS = 80


class TooManyKeys(Exception):
    """The network has made as many keys today as it may."""


def hash_of(secret: str) -> str:
    """Return the SHA-256 of a random secret as hex; 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


def context_of(row: ApiKey) -> str:
    """Return what a key's sealed e-mail address is bound to."""
    return f"opendata.key:{row.pk}"


@transaction.atomic
def create(name: str, email: str, *, network: str, now: datetime) -> NewKey:
    """Make a key for an app; raise Invalid or TooManyKeys. `network` is the keyed hash of the caller's network."""
    name, email = " ".join(name.split()), email.strip()
    if not name or len(name) > NAME_LETTERS:
        raise Invalid(f"Give the app a name of at most {NAME_LETTERS} letters.", field="name")
    if email:
        _check(email)
    if ApiKey.objects.filter(network=network, created_at__gt=now - A_DAY).count() >= MOST_PER_DAY:
        raise TooManyKeys(
            f"From your network {MOST_PER_DAY} keys were made in a day. Use one of them, or come tomorrow."
        )
    secret = PREFIX + secrets.token_urlsafe(32)
    row = ApiKey(name=name, secret_hash=hash_of(secret), network=network, created_at=now, used_at=now)
    if email:
        sealed_rows.put(row, email.encode(), context=context_of(row))
    row.save(force_insert=True)
    _note(row, "opendata.key.create")
    return NewKey(str(row.pk), row.name, secret)


def _check(email: str) -> None:
    try:
        validate_email(email)
    except ValidationError:
        raise Invalid("This is no e-mail address. Correct it, or leave it empty.", field="email") from None


def holder_of(secret: str, *, now: datetime) -> ApiKey | None:
    """Return the key of a secret, None for an unknown or expired one. Notes the use, at most once a day."""
    row = ApiKey.objects.filter(secret_hash=hash_of(secret), used_at__gt=now - LIFE).first()
    if row is not None:
        touch(row, now=now)
    return row


def touch(row: ApiKey, *, now: datetime) -> None:
    """Note that a key is in use, at most once a day."""
    if row.used_at <= now - A_DAY:
        ApiKey.objects.filter(pk=row.pk).update(used_at=now)
        row.used_at = now


@transaction.atomic
def revoke(row: ApiKey) -> None:
    """End a key: it, its e-mail address and its hooks are deleted; the audit trail says that it was."""
    locked = ApiKey.objects.select_for_update().filter(pk=row.pk).first()
    if locked is not None:
        _note(locked, "opendata.key.revoke")
        locked.delete()


def forget(*, now: datetime | None = None) -> int:
    """Delete keys that nobody used for 90 days and forget yesterday's networks; return how many keys were deleted."""
    at = now or timezone.now()
    ApiKey.objects.filter(created_at__lt=at - A_DAY).exclude(network="").update(network="")
    done = 0
    for row in ApiKey.objects.filter(used_at__lte=at - LIFE):
        with transaction.atomic():
            locked = ApiKey.objects.select_for_update().filter(pk=row.pk, used_at__lte=at - LIFE).first()
            if locked is not None:
                _note(locked, "opendata.key.expire")
                locked.delete()
                done += 1
    return done


def _note(row: ApiKey, action: str) -> None:
    audit.record(actor=SYSTEM, organisation_id="", action=action, object_kind="api_key", object_id=str(row.pk))
