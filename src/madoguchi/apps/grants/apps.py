"""Subsidies for businesses: calls for applications, imported from jGrants or from the pack."""

from django.apps import AppConfig


class GrantsConfig(AppConfig):
    """Registers the room's part of a pack. The room keeps nothing about persons."""

    name = "madoguchi.apps.grants"
    label = "grants"

    def ready(self) -> None:
        from madoguchi.apps.grants import pack
        from madoguchi.core import packs

        packs.register(pack.LOADER)
