"""Benefits paid to many: eligible people, invitations, payment runs, bank transfer files, results, objections."""

from django.apps import AppConfig


class BenefitsConfig(AppConfig):
    """Registers the room."""

    name = "madoguchi.apps.benefits"
    label = "benefits"
