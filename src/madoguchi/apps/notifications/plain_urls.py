"""Addresses of notifications that machines call: receipts of providers, the service worker, one-step unsubscribing.

They have no language prefix.
"""

from django.urls import path

from madoguchi.apps.notifications.views import machines

app_name = "notifications-plain"
urlpatterns = [
    path("receipts/<str:channel>", machines.receipts_of, name="receipts"),
    path("unsubscribe/<str:token>", machines.unsubscribe, name="unsubscribe"),
    path("push-worker.js", machines.push_worker, name="push-worker"),
]
