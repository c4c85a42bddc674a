"""Cases: an append-only list of actions, the state that follows from it, queues, clock, letters, status for everyone."""

from django.apps import AppConfig


class CasesConfig(AppConfig):
    """Registers the room."""

    name = "madoguchi.apps.cases"
    label = "cases"
