"""Making what senders are given: words for outside by template and language, the address opened, links to the platform.

Words are the same for everybody who gets a template in a language. Only the code of an address has a value in it.
"""

import json
from functools import lru_cache
from uuid import UUID

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils import translation

from madoguchi.apps.notifications import choices, sealing, templates
from madoguchi.apps.notifications.channels.base import Outgoing
from madoguchi.apps.notifications.contracts import Channel, Lane
from madoguchi.apps.notifications.delivering.claims import Claimed
from madoguchi.core import vault

_SITE_LANGUAGES = {"ja": "ja", "en": "en", "easy": "ja-easy"}
_ANY = UUID(int=0)
_TOKEN = "TOKEN"  # noqa: S105 # stands for a token in an address


def outgoing(item: Claimed, language: str) -> Outgoing:
    """Return what a sender is given; raise `vault.VaultError` when the address does not open."""
    subject, text = _words(item.version_id, item.version_hash, language)
    if item.source == templates.CODE_SOURCE:
        values = json.loads(
            vault.open_sealed(bytes(item.values or b""), context=sealing.values_context(item.message_id))
        )
        text = templates.filled({language: text}, values, language)
    return Outgoing(
        delivery_id=item.id,
        provider_key=item.provider_key,
        address=sealing.open_address(item.address or b"", item.address_id),
        language=language,
        subject=subject,
        text=text,
        url=_url(item, language),
        topic=item.topic,
        lane=item.lane,
        expires_at=item.expires_at,
        unsubscribe_url=_unsubscribe_url(item),
    )


def _url(item: Claimed, language: str) -> str:
    """Return the page of the message; a code is in no inbox, so it leads to where the code is entered."""
    if item.source == templates.CODE_SOURCE:
        return _code_page(language).replace(str(_ANY), str(item.address_id))
    return _page(language).replace(str(_ANY), str(item.message_id))


@lru_cache(maxsize=2_048)
def _words(version_id: int, digest: str, language: str) -> tuple[str, str]:
    template = templates.content(version_id, digest)
    return (
        templates.in_language(template.outside_subject, language),
        templates.in_language(template.outside_text, language),
    )


def _unsubscribe_url(item: Claimed) -> str:
    """Return the address that ends such offers. A mail program shows it as a button; elsewhere the page has it."""
    if item.lane != Lane.OFFER or item.channel != Channel.EMAIL:
        return ""
    return _unsubscribing().replace(_TOKEN, choices.unsubscribe_token(item.account_id, item.topic))


@lru_cache(maxsize=8)
def _page(language: str) -> str:
    with translation.override(_SITE_LANGUAGES.get(language, "ja")):
        return _whole(_reversed("notifications:message", "/messages/{}", _ANY))


@lru_cache(maxsize=8)
def _code_page(language: str) -> str:
    with translation.override(_SITE_LANGUAGES.get(language, "ja")):
        return _whole(_reversed("notifications:confirm", "/notifications/{}", _ANY))


@lru_cache(maxsize=1)
def _unsubscribing() -> str:
    return _whole(_reversed("notifications-plain:unsubscribe", "/notifications/unsubscribe/{}", _TOKEN))


def _reversed(name: str, otherwise: str, argument: UUID | str) -> str:
    try:
        return reverse(name, args=[argument])
    except NoReverseMatch:
        return otherwise.format(argument)


def _whole(path: str) -> str:
    base = str(settings.PUBLIC_URL or "http://localhost:8000").rstrip("/")
    return f"{base}{path}"
