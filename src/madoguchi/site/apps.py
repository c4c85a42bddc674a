"""The front of the house: settings, URLs, wiring, design system and pages that belong to no single room."""

from django.apps import AppConfig


class SiteConfig(AppConfig):
    """Registers the front; wires events to handlers and adds the easy-Japanese language when Django starts."""

    name = "madoguchi.site"
    label = "site"

    def ready(self) -> None:
        from madoguchi.site import languages, wiring

        languages.register()
        wiring.connect()
