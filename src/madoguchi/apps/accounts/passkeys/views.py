"""Pages and calls for passkeys: the list in one's account, signing in, and the two steps of each ceremony.

The ceremonies need a script, because browsers offer passkeys to scripts only; without one the pages say so.
"""

import json
import secrets
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.apps.accounts import sessions
from madoguchi.apps.accounts.contracts import AssuranceLevel, Method
from madoguchi.apps.accounts.factors import FRESH_MINUTES, surest_level
from madoguchi.apps.accounts.levels import is_enough, requires_level, step_up_address
from madoguchi.apps.accounts.models import User
from madoguchi.apps.accounts.passkeys import services
from madoguchi.apps.accounts.passkeys.models import Passkey
from madoguchi.apps.accounts.passkeys.services import PasskeyRefused, Reason
from madoguchi.apps.accounts.throttling import by_account, by_address
from madoguchi.core import audit
from madoguchi.core.access import public, staff
from madoguchi.core.permissions import Actor

BROWSER = "passkey_browser"
MAX_ANSWER_BYTES = 65_536


def _text(reason: Reason) -> str:
    """Return what happened and what to do next, in the reader's language."""
    texts = {
        Reason.CHALLENGE: _("時間がたったか、画面が二度使われました。もう一度はじめからやり直してください。"),
        Reason.ANSWER: _("パスキーを確認できませんでした。もう一度試すか、別の方法でサインインしてください。"),
        Reason.UNKNOWN: _("このパスキーは登録されていません。別のパスキーかパスワードを使ってください。"),
        Reason.ACCOUNT: _("このアカウントはパスキーでは使えません。管理者に聞いてください。"),
        Reason.COUNTER: _("このパスキーは複製されたおそれがあるため使えません。管理者に知らせてください。"),
        Reason.KNOWN: _("このパスキーは登録済みです。"),
        Reason.TOO_MANY: _("登録できるパスキーは10個までです。使わないものを削除してください。"),
        Reason.LAST: _("最後のパスキーは削除できません。先に別のパスキーを登録してください。"),
        Reason.NAME: _("パスキーの名前を入力してください。"),
    }
    return texts[reason]


def _refusal(problem: PasskeyRefused, user: User | None = None) -> JsonResponse:
    services.note_refusal(problem, user)
    return JsonResponse({"error": _text(problem.reason), "reason": problem.reason.value}, status=400)


def _browser(request: HttpRequest) -> str:
    """Return the secret that binds challenges to this browser session, made at the first call."""
    if BROWSER not in request.session:
        request.session[BROWSER] = secrets.token_urlsafe(24)
    return str(request.session[BROWSER])


def _answer(request: HttpRequest) -> dict[str, Any]:
    """Return the JSON object that the script sent; raise PasskeyRefused."""
    try:
        content = json.loads(request.body) if len(request.body) <= MAX_ANSWER_BYTES else None
    except ValueError:
        content = None
    if not isinstance(content, dict) or not isinstance(content.get("credential"), dict):
        raise PasskeyRefused(Reason.ANSWER, "No JSON object with a credential arrived.")
    return content


def _me(request: HttpRequest) -> User:
    assert isinstance(request.user, User)
    return request.user


@staff
@require_GET
def listing(request: HttpRequest) -> HttpResponse:
    """Show one's passkeys, and the form for a new one after a fresh proof."""
    user, caller, level = _me(request), sessions.caller_of(request), surest_level(_me(request))
    assert caller is not None
    context = {
        "passkeys": list(user.passkeys.all()),
        "required": services.is_required(user),
        "is_fresh": is_enough(caller, level, max_age_minutes=FRESH_MINUTES, now=timezone.now()),
        "prove": step_up_address(level, max_age_minutes=FRESH_MINUTES, next_path=request.path),
    }
    return render(request, "accounts/passkeys.html", context)


@staff
@require_POST
@by_account("passkey-options")
@requires_level(surest_level, max_age_minutes=FRESH_MINUTES)
def register_options(request: HttpRequest) -> HttpResponse:
    """Begin registering a passkey."""
    options = services.begin_registration(_me(request), browser=_browser(request), now=timezone.now())
    return JsonResponse(options)


@staff
@require_POST
@requires_level(surest_level, max_age_minutes=FRESH_MINUTES)
def register(request: HttpRequest) -> HttpResponse:
    """Keep the new passkey."""
    user = _me(request)
    try:
        content = _answer(request)
        services.finish_registration(
            user,
            content["credential"],
            name=str(content.get("name", "")),
            browser=_browser(request),
            now=timezone.now(),
        )
    except PasskeyRefused as problem:
        return _refusal(problem, user)
    messages.success(request, _("パスキーを登録しました。"))
    return JsonResponse({"next": resolve_url("accounts:passkeys")})


@staff
@require_POST
def rename(request: HttpRequest, passkey_id: str) -> HttpResponse:
    """Give a passkey another name."""
    try:
        services.rename(_me(request), passkey_id, request.POST.get("name", ""))
    except Passkey.DoesNotExist as problem:
        raise Http404 from problem
    except PasskeyRefused as problem:
        messages.error(request, _text(problem.reason))
    else:
        messages.success(request, _("パスキーの名前を変えました。"))
    return redirect("accounts:passkeys")


@staff
@require_http_methods(["GET", "POST"])
@requires_level(surest_level, max_age_minutes=FRESH_MINUTES)
def remove(request: HttpRequest, passkey_id: str) -> HttpResponse:
    """Ask, then remove a passkey."""
    user = _me(request)
    passkey = user.passkeys.filter(pk=passkey_id).first()
    if passkey is None:
        raise Http404
    if request.method == "GET":
        return render(request, "accounts/passkeys_remove.html", {"passkey": passkey})
    try:
        services.remove(user, passkey_id)
    except Passkey.DoesNotExist as problem:
        raise Http404 from problem
    except PasskeyRefused as problem:
        services.note_refusal(problem, user)
        messages.error(request, _text(problem.reason))
    else:
        messages.success(request, _("パスキーを削除しました。"))
    return redirect("accounts:passkeys")


@public
@require_GET
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the page that signs staff in with a passkey."""
    return render(request, "accounts/passkeys_sign_in.html", {"next": request.GET.get("next", "")})


@public
@require_POST
@by_address("passkey-challenge")
def sign_in_options(request: HttpRequest) -> HttpResponse:
    """Begin signing in."""
    return JsonResponse(services.begin_sign_in(browser=_browser(request), now=timezone.now()))


@public
@require_POST
@by_address("passkey-answer")
def sign_in_finish(request: HttpRequest) -> HttpResponse:
    """Begin a session of level PASSKEY for the account whose passkey answered."""
    now = timezone.now()
    try:
        content = _answer(request)
        user = services.finish_sign_in(content["credential"], browser=_browser(request), now=now)
    except PasskeyRefused as problem:
        return _refusal(problem)
    sessions.begin(request, user, level=AssuranceLevel.PASSKEY, method=Method.PASSKEY, authenticated_at=now)
    audit.record(
        actor=Actor(id=str(user.pk), name=user.display_name),
        organisation_id="",
        action="sign-in",
        object_kind="user",
        object_id=str(user.pk),
        detail={"method": Method.PASSKEY.value},
    )
    return JsonResponse({"next": _safe_next(request, str(content.get("next", "")))})


def _safe_next(request: HttpRequest, target: str) -> str:
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return resolve_url("registry:desk")
