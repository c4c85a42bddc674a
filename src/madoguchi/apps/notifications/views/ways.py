"""Ways of the signed-in account: adding one, proving it by its code, removing it; this browser; LINE."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from madoguchi.apps.notifications import addresses, forms, linking, own, texts
from madoguchi.apps.notifications.channels.base import sender_for
from madoguchi.apps.notifications.channels.web_push import Subscription
from madoguchi.apps.notifications.contracts import AddressView, Channel
from madoguchi.apps.notifications.errors import Refusal, Refused
from madoguchi.apps.notifications.views.choosing import actor_of, show
from madoguchi.core.access import person

MAX_CODE = 20
MAX_SUBSCRIPTION = 2_000


@person
@require_POST
def add(request: HttpRequest, way: str) -> HttpResponse:
    """Add an address and go on to its code."""
    channel = forms.way_of(way)
    if channel is None:
        raise Http404
    typed = request.POST.get("value", "")[: forms.MAX_TYPED]
    try:
        view = own.add(actor_of(request), channel, typed, now=timezone.now())
    except Refused as refused:
        return show(request, errors=[(way, texts.refusal(refused.kind))], typed={way: typed})
    if view.verified:
        messages.success(request, _("この届け先は、もう登録されています。"))
        return redirect("notifications:settings")
    return redirect("notifications:confirm", address_id=view.id)


def _waiting(request: HttpRequest, address_id: UUID) -> AddressView:
    """Return an address of the account that waits for its code; raise Http404 otherwise."""
    mine = addresses.addresses_of(str(request.user.pk))
    found = next((view for view in mine if view.id == str(address_id) and not view.ended), None)
    if found is None:
        raise Http404
    return found


@person
@require_http_methods(["GET", "POST"])
def confirm(request: HttpRequest, address_id: UUID) -> HttpResponse:
    """Ask for the code that went out, and prove the address by it."""
    view, error = _waiting(request, address_id), ""
    if request.method == "POST":
        code = "".join(letter for letter in request.POST.get("code", "")[:MAX_CODE] if letter.isdecimal())
        try:
            own.verify(actor_of(request), address_id, _half_width(code), now=timezone.now())
        except Refused as refused:
            error = texts.refusal(refused.kind)
        else:
            messages.success(request, _("届け先を登録しました。これからのお知らせは、ここにも送ります。"))
            return redirect("notifications:settings")
    if view.verified:
        return redirect("notifications:settings")
    context = {"view": view, "way": texts.channel(view.channel), "error": error}
    return render(request, "notifications/confirm.html", context, status=400 if error else 200)


def _half_width(code: str) -> str:
    """Return digits as ASCII: on a Japanese keyboard they may come as full-width ones."""
    return "".join(str(int(letter)) for letter in code)


@person
@require_POST
def new_code(request: HttpRequest, address_id: UUID) -> HttpResponse:
    """Send another code."""
    _waiting(request, address_id)
    try:
        own.resend(actor_of(request), address_id, now=timezone.now())
    except Refused as refused:
        messages.error(request, texts.refusal(refused.kind))
    else:
        messages.success(request, _("新しい確認番号を送りました。前の番号は使えません。"))
    return redirect("notifications:confirm", address_id=address_id)


@person
@require_POST
def remove(request: HttpRequest, address_id: UUID) -> HttpResponse:
    """Remove an address."""
    if not own.remove(actor_of(request), address_id, now=timezone.now()):
        raise Http404
    messages.success(request, _("届け先を消しました。ここにはもう送りません。"))
    return redirect("notifications:settings")


@person
@require_POST
def browser(request: HttpRequest) -> HttpResponse:
    """Add or remove the browser that asks; its script filled the form."""
    text, now = request.POST.get("subscription", "")[:MAX_SUBSCRIPTION], timezone.now()
    try:
        _require_subscription(text)
        if request.POST.get("do") == "remove":
            own.remove_browser(actor_of(request), text, now=now)
            messages.success(request, _("このブラウザの通知を止めました。"))
        else:
            own.add(actor_of(request), Channel.WEB_PUSH, text, now=now)
            messages.success(request, _("このブラウザに通知を送ります。"))
    except Refused as refused:
        return show(request, errors=[("push", texts.refusal(refused.kind))])
    return redirect("notifications:settings")


def _require_subscription(text: str) -> None:
    try:
        Subscription.of(text)
    except ValueError as error:
        raise Refused(Refusal.FORM, str(error)) from None


@person
@require_GET
def line(request: HttpRequest) -> HttpResponse:
    """Show the code that the person sends to the LINE account."""
    if sender_for(Channel.LINE) is None:
        raise Http404
    code = linking.code_of(UUID(str(request.user.pk)), timezone.now())
    context = {"code": code, "minutes": int(linking.LIVES.total_seconds() // 60)}
    return render(request, "notifications/line.html", context)
