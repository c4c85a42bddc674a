"""The base registry of businesses: who exists, what they are called, where they are, what changed."""

from django.apps import AppConfig


class BusinessesConfig(AppConfig):
    """Registers the room: its part of a pack, its sealed rows with the vault."""

    name = "madoguchi.apps.businesses"
    label = "businesses"

    def ready(self) -> None:
        from madoguchi.apps.businesses import pack, sealing
        from madoguchi.core import packs, vault

        packs.register(pack.LOADER)
        for store in sealing.STORES:
            vault.register(store)
