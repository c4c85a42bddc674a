"""The pages of keys and webhooks: make a key (shown once), end it, see where its webhooks stand. No account, no cookie."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.opendata import admission, keys
from madoguchi.apps.opendata.contracts import Invalid
from madoguchi.apps.opendata.endpoints.own_keys import made_for
from madoguchi.apps.opendata.models import ApiKey
from madoguchi.apps.opendata.webhooks import registering
from madoguchi.core import network
from madoguchi.core.access import public
from madoguchi.core.problems import Problem

LOOKS_PER_MINUTE = 20


@public
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Make a key or end one."""
    context: dict[str, Any] = {"days": keys.LIFE.days, "with_key": admission.KEY_PER_MINUTE, "values": {}, "errors": {}}
    status = 200
    if request.method == "POST":
        status = _end(request, context) if "end" in request.POST else _make(request, context)
    return _unkept(render(request, "opendata/keys.html", context, status=status))


def _unkept(response: HttpResponse) -> HttpResponse:
    response.headers["Cache-Control"] = "no-store"
    return response


def _make(request: HttpRequest, context: dict[str, Any]) -> int:
    name, email = request.POST.get("name", "")[:200], request.POST.get("email", "")[:300]
    context["values"] = {"name": name, "email": email}
    try:
        context["made"] = made_for(request, name, email)
    except Invalid as problem:
        context["errors"] = {problem.field: _words_of(problem.field)}
        return 422
    except Problem:
        context["errors"] = {"name": _("短い時間に何度も作られています。しばらく待ってから、もう一度お試しください。")}
        return 429
    return 201


def _words_of(field: str) -> str:
    if field == "email":
        return _("メールアドレスの形ではありません。直すか、空欄にしてください。")
    return _("アプリの名前を80文字までで書いてください。")


def _end(request: HttpRequest, context: dict[str, Any]) -> int:
    row, status = _given(request, context, "end_key")
    if row is not None:
        keys.revoke(row)
        context["ended"] = row.name
    return status


def _given(request: HttpRequest, context: dict[str, Any], field: str) -> tuple[ApiKey | None, int]:
    """Return the key that was typed, or None and the status; guesses are counted."""
    try:
        admission.count(f"od:look:{network.key_of(request)}", LOOKS_PER_MINUTE)
    except Problem:
        context["errors"] = {field: _("短い時間に何度も試されています。1分待ってから、もう一度お試しください。")}
        return None, 429
    row = keys.holder_of(request.POST.get("key", "").strip()[:200], now=timezone.now())
    if row is None:
        context["errors"] = {
            field: _("この鍵は見つかりません。写しまちがいか、期限が切れているか、すでに終わらせた鍵です。")
        }
        return None, 422
    return row, 200


@public
@require_http_methods(["GET", "POST"])
def hooks(request: HttpRequest) -> HttpResponse:
    """Show where the webhooks of a key stand; the key is asked each time and kept nowhere."""
    context: dict[str, Any] = {"errors": {}}
    status = 200
    if request.method == "POST":
        row, status = _given(request, context, "key")
        if row is not None:
            context["app"], context["hooks"] = row.name, registering.hooks_of(row)
    return _unkept(render(request, "opendata/hooks.html", context, status=status))
