"""The pack's list of towns and the metropolis it belongs to, read once per process and again after a new pack."""

from dataclasses import dataclass
from functools import lru_cache

from madoguchi.apps.businesses.models import Town
from madoguchi.core.models import Organisation
from madoguchi.engines.addresses import Municipality, TownBook
from madoguchi.engines.addresses import Town as EngineTown

_PREFECTURE_DIGITS = 2
_CODE_DIGITS = 5


@dataclass(frozen=True, slots=True)
class Home:
    """The prefecture of the metropolis: two-digit code and name; empty before a pack is loaded."""

    code: str
    name: str


def home() -> Home:
    """Return the prefecture that this platform serves."""
    row = Organisation.objects.filter(kind=Organisation.Kind.METROPOLIS).exclude(code="").first()
    return Home(row.code[:_PREFECTURE_DIGITS], row.name_ja) if row else Home("", "")


@lru_cache(maxsize=1)
def _book(size: int, newest: int) -> TownBook:
    towns = Town.objects.values_list("city_code", "name")
    rows = Organisation.objects.filter(kind=Organisation.Kind.MUNICIPALITY).exclude(code="")
    municipalities = [Municipality(row.code[:_CODE_DIGITS], row.name_ja) for row in rows]
    return TownBook((EngineTown(code, name) for code, name in towns), municipalities)


def book() -> TownBook:
    """Return the list of towns, ready to read addresses."""
    newest = Town.objects.order_by("-pk").values_list("pk", flat=True).first()
    return _book(Town.objects.count(), newest or 0)


def forget() -> None:
    """Read the list again at the next use."""
    _book.cache_clear()
