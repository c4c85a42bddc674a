"""Words that people and staff write about a person: sealed into their row.

A row keeps all its words in one sealed value that is bound to the row. It knows the form of a row with words, never what
the words say; an individual number is cut out before anything is sealed.
"""

import json
from collections.abc import Mapping
from typing import Protocol

from madoguchi.core import sealed_rows, vault


class Worded(Protocol):
    """What sealing needs of a row."""

    sealed: bytes | memoryview
    key_id: int

    @property
    def words_context(self) -> str:
        """Return what the sealed words are bound to."""


def put(row: Worded, words: Mapping[str, str]) -> None:
    """Seal words into a row that is saved afterwards; individual numbers (マイナンバー) in them are cut out."""
    from madoguchi.apps.people import api as people

    kept = {name: people.without_individual_numbers(text) for name, text in words.items()}
    plain = json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()
    sealed_rows.put(row, plain, context=row.words_context)


def words_of(row: Worded) -> dict[str, str]:
    """Return the words of a row; raise `vault.VaultError` when they do not open."""
    words: dict[str, str] = json.loads(sealed_rows.plain_of(row, context=row.words_context))
    return words


def entry_context(entry_id: str) -> str:
    """Return what case number and reason of an entry of the access log are bound to."""
    return f"consents.access:{entry_id}"


def entry_words(sealed: bytes | memoryview | None, entry_id: str) -> bytes | None:
    """Return the words of an entry as the bytes that its audit row vouches for, None where none were given.

    Raise `vault.VaultError` when they do not open.
    """
    return vault.open_sealed(bytes(sealed), context=entry_context(entry_id)) if sealed is not None else None
