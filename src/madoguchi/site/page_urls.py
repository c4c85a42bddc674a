"""Addresses of pages that belong to no room."""

from django.urls import path

from madoguchi.site import page_views

app_name = "site"
urlpatterns = [
    path("", page_views.home, name="home"),
    path("open-data/", page_views.open_data, name="open-data"),
    path("about/", page_views.about, name="about"),
    path("about/sources/", page_views.sources, name="sources"),
    path("about/accessibility/", page_views.accessibility, name="accessibility"),
]
