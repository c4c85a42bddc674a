"""Telling people: an inbox, e-mail, Web Push, LINE and SMS; each message has exactly one effect."""

from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    """Registers the room."""

    name = "madoguchi.apps.notifications"
    label = "notifications"
