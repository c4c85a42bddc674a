"""Addresses of open data that machines call: no language prefix."""

from django.urls import path

from madoguchi.apps.opendata.ckan import views as ckan
from madoguchi.apps.opendata.views import identity

urlpatterns = [
    path("id/programme/<str:psid>", identity.programme, name="opendata-programme"),
    path("catalog.jsonld", identity.catalogue, name="opendata-catalogue"),
    path("api/3/action/<slug:name>", ckan.action, name="opendata-ckan"),
    path("api/action/<slug:name>", ckan.action),
]
