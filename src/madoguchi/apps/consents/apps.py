"""Consents: the one door through which personal facts leave, and the log that says who looked."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    """Registers the room and its part of a pack."""

    name = "madoguchi.apps.consents"
    label = "consents"

    def ready(self) -> None:
        from madoguchi.apps.consents import pack
        from madoguchi.core import packs

        packs.register(pack.LOADER)
