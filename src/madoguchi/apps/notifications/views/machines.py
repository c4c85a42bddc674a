"""What machines call: receipts of providers, LINE's webhook, the service worker; and unsubscribing in one step.

Receipts prove themselves by a signature over their body; what nobody signed is never read. The same receipt again changes
nothing. Unsubscribing needs no sign-in and no cookie (RFC 8058): the token itself is the right to do this one thing.
"""

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.apps.notifications import choices, line_events, own, receipts, signatures, texts
from madoguchi.apps.notifications.contracts import Channel, State
from madoguchi.core import problems
from madoguchi.core.access import public

MAX_BYTES = 262_144
MAX_RECEIPTS = 1_000
MAX_TOKEN = 500
STATES = {
    "delivered": State.DELIVERED,
    "undelivered": State.FAILED,
    "bounced": State.BOUNCED,
    "unknown-number": State.BOUNCED,
}
SECRETS = {Channel.SMS: "SMS_TOKEN", Channel.EMAIL: "MAIL_SECRET", Channel.LINE: "LINE_SECRET"}
"""Which setting proves a receipt of a way; without it the way has no receipts."""
_WORKER = Path(__file__).resolve().parent.parent / "static" / "notifications" / "push-worker.js"


@csrf_exempt
@public
@require_POST
def receipts_of(request: HttpRequest, channel: str) -> HttpResponse:
    """Take receipts of a way: {"receipts": [{"id", "state"}]}, or events of LINE."""
    secret = _secret(channel)
    body = _body(request)
    if body is None:
        return _problem(413, "too-large", "The body is too large.", f"Send at most {MAX_BYTES:,} bytes in one call.")
    if not _is_signed(request, channel, body, secret):
        return _problem(403, "signature", "The signature is missing, wrong or too old.", "Sign the body anew.")
    try:
        given: Any = json.loads(body)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        return _problem(400, "form", "The body is no JSON object.", "See docs/notifications.md for its form.")
    if channel == Channel.LINE:
        line_events.take(given, now=timezone.now())
        return HttpResponse(status=200)
    return _take(Channel(channel), given.get("receipts"))


def _secret(channel: str) -> str:
    name = SECRETS.get(channel, "")  # type: ignore[call-overload] # a word of the address; StrEnum keys equal their words
    secret = str(getattr(settings, name, "")) if name else ""
    if not secret:
        raise Http404
    return secret


def _body(request: HttpRequest) -> bytes | None:
    length = request.headers.get("Content-Length") or "0"
    if not (length.isascii() and length.isdecimal()) or int(length) > MAX_BYTES:
        return None
    body = request.read(MAX_BYTES + 1)
    return body if len(body) <= MAX_BYTES else None


def _is_signed(request: HttpRequest, channel: str, body: bytes, secret: str) -> bool:
    if channel == Channel.LINE:
        return signatures.is_lines(request.headers.get("X-Line-Signature", ""), body, secret)
    return signatures.is_good(request.headers.get("X-Signature", ""), body, secret, timezone.now())


def _take(channel: Channel, given: Any) -> HttpResponse:
    """Note receipts. All of them are looked at first, so that a call is taken whole or not at all."""
    if not isinstance(given, list) or len(given) > MAX_RECEIPTS or not all(map(_is_receipt, given)):
        return _problem(
            400, "form", "A receipt is not as it should be.", f"Send at most {MAX_RECEIPTS} of {{id, state}}."
        )
    now = timezone.now()
    for one in given:
        receipts.receipt(channel, one["id"], STATES[one["state"]], now=now)
    return HttpResponse(status=204)


def _is_receipt(one: Any) -> bool:
    if not isinstance(one, dict) or not isinstance(one.get("id"), str) or not isinstance(one.get("state"), str):
        return False
    return 0 < len(one["id"]) <= 200 and one["id"].isprintable() and one["state"] in STATES


def _problem(status: int, kind: str, title: str, remedy: str) -> JsonResponse:
    body = problems.Problem(status, f"receipts-{kind}", title, remedy=remedy).body()
    return JsonResponse(body, status=status, content_type=problems.CONTENT_TYPE)


@csrf_exempt
@public
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Ask before a click from an e-mail stops anything; a POST stops it at once, also from a mail program."""
    if len(token) > MAX_TOKEN:
        raise Http404
    posted = request.method == "POST"
    found = own.unsubscribe(token, now=timezone.now()) if posted else choices.unsubscription(token)
    context = {
        "known": found is not None,
        "done": posted and found is not None,
        "languages_of_page": ("ja", "ja-easy", "en"),
        "topic": texts.topic(found.topic) if found else "",
    }
    response = render(request, "notifications/unsubscribe.html", context, status=200 if found else 404)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@public
@require_GET
def push_worker(request: HttpRequest) -> HttpResponse:
    """Serve the service worker from the root, so that it may show messages for the whole site."""
    headers = {"Service-Worker-Allowed": "/", "Cache-Control": "no-cache"}
    return HttpResponse(_worker(), content_type="text/javascript; charset=utf-8", headers=headers)


@lru_cache(maxsize=1)
def _worker() -> str:
    return _WORKER.read_text(encoding="utf-8")
