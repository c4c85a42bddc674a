"""The page of choices: language, quiet hours, which messages on which ways; ways to add and to remove."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.apps.notifications import addresses, choices, forms, own, quiet, texts, ways
from madoguchi.apps.notifications.channels import vapid
from madoguchi.apps.notifications.channels.base import sender_for
from madoguchi.apps.notifications.contracts import AddressView, Channel, Lane
from madoguchi.apps.notifications.errors import Refused
from madoguchi.core.access import person
from madoguchi.core.permissions import Actor

HOURS = range(24)
MAX_TOPIC = 60


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in person as she stands in the audit trail."""
    return Actor(id=str(request.user.pk), name=str(request.user))


@person
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest) -> HttpResponse:
    """Show everything that can be chosen; keep the choices of the form."""
    if request.method == "GET":
        return show(request)
    try:
        chosen = forms.chosen(request.POST, _ways(addresses.addresses_of(str(request.user.pk))))
        own.choose(actor_of(request), chosen.preferences, offers=chosen.offers, now=timezone.now())
    except Refused as refused:
        return show(request, errors=[("language", texts.refusal(refused.kind))])
    messages.success(request, _("お知らせの設定を保存しました。"))
    return redirect("notifications:settings")


def show(
    request: HttpRequest, *, errors: list[tuple[str, str]] | None = None, typed: dict[str, str] | None = None
) -> HttpResponse:
    """Return the page; `errors` are (id of the field, words), `typed` what stands in the fields of new addresses."""
    account = str(request.user.pk)
    known, chosen = addresses.addresses_of(account), choices.preferences(account)
    stopped = choices.suppressed(account)
    open_ways, wrong = _ways(known), dict(errors or [])
    signer = vapid.from_settings() if sender_for(Channel.WEB_PUSH) else None
    context = {
        "errors": errors or [],
        "addresses": [_shown(view) for view in known],
        "forms": [_form(way, (typed or {}).get(way.value, ""), wrong) for way in forms.OWN_WAYS if sender_for(way)],
        "push_key": signer.public if signer else "",
        "line": sender_for(Channel.LINE) is not None,
        "chosen": chosen,
        "has_quiet": chosen.quiet_from != chosen.quiet_to,
        "hours": [(value, texts.hour(value)) for value in HOURS],
        "quiet_from": chosen.quiet_from if chosen.quiet_from != chosen.quiet_to else quiet.QUIET_FROM,
        "quiet_to": chosen.quiet_to if chosen.quiet_from != chosen.quiet_to else quiet.QUIET_TO,
        "languages": texts.languages().items(),
        "lanes": [_lane(lane, open_ways, chosen) for lane in forms.CHOSEN_LANES],
        "disaster": (texts.lane(Lane.DISASTER), texts.lane_hint(Lane.DISASTER)),
        "offers": "" not in stopped,
        "stopped": [(name, texts.topic(name)) for name in sorted(stopped) if name],
    }
    return render(request, "notifications/settings.html", context, status=400 if errors else 200)


def _ways(known: list[AddressView]) -> list[Channel]:
    """Return the ways that can be chosen, in the order in which they are used: those that work here or have an address."""
    have = {view.channel for view in known if not view.ended}
    return [way for way in ways.ORDER if way in have or sender_for(way) is not None]


def _shown(view: AddressView) -> dict[str, Any]:
    return {"view": view, "way": texts.channel(view.channel), "why": texts.ended(view.reason) if view.ended else ""}


def _form(way: Channel, typed: str, wrong: dict[str, str]) -> dict[str, Any]:
    label, hint, kind, autocomplete = {
        Channel.EMAIL: (_("メールアドレス"), _("例：hanako@example.jp"), "email", "email"),
        Channel.SMS: (_("携帯電話の番号"), _("例：090-0000-0000"), "tel", "tel"),
    }[way]
    return {
        "way": way.value,
        "label": label,
        "hint": hint,
        "kind": kind,
        "autocomplete": autocomplete,
        "typed": typed,
        "error": wrong.get(way.value, ""),
    }


def _lane(lane: Lane, open_ways: list[Channel], chosen: choices.Preferences) -> dict[str, Any]:
    off = chosen.off.get(lane, ())
    return {
        "name": forms.field(lane),
        "offer": lane is Lane.OFFER,
        "label": texts.lane(lane),
        "hint": texts.lane_hint(lane),
        "ways": [(way.value, texts.channel(way), way not in off) for way in open_ways],
    }


@person
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    """Send offers of a topic again that were stopped from an e-mail."""
    own.resume(actor_of(request), request.POST.get("topic", "")[:MAX_TOPIC])
    messages.success(request, _("また送ります。"))
    return redirect("notifications:settings")
