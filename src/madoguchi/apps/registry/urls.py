"""Addresses of the registry: pages for residents, the finder, the desk of staff."""

from django.urls import path

from madoguchi.apps.registry.views import desk, finder, public, reading, tree

app_name = "registry"
urlpatterns = [
    path("programmes/", public.search, name="search"),
    path("programmes/<slug:programme_id>/", public.programme, name="programme"),
    path("programmes/<slug:programme_id>/history/", public.history, name="history"),
    path("finder/", finder.page, name="finder"),
    path("desk/", desk.overview, name="desk"),
    path("desk/<slug:programme_id>/", desk.edit, name="desk-edit"),
    path("desk/<slug:programme_id>/check/", desk.check, name="desk-check"),
    path("desk/<slug:programme_id>/tree/", tree.page, name="desk-tree"),
    path("desk/<slug:programme_id>/changes/", desk.changes, name="desk-changes"),
    path("desk/<slug:programme_id>/reading/", reading.page, name="desk-reading"),
]
