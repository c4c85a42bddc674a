"""Answers that stay the same until the registry changes: made once, kept, packed, and not sent again to who has them.

The bytes are a function of the registry's stamp, so an ETag and Last-Modified can be told before anything is made.
"""

import gzip
import hashlib
from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import http_date

from madoguchi.apps.registry import api as registry

MOST_KEPT = 24
GZIP_LEVEL = 6
SMALLEST_PACKED = 1_024
MAX_AGE_SECONDS = 60


class Kept(NamedTuple):
    """One answer at one state of the registry; `packed` is empty where packing does not pay."""

    token: str
    plain: bytes
    packed: bytes


_kept: OrderedDict[str, Kept] = OrderedDict()
_lock = Lock()


def answer(
    request: HttpRequest,
    name: str,
    content_type: str,
    build: Callable[[registry.Stamp], bytes],
    *,
    pack: bool = True,
    filename: str = "",
) -> HttpResponse:
    """Return the answer called `name` (everything that makes it differ is in the name), or 304 to who has it."""
    stamp = registry.stamp()
    etag = f'W/"{hashlib.sha256(f"{stamp.token}|{name}".encode()).hexdigest()[:32]}"'
    modified = int(stamp.changed_at.timestamp())
    fresh = HttpResponse(content_type=content_type)
    found = get_conditional_response(request, etag=etag, last_modified=modified, response=fresh) or fresh
    if found is fresh:
        _fill(request, _made(name, stamp, build, pack), fresh, filename)
    return _with_headers(found, etag, modified)


def _made(name: str, stamp: registry.Stamp, build: Callable[[registry.Stamp], bytes], pack: bool) -> Kept:
    kept = _kept.get(name)
    if kept is None or kept.token != stamp.token:
        plain = build(stamp)
        packed = gzip.compress(plain, GZIP_LEVEL, mtime=0) if pack and len(plain) >= SMALLEST_PACKED else b""
        kept = Kept(stamp.token, plain, packed)
        with _lock:
            _kept[name] = kept
            while len(_kept) > MOST_KEPT:
                _kept.popitem(last=False)
    return kept


def _fill(request: HttpRequest, kept: Kept, response: HttpResponse, filename: str) -> None:
    packed = bool(kept.packed) and _takes_gzip(request)
    response.content = kept.packed if packed else kept.plain
    if packed:
        response.headers["Content-Encoding"] = "gzip"
    if filename:
        response.headers["Content-Disposition"] = f'attachment; filename="{filename}"'


def _takes_gzip(request: HttpRequest) -> bool:
    offered = [part.strip().partition(";") for part in request.headers.get("Accept-Encoding", "").split(",")]
    return any(
        name.strip() == "gzip" and weight.replace(" ", "") not in ("q=0", "q=0.0") for name, _, weight in offered
    )


def _with_headers(response: HttpResponse, etag: str, modified: int) -> HttpResponse:
    response.headers["ETag"] = etag
    response.headers["Last-Modified"] = http_date(modified)
    response.headers["Cache-Control"] = f"public, max-age={MAX_AGE_SECONDS}"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response
