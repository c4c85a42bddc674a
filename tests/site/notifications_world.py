"""A side's own messages and ways: a message that was read, one that was not, an address on each way."""

from typing import TYPE_CHECKING

from django.utils import timezone

from madoguchi.apps.notifications import addresses, api
from madoguchi.apps.notifications.contracts import Channel, Lane, Notice
from madoguchi.apps.notifications.models import Message

if TYPE_CHECKING:
    from tests.site.world import Side


def fill(side: "Side") -> None:
    """Tell the resident and the trader something, and give both a way."""
    now, words = timezone.now(), side.words
    messages, ways = [], []
    for user in (side.resident, side.trader):
        account = str(user.pk)
        for key in ("first", "second"):
            values = {
                "procedure": words.text(f"お知らせ{key}"),
                "number": words.text("番号"),
                "office": words.text("窓口"),
            }
            api.send(Notice(key, account, "case-message", values, lane=Lane.PERSONAL), now=now)
        messages += [str(key) for key in Message.objects.filter(account_id=account).values_list("pk", flat=True)]
        api.mark_read(account, messages[-1:], now=now)
        email = f"{user.pk.hex}@example.jp"
        for channel, value in ((Channel.EMAIL, email), (Channel.LINE, f"U{user.pk.hex}")):
            ways.append(addresses.add_proven(account, channel, value, now=now).id)
    side.ids["notice_id"] = messages
    side.ids["address_id"] = ways
