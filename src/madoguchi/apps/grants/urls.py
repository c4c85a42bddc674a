"""Addresses of the grants room: search and one call for everybody, the state of imports for staff."""

from django.urls import path

from madoguchi.apps.grants import views

app_name = "grants"
urlpatterns = [
    path("grants/", views.search, name="search"),
    path("grants/<slug:call_id>/", views.call, name="call"),
    path("desk/grants/", views.desk, name="desk"),
]
