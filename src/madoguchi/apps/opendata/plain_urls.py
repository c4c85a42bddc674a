"""Addresses of open data that machines call: no language prefix."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
