"""The registry for app makers: catalogue, bulk files, linked data, keys, webhooks, matching on the device."""

from django.apps import AppConfig


class OpendataConfig(AppConfig):
    """Registers the room and its sealed rows with the vault."""

    name = "madoguchi.apps.opendata"
    label = "opendata"

    def ready(self) -> None:
        from madoguchi.apps.opendata import keys, models
        from madoguchi.apps.opendata.webhooks import signing
        from madoguchi.core import sealed_rows, vault

        vault.register(sealed_rows.store("opendata.key", models.ApiKey._default_manager, keys.context_of))
        vault.register(sealed_rows.store("opendata.hook", models.Hook._default_manager, signing.context_of))
