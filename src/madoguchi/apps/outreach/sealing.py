"""What the sealed column of this room says, and what it is bound to."""

import json

from madoguchi.apps.outreach.models import Rating
from madoguchi.core import sealed_rows


def rating_context(row: Rating) -> str:
    """Return what the words of a rating are bound to."""
    return f"outreach.rating:{row.message_id}"


def word_of(row: Rating) -> str:
    """Return what the reader wrote, empty when she wrote nothing; raise `vault.VaultError` when it does not open."""
    if row.sealed is None:
        return ""
    return str(json.loads(sealed_rows.plain_of(row, context=rating_context(row))))


STORE = sealed_rows.store("outreach.rating", Rating.objects, rating_context)
