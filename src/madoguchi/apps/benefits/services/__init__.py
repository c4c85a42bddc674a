"""Writes of the benefits room, each one transaction: lists, enrolment, runs, files, results."""

from madoguchi.apps.benefits.services.calculating import calculate, calculate_piece
from madoguchi.apps.benefits.services.checking import approve, checks_of
from madoguchi.apps.benefits.services.eligible import invite, list_eligible, note_application
from madoguchi.apps.benefits.services.enrolment import (
    correct_account,
    end,
    enrol,
    find_fault,
    record_residence,
    stop,
)
from madoguchi.apps.benefits.services.exporting import export, file_of, mark_sent
from madoguchi.apps.benefits.services.granting import (
    Noted,
    keep_waiting,
    name_first_month,
    new_among,
    note_decided,
    open_grant,
    open_grants,
    settled,
    take_back,
)
from madoguchi.apps.benefits.services.refreshing import refresh, refresh_slice, unread
from madoguchi.apps.benefits.services.runs import cancel, draft, recalculate
from madoguchi.apps.benefits.services.settling import reverse, settle

__all__ = [
    "Noted",
    "approve",
    "calculate",
    "calculate_piece",
    "cancel",
    "checks_of",
    "correct_account",
    "draft",
    "end",
    "enrol",
    "export",
    "file_of",
    "find_fault",
    "invite",
    "keep_waiting",
    "list_eligible",
    "mark_sent",
    "name_first_month",
    "new_among",
    "note_application",
    "note_decided",
    "open_grant",
    "open_grants",
    "recalculate",
    "record_residence",
    "refresh",
    "refresh_slice",
    "reverse",
    "settle",
    "settled",
    "stop",
    "take_back",
    "unread",
]
