"""Signatures after Standard Webhooks 1.0: HMAC-SHA256 over `id.timestamp.body`, headers webhook-id, -timestamp, -signature.

While a secret is being changed, a call carries a signature of each secret.
"""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from madoguchi.apps.opendata.models import Hook
from madoguchi.core import sealed_rows

PREFIX = "whsec_"
SECRET_BYTES = 32
BOTH_FOR = timedelta(days=1)
"""So long an old secret still signs beside the new one."""


@dataclass(frozen=True, slots=True)
class Secrets:
    """The secrets of a hook; `previous` signs too until `previous_until`."""

    current: str
    previous: str = ""
    previous_until: datetime | None = None

    def at(self, now: datetime) -> tuple[str, ...]:
        """Return what signs now, the newest first."""
        both = self.previous and self.previous_until is not None and now < self.previous_until
        return (self.current, self.previous) if both else (self.current,)

    def rotated(self, *, now: datetime) -> "Secrets":
        """Return a fresh secret with the present one beside it for a day."""
        return Secrets(fresh(), self.current, now + BOTH_FOR)


def fresh() -> str:
    """Return a new secret in the form that libraries of Standard Webhooks read."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def context_of(row: Hook) -> str:
    """Return what a hook's sealed secrets are bound to."""
    return f"opendata.hook:{row.pk}"


def put(row: Hook, held: Secrets) -> None:
    """Seal secrets into a hook that the caller saves."""
    until = held.previous_until.isoformat() if held.previous_until else ""
    plain = json.dumps({"current": held.current, "previous": held.previous, "until": until})
    sealed_rows.put(row, plain.encode(), context=context_of(row))


def secrets_of(row: Hook) -> Secrets:
    """Return the secrets of a hook; raise `vault.VaultError`."""
    held = json.loads(sealed_rows.plain_of(row, context=context_of(row)))
    until = datetime.fromisoformat(held["until"]) if held["until"] else None
    return Secrets(held["current"], held["previous"], until)


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """Return one signature, `v1,` and base64."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{timestamp}.".encode() + body
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def headers(held: Sequence[str], message_id: str, body: bytes, *, now: datetime) -> Mapping[str, str]:
    """Return the headers of a signed call."""
    timestamp = int(now.timestamp())
    return {
        "content-type": "application/json",
        "user-agent": "Madoguchi-Webhooks/1",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signature(secret, message_id, timestamp, body) for secret in held),
    }
