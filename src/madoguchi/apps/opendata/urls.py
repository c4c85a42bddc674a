"""Addresses of the opendata room."""

from django.urls import path

from madoguchi.apps.opendata.views import keys, matcher, start

app_name = "opendata"
urlpatterns = [
    path("open/", start.page, name="start"),
    path("open/matcher/", matcher.page, name="matcher"),
    path("open/keys/", keys.page, name="keys"),
    path("open/webhooks/", keys.hooks, name="hooks"),
]
