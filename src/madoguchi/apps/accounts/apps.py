"""Who signs in, and for which organisations they act."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the room."""

    name = "madoguchi.apps.accounts"
    label = "accounts"
