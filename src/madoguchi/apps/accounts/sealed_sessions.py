"""Sessions in the database from which nobody can read or continue one: the setting SESSION_ENGINE names this module.

The table holds a hash of the session key, and the content encrypted under a key that is derived from the session key
itself. Only the browser holds that key, so a stolen table opens nothing and needs no rotation. For WSGI: the asynchronous
ways of Django's store are not used and are refused.
"""

import base64
import hashlib
import os
from typing import Any, NoReturn

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore
from django.contrib.sessions.models import Session
from django.utils import timezone

HASH_LETTERS = 40
_NONCE_BYTES = 12


def stored_key(session_key: str) -> str:
    """Return what stands in the table for a session key: 160 bits of its SHA-256, as hex."""
    return hashlib.sha256(session_key.encode()).hexdigest()[:HASH_LETTERS]


def remove(stored: str) -> None:
    """End the session that stands in the table under this hash."""
    Session.objects.filter(session_key=stored).delete()


class SessionStore(DatabaseStore):
    """Django's database store with hashed keys and encrypted content."""

    def _get_session_from_db(self) -> Session | None:
        found = Session.objects.filter(
            session_key=stored_key(self.session_key or ""), expire_date__gt=timezone.now()
        ).first()
        if found is None:
            self._session_key = None
        return found

    def exists(self, session_key: str) -> bool:
        """Tell whether a session of this key is in the table."""
        return Session.objects.filter(session_key=stored_key(session_key)).exists()

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        """Return the row of this session with these contents."""
        key = self._own_key()
        return Session(session_key=stored_key(key), session_data=self.encode(data), expire_date=self.get_expiry_date())

    def delete(self, session_key: str | None = None) -> None:
        """Remove a session, this one without an argument."""
        key = session_key or self.session_key
        if key is not None:
            remove(stored_key(key))

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Return contents signed as Django does it, then encrypted for this session's key."""
        nonce = os.urandom(_NONCE_BYTES)
        sealed = self._cipher().encrypt(nonce, super().encode(session_dict).encode(), None)
        return base64.b64encode(nonce + sealed).decode()

    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        """Return contents; empty when they were not written for this session's key."""
        try:
            given = base64.b64decode(session_data, validate=True)
            plain = self._cipher().decrypt(given[:_NONCE_BYTES], given[_NONCE_BYTES:], None)
        except (ValueError, InvalidTag):
            return {}
        found: dict[str, Any] = super().decode(plain.decode())
        return found

    def _cipher(self) -> AESGCM:
        return AESGCM(HKDF(SHA256(), 32, salt=None, info=b"madoguchi session").derive(self._own_key().encode()))

    def _own_key(self) -> str:
        return str(self._get_or_create_session_key())  # type: ignore[attr-defined] # missing in the stubs

    async def _aget_session_from_db(self) -> NoReturn:
        raise NotImplementedError("Sessions are read over WSGI only. Use the synchronous way.")

    async def acreate_model_instance(self, data: dict[str, Any]) -> NoReturn:
        """Refuse: this store writes over WSGI only."""
        raise NotImplementedError("Sessions are written over WSGI only. Use the synchronous way.")
