"""Addresses of the accounts room. A provider whose callback path is set in the settings gets that path, too."""

from django.urls import URLPattern, include, path

from madoguchi.apps.accounts.oidc.flow import providers as configured
from madoguchi.apps.accounts.views import providers, sessions, sign_in

app_name = "accounts"


def _set_callbacks() -> list[URLPattern]:
    return [
        path(found.redirect_path.lstrip("/"), providers.callback, {"name": found.name})
        for found in configured().values()
        if found.redirect_path
    ]


urlpatterns = [
    path("sign-in/", sign_in.sign_in, name="sign-in"),
    path("sign-in/step-up/", providers.step_up, name="step-up"),
    path("", include("madoguchi.apps.accounts.passkeys.urls")),
    path("", include("madoguchi.apps.accounts.delegation.urls")),
    path("sign-in/<slug:name>/", providers.go, name="provider"),
    path("sign-in/<slug:name>/prove/", providers.prove, name="prove"),
    path("sign-in/<slug:name>/link/", providers.link, name="link"),
    path("sign-in/<slug:name>/callback/", providers.callback, name="callback"),
    path("sign-in/<slug:name>/keys.json", providers.keys, name="keys"),
    path("sign-out/", sign_in.sign_out, name="sign-out"),
    path("account/", sign_in.account, name="account"),
    path("account/session/", sessions.stay, name="session"),
    path("account/sessions/", sessions.session_list, name="sessions"),
    *_set_callbacks(),
]
