"""Addresses of the cases room: the applicant's own cases, the check of letters, the desk."""

from django.urls import URLPattern, path

from madoguchi.apps.cases.views import asking, correcting, letters, listing, own, reviewing
from madoguchi.apps.cases.views.desk.acting import act
from madoguchi.apps.cases.views.desk.bulk import bulk
from madoguchi.apps.cases.views.desk.case import case, file, letter
from madoguchi.apps.cases.views.desk.correcting import correction
from madoguchi.apps.cases.views.desk.deciding import decision
from madoguchi.apps.cases.views.desk.figures import statistics
from madoguchi.apps.cases.views.desk.objecting import objection
from madoguchi.apps.cases.views.desk.queue import queue

app_name = "cases"
OWN: list[URLPattern] = [
    path("letters/", letters.check, name="letters"),
    path("me/cases/", listing.mine, name="mine"),
    path("me/cases/<str:case_number>/", own.case, name="case"),
    path("me/cases/<str:case_number>/correction/", correcting.correct, name="correct"),
    path("me/cases/<str:case_number>/message/", asking.message, name="message"),
    path("me/cases/<str:case_number>/withdraw/", asking.withdraw, name="withdraw"),
    path("me/cases/<str:case_number>/objection/", asking.object_to, name="object"),
    path("me/cases/<str:case_number>/review/", reviewing.review, name="review"),
    path("me/cases/<str:case_number>/files/<uuid:file_id>/", own.file, name="file"),
    path("me/cases/<str:case_number>/letters/<uuid:letter_id>/", own.letter, name="letter"),
]
DESK: list[URLPattern] = [
    path("desk/cases/", queue, name="desk"),
    path("desk/cases/bulk/", bulk, name="desk-bulk"),
    path("desk/cases/reviews/", reviewing.desk, name="desk-reviews"),
    path("desk/cases/statistics/", statistics, name="desk-statistics"),
    path("desk/cases/<str:case_number>/", case, name="desk-case"),
    path("desk/cases/<str:case_number>/act/", act, name="desk-act"),
    path("desk/cases/<str:case_number>/correction/", correction, name="desk-correction"),
    path("desk/cases/<str:case_number>/decision/", decision, name="desk-decision"),
    path("desk/cases/<str:case_number>/objection/", objection, name="desk-objection"),
    path("desk/cases/<str:case_number>/files/<uuid:file_id>/", file, name="desk-file"),
    path("desk/cases/<str:case_number>/letters/<uuid:letter_id>/", letter, name="desk-letter"),
]
urlpatterns = [*OWN, *DESK]
