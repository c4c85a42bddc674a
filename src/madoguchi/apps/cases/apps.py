"""Cases: an append-only list of actions, the state that follows from it, queues, clock, letters, status for everyone."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers the room: its sealed rows with the vault, its export and erasure, its check of its own records."""

    name = "madoguchi.apps.cases"
    label = "cases"

    def ready(self) -> None:
        from madoguchi.apps.cases import letters, personal, verifying, words
        from madoguchi.apps.cases.checks import likeness
        from madoguchi.apps.cases.services import reviewing
        from madoguchi.core import audit, personal_data, vault

        for store in (words.STORE, letters.STORE, likeness.STORE, reviewing.STORE):
            vault.register(store)
        personal_data.register(self.label, export=personal.export, erase=personal.erase)
        audit.register_check("cases.actions", verifying.verify)
