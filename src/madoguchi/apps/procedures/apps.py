"""Procedures: their form, documents, clock, decision and paper twin as versioned data; the editor and the paper check."""

from django.apps import AppConfig


class ProceduresConfig(AppConfig):
    """Registers the room."""

    name = "madoguchi.apps.procedures"
    label = "procedures"
