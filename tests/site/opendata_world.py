"""A side's app: its key and its webhook. Invented."""

from typing import TYPE_CHECKING

from django.utils import timezone

from madoguchi.apps.opendata import keys
from madoguchi.apps.opendata.models import ApiKey
from madoguchi.apps.opendata.webhooks import registering
from madoguchi.apps.registry import api as registry

if TYPE_CHECKING:
    from tests.site.world import Side


def fill(side: "Side") -> None:
    """Give a side a key of open data with a webhook."""
    now = timezone.now()
    made = keys.create(side.words.text("アプリ"), f"app-{side.organisation_id}@example.jp", network="", now=now)
    owner = ApiKey.objects.get(pk=made.id)
    hook, secret = registering.register(owner, f"https://8.8.8.8/{side.organisation_id}-hook", now=now)
    view = registry.get(side.words.place.programme_id)
    assert view is not None
    side.ids |= {"hook_id": [hook.id], "psid": list(registry.psids(view))}
    side.secrets |= {"app key": made.secret, "hook secret": secret}
