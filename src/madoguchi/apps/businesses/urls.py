"""Addresses of the business registry: pages for everybody, a business's own page, the review desk of staff."""

from django.urls import path

from madoguchi.apps.businesses.views import desk, own, public

app_name = "businesses"
urlpatterns = [
    path("businesses/", public.search, name="search"),
    path("businesses/mine/", own.mine, name="mine"),
    path("businesses/<str:number>/", public.business, name="business"),
    path("desk/businesses/review/", desk.review, name="desk-review"),
    path("desk/businesses/review/<uuid:case_id>/", desk.case, name="desk-case"),
]
