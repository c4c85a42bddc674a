"""Telling people: an inbox, e-mail, Web Push, LINE and SMS; each message has exactly one effect."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Registers the room: its ways out, its part of a pack, its sealed rows with the vault, its export and erasure."""

    name = "madoguchi.apps.notifications"
    label = "notifications"

    def ready(self) -> None:
        from madoguchi.apps.notifications import pack, personal, rotating
        from madoguchi.apps.notifications.channels import all as channels
        from madoguchi.core import packs, personal_data, vault

        channels.register()
        packs.register(pack.LOADER)
        for store in rotating.STORES:
            vault.register(store)
        personal_data.register(self.label, export=personal.export, erase=personal.erase)
