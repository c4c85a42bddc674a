"""Candidates for a record from the database, by the keys of the linkage engine; every key is an index.

Old names and old places are found through `FormerState`. Withheld numbers are found by number only.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from django.db.models import Q

from madoguchi.apps.businesses.contracts import Attribute, Status
from madoguchi.apps.businesses.models import Business, Fact, FormerState
from madoguchi.apps.businesses.sealing import value_of
from madoguchi.engines.linkage import Entry, Key, KeyKind, Name, Place, Record, is_worth_weighing, keys_of_record

MAX_SAME_NAME = 200
MAX_IN_TOWN = 2_000
"""Names looked at by one key that is bound to a town; the densest block of Tokyo's register holds about as many."""


def entries_for(record: Record, *, wider: bool = False) -> list[Entry]:
    """Return the entries of the register that share a key with a record and are worth weighing.

    `wider` looks into every 丁目 of the record's 町, for a record whose 丁目 is wrong or missing.
    """
    keys = list(keys_of_record(record))
    numbers = {key.text for key in keys if key.kind is KeyKind.NUMBER}
    placed = [key for key in keys if key.town]
    for key in keys:
        if key.kind is KeyKind.CORE:
            numbers.update(_same_name(key.text, record.place.code))
    if placed:
        numbers.update(_in_area(placed, record) if wider else _in_town(placed, record))
    rows = list(Business.objects.filter(corporate_number__in=numbers).exclude(status=Status.DELETED))
    return _entries([row for row in rows if not row.withheld or row.corporate_number == record.number])


def _same_name(core: str, city_code: str) -> Iterable[str]:
    """Return who has or had this name; of very common names first those of the record's municipality."""
    own = Business.objects.filter(core=core).exclude(corporate_number=None)
    former = FormerState.objects.filter(core=core)
    found = list(own.values_list("corporate_number", flat=True)[:MAX_SAME_NAME])
    if len(found) == MAX_SAME_NAME and city_code:
        found += own.filter(city_code=city_code).values_list("corporate_number", flat=True)[:MAX_SAME_NAME]
    found += former.values_list("corporate_number", flat=True)[:MAX_SAME_NAME]
    return [number for number in found if number]


def _in_area(keys: Sequence[Key], record: Record) -> Iterable[str]:
    named = [key for key in keys if key.kind is not KeyKind.BLOCK]
    rows = Business.objects.filter(_any(map(_named_here, named)), city_code=record.place.code)
    found = rows.filter(town__startswith=record.place.area).exclude(corporate_number=None)
    names = found.values_list("corporate_number", "core", "kana")[:MAX_IN_TOWN]
    return {number for number, core, kana in names if number and is_worth_weighing(record, core, kana)}


def _in_town(keys: Sequence[Key], record: Record) -> Iterable[str]:
    """Return who is or was in the record's town under a name that may mean the record's."""
    block = [key for key in keys if key.kind is KeyKind.BLOCK]
    named = [key for key in keys if key.kind is not KeyKind.BLOCK]
    place = Q(city_code=keys[0].code, town=keys[0].town)
    rows = Business.objects.filter(place).exclude(corporate_number=None)
    found: list[tuple[str | None, str, str]] = []
    for condition in (_any(map(_named_here, named)), _any(map(_named_here, block))):  # a large block hides no name
        found += rows.filter(condition).values_list("corporate_number", "core", "kana")[:MAX_IN_TOWN]
    past = FormerState.objects.filter(
        place, _any(_named_before(key) for key in keys if key.kind is not KeyKind.READING)
    )
    found += ((number, core, "") for number, core in past.values_list("corporate_number", "core")[:MAX_IN_TOWN])
    return {number for number, core, kana in found if number and is_worth_weighing(record, core, kana)}


def _any(conditions: Iterable[Q]) -> Q:
    """Return what holds when one of the conditions holds; nothing when there is none."""
    return reduce(or_, conditions, Q(pk__in=()))


def _named_before(key: Key) -> Q:
    return Q(core__endswith=key.text) if key.kind is KeyKind.TAIL else _named_here(key)


def _named_here(key: Key) -> Q:
    match key.kind:
        case KeyKind.HEAD:
            return Q(core__startswith=key.text)
        case KeyKind.TAIL:
            return Q(core_reversed__startswith=key.text[::-1])
        case KeyKind.READING:
            return Q(kana=key.text)
        case _:
            return Q(blocks=key.text) | Q(blocks__startswith=key.text + "-")


def _entries(rows: Iterable[Business]) -> list[Entry]:
    kept = list(rows)
    numbers = [row.corporate_number for row in kept if row.corporate_number]
    formers: dict[str, list[FormerState]] = {}
    for former in FormerState.objects.filter(corporate_number__in=numbers):
        formers.setdefault(former.corporate_number, []).append(former)
    people = _representatives([row.pk for row in kept])
    return [_entry(row, formers.get(row.corporate_number or "", []), people.get(str(row.pk), "")) for row in kept]


def _representatives(ids: Iterable[object]) -> dict[str, str]:
    facts = Fact.objects.filter(business_id__in=list(ids), attribute=Attribute.REPRESENTATIVE, superseded_at=None)
    return {str(fact.business_id): str(value_of(fact)) for fact in facts.order_by("obtained_at")}


def _entry(row: Business, formers: Iterable[FormerState], representative: str) -> Entry:
    name = Name.of(row.name, comparable=not row.name_has_image)
    past = list(formers)
    return Entry(
        key=str(row.pk),
        number=row.corporate_number or "",
        name=name,
        place=Place(row.city_code, row.town, numbers_of(row.blocks), row.postal_code),
        kana=row.kana,
        representative=representative,
        former_names=tuple(Name.of(item.name) for item in past if item.core != name.core),
        former_places=tuple(Place(item.city_code, item.town, numbers_of(item.blocks)) for item in past if item.town),
        closed=row.status != Status.ACTIVE,
    )


def numbers_of(blocks: str) -> tuple[int, ...]:
    """Return block numbers from their stored form ("8-1")."""
    return tuple(int(part) for part in blocks.split("-") if part)
