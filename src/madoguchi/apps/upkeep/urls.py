"""Addresses of the upkeep room."""

from django.urls import path

from madoguchi.apps.upkeep.views import assistant, board, programme

app_name = "upkeep"
urlpatterns = [
    path("registry/upkeep/", board.summary, name="summary"),
    path("registry/upkeep/upkeep.csv", board.summary_csv, name="summary-csv"),
    path("desk/upkeep/", board.board, name="board"),
    path("desk/upkeep/upkeep.csv", board.board_csv, name="board-csv"),
    path("desk/upkeep/organisations/<str:organisation_id>/", board.organisation, name="organisation"),
    path("desk/upkeep/findings/<uuid:finding_id>/", board.finding, name="finding"),
    path("desk/upkeep/pages/<uuid:source_id>/", assistant.page, name="page"),
    path("desk/upkeep/programmes/<slug:programme_id>/", programme.page, name="programme"),
    path("desk/upkeep/programmes/<slug:programme_id>/review/", programme.review, name="review"),
    path("desk/upkeep/programmes/<slug:programme_id>/hand-over/", programme.hand_over, name="hand-over"),
    path("desk/upkeep/programmes/<slug:programme_id>/pages/", assistant.take_in, name="take-in"),
]
