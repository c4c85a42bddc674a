"""Reaching people first: who agreed to be told, matching, what was told and what came of it."""

from django.apps import AppConfig


class OutreachConfig(AppConfig):
    """Registers the room: its part of a pack, its sealed rows, its export and erasure, its check and its footer."""

    name = "madoguchi.apps.outreach"
    label = "outreach"

    def ready(self) -> None:
        from madoguchi.apps.notifications import api as notifications
        from madoguchi.apps.outreach import pack, personal, sealing
        from madoguchi.apps.outreach.services import checking
        from madoguchi.apps.outreach.services.common import SOURCE, topic_names
        from madoguchi.apps.outreach.views import footer
        from madoguchi.core import packs, personal_data, vault

        packs.register(pack.LOADER)
        vault.register(sealing.STORE)
        personal_data.register(self.label, export=personal.export, erase=personal.erase)
        notifications.register_check(SOURCE, checking.blocked)
        notifications.register_footer(SOURCE, footer.footer)
        notifications.register_topic_names(topic_names)
