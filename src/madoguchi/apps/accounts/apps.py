"""Who signs in, and for which organisations they act."""

from django.apps import AppConfig


class AccountsConfig(AppConfig):
    """Registers the room and its sealed rows."""

    name = "madoguchi.apps.accounts"
    label = "accounts"

    def ready(self) -> None:
        from madoguchi.apps.accounts.delegation.models import DelegationRow
        from madoguchi.core import sealed_rows, vault

        store = sealed_rows.store("accounts.delegation", DelegationRow.objects, lambda row: str(row.context))
        vault.register(store)
