"""Writes of clients: systems of organisations that may ask. Secrets are shown once and kept as hashes."""

import hashlib
import re
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction

from madoguchi.apps.consents.models import Client, DataAgreement
from madoguchi.core import audit
from madoguchi.core.permissions import SYSTEM, Actor, Permission, require

_KEY_MEMBERS = ("kty", "crv", "x", "y", "kid")


class ClientInvalid(Exception):
    """A client that cannot be made or changed; says what to do."""


def hash_of(secret: str) -> str:
    """Return the SHA-256 of a random secret as hex; 256 random bits need no slow hash."""
    return hashlib.sha256(secret.encode()).hexdigest()


@transaction.atomic
def create(
    client_id: str,
    *,
    organisation_id: str,
    name: str,
    purposes: Sequence[str],
    now: datetime,
    public_key: Mapping[str, Any] | None = None,
    calls_per_minute: int = 600,
    actor: Actor = SYSTEM,
) -> tuple[Client, str]:
    """Make a client for purposes of its organisation; return it and its secret (empty when it signs with a key)."""
    _may(actor, organisation_id)
    if not re.fullmatch(r"[a-z0-9][a-z0-9-]{2,39}", client_id) or Client.objects.filter(pk=client_id).exists():
        raise ClientInvalid("The id is taken or not of the form a-z, 0-9, - (3 to 40 letters). Choose another.")
    known = set(DataAgreement.objects.filter(organisation_id=organisation_id).values_list("purpose_id", flat=True))
    unknown = sorted(set(purposes) - known)
    if unknown or not purposes:
        raise ClientInvalid(
            f"{organisation_id} has no agreement for: {', '.join(unknown) or '(nothing)'}. It has: "
            f"{', '.join(sorted(known)) or 'none'}."
        )
    client = Client(
        id=client_id,
        organisation_id=organisation_id,
        name=name,
        purposes=sorted(set(purposes)),
        calls_per_minute=calls_per_minute,
        created_at=now,
    )
    secret = _arm(client, public_key)
    client.save(force_insert=True)
    _note(actor, client, "client.create")
    return client, secret


def _arm(client: Client, public_key: Mapping[str, Any] | None) -> str:
    """Give the client a key, or a fresh secret that is returned."""
    if public_key is not None:
        if public_key.get("kty") != "EC" or public_key.get("crv") != "P-256" or "d" in public_key:
            raise ClientInvalid("The key is not a public JWK of type EC, P-256. Export the public half.")
        client.method = Client.Method.KEY
        client.public_key = {name: public_key[name] for name in _KEY_MEMBERS if name in public_key}
        client.secret_hash = ""
        return ""
    secret = secrets.token_urlsafe(32)
    client.method = Client.Method.SECRET
    client.public_key = None
    client.secret_hash = hash_of(secret)
    return secret


@transaction.atomic
def rotate(client_id: str, *, public_key: Mapping[str, Any] | None = None, actor: Actor = SYSTEM) -> str:
    """Replace the secret or key at once and end all tokens; return the new secret (empty with a key)."""
    client = _locked(client_id, actor)
    secret = _arm(client, public_key)
    client.save(update_fields=["method", "public_key", "secret_hash"])
    client.tokens.all().delete()
    _note(actor, client, "client.rotate")
    return secret


@transaction.atomic
def disable(client_id: str, *, now: datetime, actor: Actor = SYSTEM) -> None:
    """End a client and its tokens; its log entries stay."""
    client = _locked(client_id, actor)
    if client.disabled_at is None:
        client.disabled_at = now
        client.save(update_fields=["disabled_at"])
        _note(actor, client, "client.disable")
    client.tokens.all().delete()


def _locked(client_id: str, actor: Actor) -> Client:
    client = Client.objects.select_for_update().filter(pk=client_id).first()
    if client is None:
        raise ClientInvalid(f"There is no client {client_id!r}. List them with `madoguchi clients list`.")
    _may(actor, client.organisation_id)
    return client


def _may(actor: Actor, organisation_id: str) -> None:
    if actor is not SYSTEM:
        require(actor, Permission.MANAGE_CLIENTS, organisation_id)


def _note(actor: Actor, client: Client, action: str) -> None:
    audit.record(
        actor=actor,
        organisation_id=client.organisation_id,
        action=action,
        object_kind="client",
        object_id=client.pk,
        detail={"method": client.method, "purposes": client.purposes},
    )
