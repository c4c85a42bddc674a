"""How the room's sealed rows take part in a rotation of keys. Parts of files are large, so few are taken at once."""

from madoguchi.apps.benefits import sealing
from madoguchi.apps.benefits.models import FilePart, Payment, Recipient, Run
from madoguchi.core import sealed_rows, vault

MOST_PARTS = 8


def _parts() -> vault.Store:
    store = sealed_rows.store("benefits.file", FilePart.objects, sealing.part_context)
    return vault.Store(store.name, store.counts, lambda most: store.reseal(min(most, MOST_PARTS)))


STORES = (
    sealed_rows.store("benefits.recipient", Recipient.objects, sealing.recipient_context),
    sealed_rows.store("benefits.run", Run.objects, sealing.run_context),
    sealed_rows.store(
        "benefits.payment", Payment.objects, lambda row: sealing.payment_context(row.run_id, row.recipient_id)
    ),
    _parts(),
)
