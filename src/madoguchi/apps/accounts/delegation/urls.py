"""Addresses of delegation, in the namespace of the accounts room."""

from django.urls import path

from madoguchi.apps.accounts.delegation import guardian_views, views

urlpatterns = [
    path("account/acting/", views.acting, name="acting"),
    path("account/delegations/", views.overview, name="delegations"),
    path("account/delegations/new/", views.offer, name="delegation-offer"),
    path("account/delegations/accept/", views.accept, name="delegation-accept"),
    path("account/delegations/guardian-code/", guardian_views.code, name="guardian-code"),
    path("account/delegations/child/", views.take_charge, name="delegation-child"),
    path("account/delegations/<uuid:delegation_id>/revoke/", views.revoke, name="delegation-revoke"),
    path("desk/delegations/", guardian_views.desk, name="desk-delegations"),
    path("desk/delegations/<uuid:delegation_id>/end/", guardian_views.end, name="desk-delegation-end"),
]
