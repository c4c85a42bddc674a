"""Files as downloads: always an attachment, never rendered or guessed at by the browser, never kept in a cache.

Content-Disposition follows RFC 6266 with names as in RFC 8187 (which replaced RFC 5987).
"""

from urllib.parse import quote

from django.http import Http404, HttpResponse

from madoguchi.apps.files import queries, texts
from madoguchi.apps.files.contracts import FileMissing, FileWaiting, Owner
from madoguchi.core import audit
from madoguchi.core.permissions import Actor

_SAFE = "!#$&+-.^_`|~"


def response(file_id: str, owner: Owner, *, actor: Actor | None = None, organisation_id: str = "") -> HttpResponse:
    """Return a file of this owner as a download; with `actor` (staff of an organisation) the reading leaves an audit row.

    Raise `Http404` for what is not there; answer 409 with words while the scanner has not answered.
    """
    try:
        view = queries.ref(file_id, owner=owner)
        data = queries.content(file_id, owner=owner)
    except FileWaiting:
        return HttpResponse(texts.refusal("waiting"), status=409, content_type="text/plain; charset=utf-8")
    except FileMissing:
        raise Http404 from None
    if actor is not None:
        audit.record(
            actor=actor,
            organisation_id=organisation_id,
            action="file.read",
            object_kind="file",
            object_id=view.id,
            detail={"owner": f"{owner.kind}:{owner.id}"},
        )
    answer = HttpResponse(data, content_type=view.media_type)
    answer["Content-Disposition"] = disposition(view.name)
    answer["Content-Length"] = str(len(data))
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Content-Security-Policy"] = "default-src 'none'; sandbox"
    answer["Cross-Origin-Resource-Policy"] = "same-origin"
    answer["Cache-Control"] = "no-store"
    return answer


def disposition(name: str) -> str:
    """Return the header's value: a plain name for old readers, the whole name percent-encoded for all others."""
    plain = "".join(sign if sign.isascii() and (sign.isalnum() or sign in "._-") else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe=_SAFE)}"
