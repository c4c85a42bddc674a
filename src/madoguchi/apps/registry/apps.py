"""The registry: every programme of the metropolis with its condition, versions, search and open data."""

from django.apps import AppConfig


class RegistryConfig(AppConfig):
    """Registers the room and its part of a pack."""

    name = "madoguchi.apps.registry"
    label = "registry"

    def ready(self) -> None:
        from madoguchi.apps.registry import pack
        from madoguchi.core import packs

        packs.register(pack.LOADER)
