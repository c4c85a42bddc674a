"""Handles: what stands in an address instead of a person, for the desk's pages about one person.

A handle is sealed, so an address tells nothing; it opens for the member of staff who searched, and for half an hour.
"""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from madoguchi.core import vault

LIFE = timedelta(minutes=30)
"""Shorter than the vault keeps a key that was replaced (`rotation.GRACE`)."""


@dataclass(frozen=True, slots=True)
class Handle:
    """One person whom a search found, and for which organisation, agreement and case."""

    organisation_id: str
    agreement_id: str
    person_id: str
    case_reference: str
    made_at: datetime

    def is_live(self, now: datetime) -> bool:
        """Tell whether the half hour has not run out."""
        return now < self.made_at + LIFE


def sealed(handle: Handle, actor_id: str) -> str:
    """Return the handle as letters for an address; costs one small query."""
    parts = [handle.organisation_id, handle.agreement_id, handle.person_id, handle.case_reference]
    plain = json.dumps([*parts, handle.made_at.isoformat()], ensure_ascii=False).encode()
    return base64.urlsafe_b64encode(vault.seal(plain, context=_context(actor_id))).rstrip(b"=").decode()


def opened(text: str, actor_id: str) -> Handle | None:
    """Return the handle of an address; None when it is forged, altered, or somebody else's."""
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
        organisation, agreement, person, case, at = json.loads(vault.open_sealed(data, context=_context(actor_id)))
    except (binascii.Error, ValueError, vault.VaultError):
        return None
    return Handle(organisation, agreement, person, case, datetime.fromisoformat(at))


def _context(actor_id: str) -> str:
    return f"consents.desk-person:{actor_id}"
