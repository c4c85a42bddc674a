"""Addresses of notifications that machines call (receipts of providers, the service worker, one-step unsubscribing): no language prefix."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
