"""Addresses of the business registry: pages for everybody, the review desk of staff."""

from django.urls import path

from madoguchi.apps.businesses.views import desk, public

app_name = "businesses"
urlpatterns = [
    path("businesses/", public.search, name="search"),
    path("businesses/<str:number>/", public.business, name="business"),
    path("desk/businesses/review/", desk.review, name="desk-review"),
    path("desk/businesses/review/<uuid:case_id>/", desk.case, name="desk-case"),
]
