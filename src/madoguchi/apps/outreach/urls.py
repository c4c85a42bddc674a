"""Addresses of the outreach room."""

from django.urls import path

from madoguchi.apps.outreach.views import desk, mine

app_name = "outreach"
urlpatterns = [
    path("me/outreach/", mine.mine, name="mine"),
    path("me/outreach/stop/", mine.stop, name="stop"),
    path("me/outreach/messages/<uuid:message_id>/", mine.message, name="message"),
    path("me/outreach/messages/<uuid:message_id>/rate/", mine.rate, name="rate"),
    path("desk/outreach/", desk.figures, name="desk"),
    path("desk/outreach/figures.csv", desk.download, name="desk-csv"),
]
