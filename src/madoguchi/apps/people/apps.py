"""People, their households and the facts that are known about them, each with source, date and mark."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """Registers the room: its sealed rows with the vault, its export and erasure."""

    name = "madoguchi.apps.people"
    label = "people"

    def ready(self) -> None:
        from madoguchi.apps.people import personal, rotating
        from madoguchi.core import personal_data, vault

        for store in rotating.STORES:
            vault.register(store)
        personal_data.register(self.label, export=personal.export, erase=personal.erase)
