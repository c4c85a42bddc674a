"""The door of the notifications room: telling people, what became of it, their addresses and choices."""

from madoguchi.apps.notifications.addresses import add_address, addresses_of, remove_address, verify_address
from madoguchi.apps.notifications.checks import cancel, register_check
from madoguchi.apps.notifications.choices import (
    Preferences,
    Unsubscription,
    preferences,
    set_preferences,
    suppress,
    suppressed,
    unsubscribe,
    unsubscribe_token,
    unsubscription,
    unsuppress,
)
from madoguchi.apps.notifications.delivering.courier import deliver
from madoguchi.apps.notifications.errors import NoticeInvalid, Refusal, Refused
from madoguchi.apps.notifications.figures import figures
from madoguchi.apps.notifications.hooks import register_footer, register_topic_names
from madoguchi.apps.notifications.inbox import inbox, mark_read, message, states, unread
from madoguchi.apps.notifications.receipts import receipt
from madoguchi.apps.notifications.sending import send, send_many

__all__ = [
    "NoticeInvalid",
    "Preferences",
    "Refusal",
    "Refused",
    "Unsubscription",
    "add_address",
    "addresses_of",
    "cancel",
    "deliver",
    "figures",
    "inbox",
    "mark_read",
    "message",
    "preferences",
    "receipt",
    "register_check",
    "register_footer",
    "register_topic_names",
    "remove_address",
    "send",
    "send_many",
    "set_preferences",
    "states",
    "suppress",
    "suppressed",
    "unread",
    "unsubscribe",
    "unsubscribe_token",
    "unsubscription",
    "unsuppress",
    "verify_address",
]
