"""Subsidies for businesses: calls for applications, imported from jGrants or from the pack."""

from django.apps import AppConfig


class GrantsConfig(AppConfig):
    """Registers the room."""

    name = "madoguchi.apps.grants"
    label = "grants"
