"""Consents: the one door through which personal facts leave, and the log that says who looked."""

from django.apps import AppConfig


class ConsentsConfig(AppConfig):
    """Registers the room: its part of a pack, its sealed rows with the vault, its export and erasure."""

    name = "madoguchi.apps.consents"
    label = "consents"

    def ready(self) -> None:
        from madoguchi.apps.consents import models, pack, personal, sealing
        from madoguchi.core import packs, personal_data, sealed_rows, vault

        packs.register(pack.LOADER)
        personal_data.register(self.label, export=personal.export, erase=personal.erase)
        for model in (models.AccessQuestion, models.BreakGlass, models.PreviewRequest):
            name = f"consents.{model._meta.model_name}"
            vault.register(sealed_rows.store(name, model._default_manager, lambda row: str(row.words_context)))
        entries = models.AccessEntry._default_manager
        vault.register(sealed_rows.store("consents.access", entries, lambda row: sealing.entry_context(row.pk)))
