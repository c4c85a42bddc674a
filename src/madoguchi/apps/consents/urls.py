"""Addresses of consents: pages of the person under /me, pages of staff under /desk."""

from django.urls import path

from madoguchi.apps.consents.views import business_data, desk, desk_people, desk_protection, desk_records, me, preview

app_name = "consents"
urlpatterns = [
    path("me/consents/", me.consents, name="consents"),
    path("me/consents/<str:agreement_id>/", me.agreement, name="agreement"),
    path("me/receipts/<str:record_id>/", me.receipt, name="receipt"),
    path("me/receipts/<str:record_id>.json", me.receipt_file, name="receipt-file"),
    path("me/access/", me.accesses, name="accesses"),
    path("me/access/<str:entry_id>/", me.access, name="access"),
    path("me/requests/<str:token>/", preview.page, name="preview"),
    path("me/business-data/", business_data.page, name="business-data"),
    path("me/business-data/my-business-data.json", business_data.download, name="business-data-json"),
    path("me/business-data/erase/", business_data.erase, name="business-erase"),
    path("desk/access/", desk.accesses, name="desk-access"),
    path("desk/access-questions/", desk.questions, name="desk-questions"),
    path("desk/people/", desk_people.search, name="desk-people"),
    path("desk/people/protection/", desk_protection.unprotect, name="desk-unprotect"),
    path("desk/people/p/<str:handle>/", desk_people.person, name="desk-person"),
    path("desk/people/p/<str:handle>/fact/", desk_records.fact, name="desk-fact"),
    path("desk/people/p/<str:handle>/event/", desk_records.event, name="desk-event"),
    path("desk/people/p/<str:handle>/protect/", desk_protection.protect, name="desk-protect"),
    path("desk/break-glass/", desk.emergencies, name="desk-break-glass"),
    path("desk/break-glass/<str:break_glass_id>/", desk.emergency, name="desk-emergency"),
]
