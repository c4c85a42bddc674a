"""Reaching people first: matching whole populations and previewing messages."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    """Registers the room."""

    name = "madoguchi.apps.outreach"
    label = "outreach"
