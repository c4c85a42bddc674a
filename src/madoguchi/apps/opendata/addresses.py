"""Addresses of open data as the outside sees them: one base, and stable addresses of the things that are described."""

from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest


def base_of(request: HttpRequest) -> str:
    """Return scheme and host of this site: the setting PUBLIC_URL, else what the request was sent to."""
    return str(settings.PUBLIC_URL).rstrip("/") or f"{request.scheme}://{request.get_host()}"


def programme_iri(base: str, psid: str) -> str:
    """Return the address that names a programme for good; `+` stands as it is in a path."""
    return f"{base}/id/programme/{quote(psid, safe='+')}"


def entry_iri(base: str, listing: str, key: str) -> str:
    """Return the address that names an entry of a list (an organisation, life event, document …)."""
    return f"{base}/api/v1/{listing}#{quote(key, safe='')}"
