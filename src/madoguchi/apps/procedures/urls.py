"""Addresses of the procedures room: the public page of a procedure, and the desk where it is edited."""

from django.urls import path

from madoguchi.apps.procedures.views import desk, expert, form, paper, parts, preview, public

app_name = "procedures"
urlpatterns = [
    path("procedures/<slug:procedure_id>/", public.procedure, name="procedure"),
    path("desk/procedures/", desk.overview, name="desk"),
    path("desk/procedures/paper/", paper.overview, name="desk-papers"),
    path("desk/procedures/<slug:procedure_id>/", desk.procedure, name="desk-procedure"),
    path("desk/procedures/<slug:procedure_id>/texts/", parts.texts, name="desk-texts"),
    path("desk/procedures/<slug:procedure_id>/form/", form.pages, name="desk-form"),
    path("desk/procedures/<slug:procedure_id>/form/<slug:page_id>/<str:key>/", form.field, name="desk-field"),
    path("desk/procedures/<slug:procedure_id>/documents/", parts.documents, name="desk-documents"),
    path("desk/procedures/<slug:procedure_id>/clock/", parts.clock, name="desk-clock"),
    path("desk/procedures/<slug:procedure_id>/checks/", parts.checks, name="desk-checks"),
    path("desk/procedures/<slug:procedure_id>/yaml/", expert.page, name="desk-yaml"),
    path("desk/procedures/<slug:procedure_id>/preview/", preview.page, name="desk-preview"),
    path("desk/procedures/<slug:procedure_id>/paper/", paper.procedure, name="desk-paper"),
    path("desk/procedures/<slug:procedure_id>/changes/", desk.changes, name="desk-changes"),
]
