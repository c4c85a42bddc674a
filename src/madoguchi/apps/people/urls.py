"""Addresses of the person's own pages."""

from django.urls import path

from madoguchi.apps.people import views

app_name = "people"
urlpatterns = [
    path("me/", views.me, name="me"),
    path("me/facts/<str:attribute>/", views.declare, name="declare"),
    path("me/data/", views.data, name="data"),
    path("me/data/my-data.json", views.download_json, name="data-json"),
    path("me/data/my-data.pdf", views.download_pdf, name="data-pdf"),
    path("me/data/erase/", views.erase, name="erase"),
]
