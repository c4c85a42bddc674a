"""Words of actions: sealed, salted, vouched for by a digest in the action, and removable without touching the action.

An individual number (マイナンバー) that somebody writes into a text is cut out before anything is sealed.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping
from typing import Any

from madoguchi.apps.cases.models import Action, ActionWords
from madoguchi.apps.people import api as people
from madoguchi.core import sealed_rows
from madoguchi.core.jsonable import plain
from madoguchi.engines.merkle import canonical

_SALT = "salt"


def encode(words: Mapping[str, Any]) -> bytes:
    """Return words as canonical bytes with a fresh salt, so that their digest tells nothing about them."""
    return canonical({**plain(words), _SALT: secrets.token_hex(16)})


def digest(encoded: bytes) -> str:
    """Return the SHA-256 of encoded words as hex."""
    return hashlib.sha256(encoded).hexdigest()


def context_of(row: ActionWords) -> str:
    """Return what sealed words are bound to: their action."""
    return f"cases.action:{row.action_id}"


def keep(action: Action, encoded: bytes) -> None:
    """Seal encoded words beside a saved action."""
    row = ActionWords(action=action)
    sealed_rows.put(row, encoded, context=context_of(row))
    row.save(force_insert=True)


def raw_of(row: ActionWords) -> bytes:
    """Return the encoded words; raise `vault.VaultError` when they do not open."""
    return sealed_rows.plain_of(row, context=context_of(row))


def of(action: Action) -> dict[str, Any]:
    """Return the words of an action, empty when it has none or they were removed."""
    row = getattr(action, "words", None)
    if row is None:
        return {}
    words: dict[str, Any] = json.loads(raw_of(row))
    words.pop(_SALT)
    return words


def clean(text: str) -> str:
    """Return a text as it may be kept: trimmed, without individual numbers."""
    return people.without_individual_numbers(text.strip())


STORE = sealed_rows.store("cases.words", ActionWords.objects, context_of)
