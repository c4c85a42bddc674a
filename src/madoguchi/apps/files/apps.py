"""Uploaded files: type by content, limits, quarantine until scanned, sealed at rest, kept and deleted by rule."""

from django.apps import AppConfig


class FilesConfig(AppConfig):
    """Registers the room."""

    name = "madoguchi.apps.files"
    label = "files"
