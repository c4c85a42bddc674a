"""How the room's sealed rows take part in a rotation of keys. A fingerprint is of a key as well, so it is made anew."""

from django.db import transaction

from madoguchi.apps.notifications import sealing
from madoguchi.apps.notifications.models import Address, Message
from madoguchi.core import sealed_rows, vault


@transaction.atomic
def _reseal_addresses(most: int) -> int:
    sealer = vault.sealer()
    rows = Address.objects.select_for_update(of=("self",)).exclude(key=None).exclude(key_id=sealer.key.id)
    found = list(rows.order_by("pk")[:most])
    for row in found:
        sealing.put_address(row, sealing.address_of(row), sealer)
    Address.objects.bulk_update(found, ["sealed", "key", "fingerprint"])
    return len(found)


_ADDRESSES = sealed_rows.store("notifications.address", Address.objects, sealing.address_context)
STORES = (
    sealed_rows.store("notifications.message", Message.objects, sealing.message_context),
    vault.Store(_ADDRESSES.name, _ADDRESSES.counts, _reseal_addresses),
)
