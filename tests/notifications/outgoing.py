"""Messages on their way, as the outbox hands them to a sender. Every person and address here is invented."""

from typing import Any
from uuid import uuid4

from madoguchi.apps.notifications.channels.base import Outgoing
from madoguchi.apps.notifications.contracts import Lane


def outgoing(number: int = 1, **changes: Any) -> Outgoing:
    """Return a message about an offer, with changes."""
    values: dict[str, Any] = {
        "delivery_id": number,
        "provider_key": uuid4(),
        "address": "hanako@example.jp",
        "language": "ja",
        "subject": "お知らせがあります",
        "text": "あなたが使えるかもしれない制度のお知らせがあります。\n\nサインインして、確かめてください。",
        "url": f"https://madoguchi.example/me/inbox/{number}/",
        "topic": "child",
        "lane": Lane.OFFER,
        "expires_at": None,
        "unsubscribe_url": "https://madoguchi.example/unsubscribe/a.b=c",
        **changes,
    }
    return Outgoing(**values)
