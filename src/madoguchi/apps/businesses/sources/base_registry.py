"""The port of the 法人ベース・レジストリ. Its interface is not published (checked 2026-11), so nothing here pretends to call it.

Whoever gets access writes one class with this method and names it in `site/wiring.py`; the rest of the room stays.
"""

from collections.abc import Mapping
from typing import Any, Protocol


class SourceNotAvailable(Exception):
    """A source that cannot be asked: what, why, what to do."""


class CorporateBaseRegistry(Protocol):
    """What this room would ask: the registered particulars (登記事項) of one corporation."""

    def particulars(self, corporate_number: str) -> Mapping[str, Any]:
        """Return the particulars by their official names. Raise SourceNotAvailable when it cannot be asked."""
        ...


class NotAvailable:
    """Says that the registry cannot be asked. It never answers with invented or empty particulars."""

    def particulars(self, corporate_number: str) -> Mapping[str, Any]:
        """Raise SourceNotAvailable, always."""
        raise SourceNotAvailable(
            f"The 法人ベース・レジストリ was not asked for {corporate_number}: it has no published interface. "
            "Use the corporate register or gBizINFO, or ask デジタル庁 for access and write an adapter."
        )
