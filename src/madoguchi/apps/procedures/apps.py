"""Procedures: their form, documents, clock, decision and paper twin as versioned data; the editor and the paper check."""

from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    """Registers the room and its part of a pack."""

    name = "madoguchi.apps.procedures"
    label = "procedures"

    def ready(self) -> None:
        from madoguchi.apps.procedures import pack
        from madoguchi.core import packs

        packs.register(pack.LOADER)
