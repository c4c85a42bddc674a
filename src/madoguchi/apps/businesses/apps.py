"""The base registry of businesses: who exists, what they are called, where they are, what changed."""

from django.apps import AppConfig


class BusinessesConfig(AppConfig):
    """Registers the room and its part of a pack."""

    name = "madoguchi.apps.businesses"
    label = "businesses"

    def ready(self) -> None:
        from madoguchi.apps.businesses import pack
        from madoguchi.core import packs

        packs.register(pack.LOADER)
