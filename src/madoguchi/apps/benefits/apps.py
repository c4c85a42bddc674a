"""Benefits paid to many: eligible people, invitations, payment runs, bank transfer files, results, objections."""

from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    """Registers the room: its part of a pack, its sealed rows with the vault, its export and erasure."""

    name = "madoguchi.apps.benefits"
    label = "benefits"

    def ready(self) -> None:
        from madoguchi.apps.benefits import pack, personal, rotating
        from madoguchi.core import packs, personal_data, vault

        packs.register(pack.LOADER)
        for store in rotating.STORES:
            vault.register(store)
        personal_data.register(self.label, export=personal.export, erase=personal.erase)
