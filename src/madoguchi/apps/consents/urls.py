"""Addresses of consents: pages of the person under /me, pages of staff under /desk."""

from django.urls import path

from madoguchi.apps.consents.views import desk, me, preview

app_name = "consents"
urlpatterns = [
    path("me/consents/", me.consents, name="consents"),
    path("me/consents/<str:agreement_id>/", me.agreement, name="agreement"),
    path("me/receipts/<str:record_id>/", me.receipt, name="receipt"),
    path("me/receipts/<str:record_id>.json", me.receipt_file, name="receipt-file"),
    path("me/access/", me.accesses, name="accesses"),
    path("me/access/<str:entry_id>/", me.access, name="access"),
    path("me/requests/<str:token>/", preview.page, name="preview"),
    path("desk/access/", desk.accesses, name="desk-access"),
    path("desk/access-questions/", desk.questions, name="desk-questions"),
    path("desk/break-glass/", desk.emergencies, name="desk-break-glass"),
    path("desk/break-glass/<str:break_glass_id>/", desk.emergency, name="desk-emergency"),
]
