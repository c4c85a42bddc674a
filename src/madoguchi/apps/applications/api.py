"""The door of the applications room."""

from madoguchi.apps.applications.contracts import Applicant, Applied, DraftState, DraftView, ReceiptView
from madoguchi.apps.applications.errors import DraftMissing, NotDone, Reason
from madoguchi.apps.applications.queries import drafts_of, receipt_of, receipts_of
from madoguchi.apps.applications.services.forgetting import forget
from madoguchi.apps.applications.services.sending import send
from madoguchi.apps.applications.services.starting import begin, delete
from madoguchi.apps.applications.tasks import forget_old_drafts

__all__ = [
    "Applicant",
    "Applied",
    "DraftMissing",
    "DraftState",
    "DraftView",
    "NotDone",
    "Reason",
    "ReceiptView",
    "begin",
    "delete",
    "drafts_of",
    "forget",
    "forget_old_drafts",
    "receipt_of",
    "receipts_of",
    "send",
]
