"""Sessions of signed-in accounts: their level, their limits, and how they begin and end.

The Django session holds what was proven (level, time); the row `SignedInSession` holds the limits, so that ending the
row ends the session everywhere at once. How somebody proved who they are is not known here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from madoguchi.apps.accounts import sealed_sessions
from madoguchi.apps.accounts.contracts import AssuranceLevel, Caller, Method, SessionView
from madoguchi.apps.accounts.models import SignedInSession, User
from madoguchi.core import audit
from madoguchi.core.access import Kind
from madoguchi.core.permissions import Actor

KEY = "sign_in"
ACTING_FOR = "acting_for"
BACKEND = "django.contrib.auth.backends.ModelBackend"
SEEN_EVERY = timedelta(seconds=60)
KEEP_ENDED = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a session lives: without a request, in all, and how long before its end a person is warned."""

    idle: timedelta
    absolute: timedelta
    warning: timedelta


def limits() -> Limits:
    """Return the limits from the settings SESSION_IDLE_MINUTES, SESSION_ABSOLUTE_MINUTES, SESSION_WARNING_MINUTES."""
    return Limits(
        idle=timedelta(minutes=getattr(settings, "SESSION_IDLE_MINUTES", 30)),
        absolute=timedelta(minutes=getattr(settings, "SESSION_ABSOLUTE_MINUTES", 8 * 60)),
        warning=timedelta(minutes=getattr(settings, "SESSION_WARNING_MINUTES", 5)),
    )


def begin(
    request: HttpRequest,
    user: User,
    *,
    level: AssuranceLevel,
    method: Method,
    authenticated_at: datetime,
    provider: str = "",
    id_token: str = "",
) -> SignedInSession:
    """Sign an account in under a new session key, and return the session's row.

    Proving oneself again in a running session (step-up) keeps its start and never lowers its level.
    """
    with transaction.atomic():
        running = _running(request, user)
        before = request.session.session_key
        _leave_foreign(request, user)
        login(request, user, backend=BACKEND)
        if request.session.session_key == before:
            request.session.cycle_key()
        proof = _with_proof(request.session.get(KEY, {}), level, authenticated_at, id_token)
        row = running or SignedInSession(user=user, started_at=timezone.now(), device=device_of(request))
        row.seen_at, row.method, row.provider, row.level = timezone.now(), method, provider, proof["level"]
        request.session[KEY] = {**proof, "row": str(row.id), "method": method.value, "provider": provider}
        request.session.save()
        row.session_key = sealed_sessions.stored_key(str(request.session.session_key))
        row.save()
        _forget_old(user)
    return row


def _running(request: HttpRequest, user: User) -> SignedInSession | None:
    """Return the live row of this session when it already belongs to the account."""
    if not request.user.is_authenticated or request.user.pk != user.pk:
        return None
    row_id = request.session.get(KEY, {}).get("row")
    return SignedInSession.objects.filter(pk=row_id, user=user, ended_at=None).first() if row_id else None


def _leave_foreign(request: HttpRequest, user: User) -> None:
    if request.user.is_authenticated and request.user.pk != user.pk:
        end(request, SignedInSession.End.SIGNED_OUT)


def _with_proof(held: Mapping[str, Any], level: AssuranceLevel, at: datetime, id_token: str) -> dict[str, Any]:
    """Return the proofs of a session with one more: the surest, and in `newer` less sure ones made after it."""
    latest: dict[int, datetime] = {}
    for known, moment in (*_proofs(held), (level, at)):
        latest[int(known)] = max(moment, latest.get(int(known), moment))
    top = max(latest)
    newer = [[known, moment.isoformat()] for known, moment in latest.items() if known < top and moment > latest[top]]
    token = id_token if level == top else held.get("id_token", "")
    return {"level": top, "at": latest[top].isoformat(), "id_token": token, "newer": newer}


def _proofs(held: Mapping[str, Any]) -> tuple[tuple[AssuranceLevel, datetime], ...]:
    """Return every proof that a session holds, the surest first; none for a session without one."""
    if "at" not in held:
        return ()
    pairs = [(held.get("level", 0), held["at"]), *held.get("newer", [])]
    return tuple((AssuranceLevel(level), datetime.fromisoformat(at)) for level, at in pairs)


def _forget_old(user: User) -> None:
    SignedInSession.objects.filter(user=user, ended_at__lt=timezone.now() - KEEP_ENDED).delete()


def end(request: HttpRequest, reason: SignedInSession.End) -> None:
    """End the session of this request: its row is closed, its data are gone."""
    row_id = request.session.get(KEY, {}).get("row")
    if row_id:
        SignedInSession.objects.filter(pk=row_id, ended_at=None).update(ended_at=timezone.now(), end=reason)
    logout(request)


def end_others(user: User, *, keep: str | None = None, only: str | None = None) -> int:
    """End live sessions of an account except `keep`, or just `only`; return how many were ended.

    Both are ids of rows. A session that is ended answers its next request as a stranger's.
    """
    with transaction.atomic():
        rows = SignedInSession.objects.select_for_update().filter(user=user, ended_at=None)
        rows = rows.exclude(pk=keep) if keep else rows
        chosen = list(rows.filter(pk=only) if only else rows)
        for row in chosen:
            sealed_sessions.remove(row.session_key)
            row.ended_at, row.end = timezone.now(), SignedInSession.End.ENDED
            row.save(update_fields=["ended_at", "end"])
            audit.record(
                actor=Actor(id=str(user.pk), name=user.display_name),
                organisation_id="",
                action="session.end",
                object_kind="session",
                object_id=str(row.pk),
            )
    return len(chosen)


