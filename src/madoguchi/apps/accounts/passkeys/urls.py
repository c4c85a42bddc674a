"""Addresses of passkeys, in the namespace of the accounts room."""

from django.urls import path

from madoguchi.apps.accounts.passkeys import views

urlpatterns = [
    path("account/passkeys/", views.listing, name="passkeys"),
    path("account/passkeys/options/", views.register_options, name="passkey-options"),
    path("account/passkeys/register/", views.register, name="passkey-register"),
    path("account/passkeys/<uuid:passkey_id>/rename/", views.rename, name="passkey-rename"),
    path("account/passkeys/<uuid:passkey_id>/remove/", views.remove, name="passkey-remove"),
    path("passkey/", views.sign_in, name="passkey-sign-in"),
    path("passkey/options/", views.sign_in_options, name="passkey-sign-in-options"),
    path("passkey/finish/", views.sign_in_finish, name="passkey-sign-in-finish"),
]
