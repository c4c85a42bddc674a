"""How the room's sealed rows take part in a rotation of keys.

Fingerprints of name and birth date are made anew from the facts, since no hash can be turned into another.
"""

from django.db import transaction
from django.db.models import Count

from madoguchi.apps.people import index
from madoguchi.apps.people.models import Fact, PersonIndex
from madoguchi.apps.people.sealing import context_of
from madoguchi.core import sealed_rows, vault


def _counts() -> dict[int, int]:
    return dict(PersonIndex.objects.order_by().values_list("key_id").annotate(Count("key_id")))


@transaction.atomic
def _reindex(most: int) -> int:
    active = vault.sealer().key.id
    waiting = PersonIndex.objects.select_for_update().exclude(key_id=active).order_by("pk")
    rows = list(waiting[:most])
    for row in rows:
        index.refresh(str(row.person_id))
    return len(rows)


STORES = (
    sealed_rows.store("people.fact", Fact.objects, context_of),
    vault.Store("people.index", _counts, _reindex),
)