def live_sessions(user: User, *, current_row_id: str | None = None) -> list[SessionView]:
    """Return the live sessions of an account, the newest first."""
    now, bounds = timezone.now(), limits()
    rows = SignedInSession.objects.filter(
        user=user, ended_at=None, seen_at__gt=now - bounds.idle, started_at__gt=now - bounds.absolute
    )
    return [
        SessionView(
            id=str(row.pk),
            device=row.device,
            method=Method(row.method),
            level=AssuranceLevel(row.level),
            started_at=row.started_at,
            seen_at=row.seen_at,
            is_this=str(row.pk) == current_row_id,
        )
        for row in rows.order_by("-seen_at")
    ]


def row_id_of(request: HttpRequest) -> str | None:
    """Return the id of the row of this session."""
    found = request.session.get(KEY, {}).get("row")
    return str(found) if found else None


def caller_of(request: HttpRequest) -> Caller | None:
    """Return who calls and at what level, or None for a stranger."""
    user = request.user
    if not isinstance(user, User) or not user.is_authenticated:
        return None
    proofs = _proofs(request.session.get(KEY, {})) or ((AssuranceLevel.NONE, user.last_login or timezone.now()),)
    return Caller(
        account_id=str(user.pk),
        kind=Kind(user.kind),
        display_name=user.display_name,
        level=proofs[0][0],
        authenticated_at=proofs[0][1],
        acting_for=request.session.get(ACTING_FOR),
        newer=proofs[1:],
    )


def set_acting_for(request: HttpRequest, principal_id: str | None) -> None:
    """Switch for whom the caller acts in this session; None for oneself. The caller has checked the delegation."""
    if principal_id is None:
        request.session.pop(ACTING_FOR, None)
    else:
        request.session[ACTING_FOR] = principal_id


_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "CrOS", "Linux")
_BROWSERS = (("Edg", "Edge"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("Chrome", "Chrome"), ("Safari", "Safari"))


def device_of(request: HttpRequest) -> str:
    """Return browser and system in a few words, for the list of sessions; the full text is not kept."""
    agent = request.headers.get("User-Agent", "")[:400]
    browser = next((name for mark, name in _BROWSERS if re.search(rf"\b{mark}", agent)), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    return " / ".join(part for part in (browser, system) if part)


class SessionLimitsMiddleware:
    """Ends sessions that are idle or too old, or that were ended elsewhere. Stands after MessageMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _enforce(request, timezone.now())
        return self.get_response(request)


def _enforce(request: HttpRequest, now: datetime) -> None:
    row = _row_of(request, now)
    if row is None:
        logout(request)
        messages.info(request, _("このサインインは終了されました。もう一度サインインしてください。"))
        return
    reason = _limit_reached(row, now)
    if reason is not None:
        end(request, reason)
        messages.info(request, _END_TEXTS[reason]())
        return
    if now - row.seen_at >= SEEN_EVERY:
        SignedInSession.objects.filter(pk=row.pk).update(seen_at=now)
        row.seen_at = now
    request.session_ends = ends_of(row)  # type: ignore[attr-defined] # read by the notice of the page


_END_TEXTS: dict[SignedInSession.End, Callable[[], str]] = {
    SignedInSession.End.IDLE: lambda: _(
        "しばらく操作がなかったため、安全のためにサインアウトしました。もう一度サインインしてください。"
    ),
    SignedInSession.End.ABSOLUTE: lambda: _(
        "サインインから長い時間がたったため、安全のためにサインアウトしました。もう一度サインインしてください。"
    ),
}


@dataclass(frozen=True, slots=True)
class Ends:
    """When the running session ends unless something is done, and whether staying longer is possible."""

    at: datetime
    warn_at: datetime
    can_extend: bool


def ends_of(row: SignedInSession) -> Ends:
    """Return when a session ends: idle limit or absolute limit, whichever is nearer."""
    bounds = limits()
    idle_end, last = row.seen_at + bounds.idle, row.started_at + bounds.absolute
    at = min(idle_end, last)
    return Ends(at=at, warn_at=at - bounds.warning, can_extend=idle_end < last)


def _limit_reached(row: SignedInSession, now: datetime) -> SignedInSession.End | None:
    bounds = limits()
    if now - row.started_at >= bounds.absolute:
        return SignedInSession.End.ABSOLUTE
    return SignedInSession.End.IDLE if now - row.seen_at >= bounds.idle else None


def _row_of(request: HttpRequest, now: datetime) -> SignedInSession | None:
    """Return the row of this session; a session that began without one gets one of level NONE."""
    row_id, user = row_id_of(request), request.user
    assert isinstance(user, User)
    if row_id:
        return SignedInSession.objects.filter(pk=row_id, user=user, ended_at=None).first()
    row = SignedInSession.objects.create(
        user=user,
        session_key=sealed_sessions.stored_key(str(request.session.session_key)),
        method=Method.UNKNOWN,
        level=AssuranceLevel.NONE,
        device=device_of(request),
        started_at=now,
        seen_at=now,
    )
    held = {"level": 0, "at": (user.last_login or now).isoformat(), "id_token": "", "method": Method.UNKNOWN.value}
    request.session[KEY] = {**held, "row": str(row.pk), "provider": ""}
    return row
