"""The pages between this site and a provider: going there, coming back, step-up, linking, and this site's public keys."""

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers
from django.views.decorators.http import require_GET

from madoguchi.apps.accounts import factors
from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.levels import requires_level
from madoguchi.apps.accounts.models import Purpose, User
from madoguchi.apps.accounts.oidc import flow
from madoguchi.apps.accounts.oidc.authorise import Wish
from madoguchi.apps.accounts.oidc.providers import ProviderSettings, public_key_set
from madoguchi.apps.accounts.oidc.refusals import Refused
from madoguchi.apps.accounts.texts import level_text, provider_label
from madoguchi.apps.accounts.throttling import by_account, by_address
from madoguchi.apps.accounts.views.common import home_of, local_path, refusal_page
from madoguchi.core.access import Kind, public, signed_in

LANGUAGE = "sign_in_language"


def _provider(name: str) -> ProviderSettings:
    found = flow.providers().get(name)
    if found is None:
        raise Http404
    return found


@public
@require_GET
@by_address("start")
def go(request: HttpRequest, name: str) -> HttpResponse:
    """Send the browser to a provider to sign in."""
    wish = Wish(Purpose.SIGN_IN, next=local_path(request, request.GET.get("next", "")))
    return _send(request, _provider(name), wish)


@signed_in
@require_GET
@by_account("prove")
def prove(request: HttpRequest, name: str) -> HttpResponse:
    """Send the browser to a provider to prove the signed-in account again, at a level and within some minutes."""
    provider, user = _provider(name), request.user
    assert isinstance(user, User)
    if provider.kind != user.kind:
        raise Http404
    minutes = _number(request, "minutes")
    wish = Wish(
        Purpose.STEP_UP,
        next=local_path(request, request.GET.get("next", "")),
        level=_level(request),
        max_age_seconds=None if minutes is None else minutes * 60,
        user=user,
    )
    return _send(request, provider, wish)


@signed_in
@require_GET
@by_account("link")
@requires_level(factors.surest_level, max_age_minutes=factors.FRESH_MINUTES)
def link(request: HttpRequest, name: str) -> HttpResponse:
    """Send the browser to a provider to link it with the signed-in account, which was proven minutes ago."""
    provider, user = _provider(name), request.user
    assert isinstance(user, User)
    if provider.kind != user.kind:
        raise Http404
    return _send(request, provider, Wish(Purpose.LINK, user=user))


def _send(request: HttpRequest, provider: ProviderSettings, wish: Wish) -> HttpResponse:
    """Redirect to the provider; a visitor whom another site has sent here is asked first."""
    if request.headers.get("Sec-Fetch-Site") == "cross-site":
        return render(
            request, "accounts/go_on.html", {"label": provider_label(provider), "address": request.get_full_path()}
        )
    request.session[LANGUAGE] = translation.get_language()
    try:
        address = flow.start(request, provider, wish, now=timezone.now())
    except Refused as refused:
        return refusal_page(request, provider.name, refused)
    answer = redirect(address)
    add_never_cache_headers(answer)
    return answer


@public
@require_GET
@by_address("callback")
def callback(request: HttpRequest, name: str) -> HttpResponse:
    """Take somebody back from a provider; every refusal is audited and explained."""
    provider = _provider(name)
    translation.activate(request.session.get(LANGUAGE) or translation.get_language() or "ja")
    try:
        outcome = flow.complete(request, provider, now=timezone.now())
    except Refused as refused:
        answer = refusal_page(request, provider.name, refused)
    else:
        answer = redirect(outcome.next or home_of(outcome.user))
    add_never_cache_headers(answer)
    answer.headers["Referrer-Policy"] = "no-referrer"  # the address holds a code
    return answer


@signed_in
@require_GET
def step_up(request: HttpRequest) -> HttpResponse:
    """Send somebody to the provider that is the one way to prove the level, or show the ways there are."""
    user = request.user
    assert isinstance(user, User)
    level, minutes = _level(request), _number(request, "minutes")
    is_staff = user.kind == Kind.STAFF
    by_password = is_staff and level <= AssuranceLevel.EMAIL and user.has_usable_password()
    by_passkey = is_staff and level <= AssuranceLevel.PASSKEY and user.passkeys.exists()
    able = factors.linked_providers(user, level=level)
    if len(able) == 1 and not by_password and not by_passkey:
        return redirect(_prove_address(request, able[0]))
    context = {
        "level": level_text(level),
        "minutes": minutes,
        "ways": [(_prove_address(request, found), provider_label(found)) for found in able],
        "next": request.GET.get("next", ""),
        "by_password": by_password,
        "by_passkey": by_passkey,
        "is_staff": is_staff,
        "passkey_helps": level <= AssuranceLevel.PASSKEY,
    }
    return render(request, "accounts/step_up.html", context, status=403)


def _prove_address(request: HttpRequest, provider: ProviderSettings) -> str:
    return f"{reverse('accounts:prove', args=[provider.name])}?{request.GET.urlencode()}"


def _number(request: HttpRequest, name: str) -> int | None:
    """Return a number from the address; whoever changes it only asks less of themselves, and the page asks again."""
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else None


def _level(request: HttpRequest) -> AssuranceLevel:
    number = _number(request, "level")
    return AssuranceLevel(number) if number in set(AssuranceLevel) else AssuranceLevel.NONE


@public
@require_GET
def keys(request: HttpRequest, name: str) -> HttpResponse:
    """Show the public keys with which this site proves itself at a provider (JWKS)."""
    return JsonResponse(public_key_set(_provider(name)), content_type="application/jwk-set+json")
