"""The registry for app makers: catalogue, bulk files, linked data, keys, webhooks, matching on the device."""

from django.apps import AppConfig


class OpendataConfig(AppConfig):
    """Registers the room."""

    name = "madoguchi.apps.opendata"
    label = "opendata"
