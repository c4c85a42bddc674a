"""Addresses of the applications room."""

from django.urls import path

from madoguchi.apps.applications.views import catalogue, checking, drafts, life, pages, papers

app_name = "applications"
urlpatterns = [
    path("apply/", catalogue.listing, name="apply"),
    path("apply/<slug:procedure_id>/", catalogue.start, name="start"),
    path("apply/<slug:procedure_id>/begin/", catalogue.begin, name="begin"),
    path("life/", life.listing, name="life"),
    path("life/<slug:bundle_id>/", life.event, name="event"),
    path("life/<slug:bundle_id>/begin/", life.begin, name="begin-event"),
    path("life/<slug:bundle_id>/again/", life.again, name="again"),
    path("me/drafts/", drafts.listing, name="drafts"),
    path("me/drafts/<uuid:draft_id>/", drafts.go_on, name="draft"),
    path("me/drafts/<uuid:draft_id>/delete/", drafts.delete, name="delete"),
    path("me/drafts/<uuid:draft_id>/files/<uuid:file_id>/", drafts.download, name="file"),
    path("me/drafts/<uuid:draft_id>/documents/", papers.page, name="documents"),
    path("me/drafts/<uuid:draft_id>/check/", checking.check, name="check"),
    path("me/drafts/<uuid:draft_id>/send/", checking.send, name="send"),
    path("me/drafts/<uuid:draft_id>/pages/<str:page_id>/", pages.page, name="page"),
    path("me/applications/<uuid:receipt_id>/receipt/", checking.receipt, name="receipt"),
]
