"""Events of LINE's webhook: somebody sent the code of an account, or ended the connection. Everything else is left alone.

LINE may send an event twice: both do nothing the second time.
"""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from madoguchi.apps.notifications import addresses, linking, own
from madoguchi.apps.notifications.contracts import Channel
from madoguchi.apps.notifications.errors import Refused

logger = logging.getLogger(__name__)
MAX_EVENTS = 100
MAX_TEXT = 200


def take(body: Mapping[str, Any], *, now: datetime) -> int:
    """Act on the events of one call; return how many meant something."""
    events = body.get("events")
    return sum(_take(event, now) for event in events[:MAX_EVENTS]) if isinstance(events, list) else 0


def _take(event: Any, now: datetime) -> bool:
    source = event.get("source") if isinstance(event, dict) else None
    user_id = source.get("userId") if isinstance(source, dict) else None
    if not isinstance(user_id, str):
        return False
    try:
        if event.get("type") == "unfollow":
            return addresses.end_everywhere(Channel.LINE, user_id, "unsubscribed", now=now) > 0
        account = linking.account_of(_text(event), now)
        if account is not None:
            own.connect_line(account, user_id, now=now)
    except Refused as refused:
        logger.warning("An event of LINE was refused: %s", refused.kind.value)
        return False
    return account is not None


def _text(event: Mapping[str, Any]) -> str:
    message = event.get("message") if event.get("type") == "message" else None
    text = message.get("text") if isinstance(message, dict) else None
    return text[:MAX_TEXT] if isinstance(text, str) else ""
