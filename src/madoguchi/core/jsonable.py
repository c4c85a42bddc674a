"""Values of facts as JSON, the same in exports, in the API and in what is hashed. It knows types, never attributes."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from madoguchi.engines.eligibility import Band


def plain(value: Any) -> Any:
    """Return a value as JSON: days as ISO text, bands as {min, max}, sets as sorted lists."""
    if isinstance(value, Band):
        return {"min": value.low, "max": value.high}
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted(map(str, value))
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)
