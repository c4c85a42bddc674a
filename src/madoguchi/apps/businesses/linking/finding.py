"""Candidates for a record from the database, by the keys of the linkage engine; every key is an index.

Old names and old places are found through `FormerState`. Withheld numbers are found by number only.
"""

from collections.abc import Iterable

from django.db.models import Q

from madoguchi.apps.businesses.contracts import Attribute, Status
from madoguchi.apps.businesses.models import Business, Fact, FormerState
from madoguchi.engines.linkage import Entry, Key, KeyKind, Name, Place, Record, keys_of_record

MAX_PER_KEY = 60


def entries_for(record: Record) -> list[Entry]:
    """Return the entries of the register that share a key with a record."""
    numbers: dict[str, None] = {}
    for key in keys_of_record(record):
        numbers.update(dict.fromkeys(_numbers(key)))
    rows = list(Business.objects.filter(corporate_number__in=numbers).exclude(status=Status.DELETED))
    return _entries([row for row in rows if not row.withheld or row.corporate_number == record.number])


def _numbers(key: Key) -> Iterable[str]:
    rows = Business.objects.exclude(corporate_number=None)
    former = FormerState.objects.all()
    place = Q(city_code=key.code, town=key.town)
    match key.kind:
        case KeyKind.NUMBER:
            return [key.text]
        case KeyKind.CORE:
            chosen = [rows.filter(core=key.text), former.filter(core=key.text)]
        case KeyKind.HEAD:
            chosen = [rows.filter(place, core__startswith=key.text), former.filter(place, core__startswith=key.text)]
        case KeyKind.TAIL:
            chosen = [
                rows.filter(place, core_reversed__startswith=key.text[::-1]),
                former.filter(place, core__endswith=key.text),
            ]
    lists = [part.values_list("corporate_number", flat=True)[:MAX_PER_KEY] for part in chosen]
    return [number for part in lists for number in part if number]


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
    return {str(fact.business_id): str(fact.value) for fact in facts.order_by("obtained_at")}


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
