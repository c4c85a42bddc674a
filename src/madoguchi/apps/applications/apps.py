"""Applying once: drafts, conversations over one or several procedures, prefilled facts, submission, receipts."""

from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    """Registers the room: its sealed drafts with the vault, its export and erasure."""

    name = "madoguchi.apps.applications"
    label = "applications"

    def ready(self) -> None:
        from madoguchi.apps.applications import personal
        from madoguchi.apps.applications.content import context_of
        from madoguchi.apps.applications.models import Draft
        from madoguchi.core import personal_data, sealed_rows, vault

        vault.register(sealed_rows.store("applications.draft", Draft.objects, context_of))
        personal_data.register(self.label, export=personal.export, erase=personal.erase)
