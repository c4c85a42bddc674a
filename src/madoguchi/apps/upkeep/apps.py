"""Keeping the registry true: what is stale, contradicts or is missing, and changes proposed from pages."""

from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    """Registers the room."""

    name = "madoguchi.apps.upkeep"
    label = "upkeep"
