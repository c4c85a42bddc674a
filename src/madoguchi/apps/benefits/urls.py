"""Addresses of the benefits room."""

from django.urls import path

from madoguchi.apps.benefits.views import desk, mine, runs

app_name = "benefits"
_RUN = "desk/benefits/<slug:scheme_id>/runs/<uuid:run_id>/"
urlpatterns = [
    path("me/benefits/", mine.benefits, name="mine"),
    path("me/benefits/<slug:scheme_id>/account/", mine.account, name="account"),
    path("desk/benefits/", desk.desk, name="desk"),
    path("desk/benefits/<slug:scheme_id>/", desk.scheme, name="desk-scheme"),
    path(_RUN, runs.run, name="desk-run"),
    path(f"{_RUN}file/", runs.file, name="desk-run-file"),
    path(f"{_RUN}payments/", runs.payments, name="desk-run-payments"),
    path(f"{_RUN}findings/<slug:kind>/", runs.findings, name="desk-run-findings"),
]
