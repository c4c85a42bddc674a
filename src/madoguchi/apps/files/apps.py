"""Uploaded files: type by content, limits, quarantine until scanned, sealed at rest, kept and deleted by rule."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Registers the room: its sealed rows with the vault, its export and erasure."""

    name = "madoguchi.apps.files"
    label = "files"

    def ready(self) -> None:
        from madoguchi.apps.files import personal, rotating
        from madoguchi.core import personal_data, vault

        for store in rotating.STORES:
            vault.register(store)
        personal_data.register(self.label, export=personal.export, erase=personal.erase)
