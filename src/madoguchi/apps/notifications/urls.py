"""Addresses of the notifications room: the inbox and the choices of the signed-in account."""

from django.urls import path

from madoguchi.apps.notifications.views import choosing, inbox, ways

app_name = "notifications"
urlpatterns = [
    path("me/inbox/", inbox.messages_of, name="inbox"),
    path("me/inbox/all-read/", inbox.all_read, name="all-read"),
    path("me/inbox/<uuid:notice_id>/", inbox.message, name="message"),
    path("me/notifications/", choosing.page, name="settings"),
    path("me/notifications/resume/", choosing.resume, name="resume"),
    path("me/notifications/add/<str:way>/", ways.add, name="add"),
    path("me/notifications/browser/", ways.browser, name="browser"),
    path("me/notifications/line/", ways.line, name="line"),
    path("me/notifications/<uuid:address_id>/", ways.confirm, name="confirm"),
    path("me/notifications/<uuid:address_id>/code/", ways.new_code, name="new-code"),
    path("me/notifications/<uuid:address_id>/remove/", ways.remove, name="remove"),
]
