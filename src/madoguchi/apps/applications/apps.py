"""Applying once: drafts, conversations over one or several procedures, prefilled facts, submission, receipts."""

from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    """Registers the room."""

    name = "madoguchi.apps.applications"
    label = "applications"
