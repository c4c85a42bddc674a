"""The floor: organisations, permissions, audit trail, events, jobs, errors, packs."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Registers the floor and its own part of a pack."""

    name = "madoguchi.core"
    label = "core"

    def ready(self) -> None:
        from madoguchi.core import closing_days, events, organisations, packs, vault

        packs.register(organisations.LOADER)
        packs.register(closing_days.LOADER)
        vault.register(events.STORE)
