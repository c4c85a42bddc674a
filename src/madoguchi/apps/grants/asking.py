"""What the search form asks, read from an address: strange values fall away, none of them is an error."""

from collections.abc import Mapping

from madoguchi.apps.grants.contracts import CallState, Filters
from madoguchi.apps.grants.regions import PREFECTURES

MOST_EMPLOYEES = 1_000_000


def filters_of(asked: Mapping[str, str]) -> Filters:
    """Return the filters of a query string."""
    employees = asked.get("employees", "").strip()
    is_number = employees.isascii() and employees.isdecimal() and len(employees) < 8
    state, area = asked.get("state", ""), asked.get("area", "")
    return Filters(
        text=asked.get("q", "")[:100].replace("\0", ""),
        state=CallState(state) if state in set(CallState) else None,
        area=area if area in PREFECTURES else "",
        industry=asked.get("industry", "")[:100].replace("\0", ""),
        employees=int(employees) if is_number and int(employees) <= MOST_EMPLOYEES else None,
    )
