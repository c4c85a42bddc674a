"""Writing what opening a draft found out: answers carried to a new version, verified values as they are shown now."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction

from madoguchi.apps.applications.content import put
from madoguchi.apps.applications.contracts import Applicant, DraftState
from madoguchi.apps.applications.models import Draft
from madoguchi.apps.applications.opened import Opened, open_row, row_of


def open_draft(applicant: Applicant, draft_id: str, now: datetime) -> Opened:
    """Open an applicant's own draft; a new version of a procedure is settled first. Raise DraftMissing."""
    opened = open_row(row_of(applicant, draft_id), now)
    if opened.row.state == DraftState.OPEN and opened.is_migrated:
        return settle(applicant, draft_id, now)
    return opened


@transaction.atomic
def settle(applicant: Applicant, draft_id: str, now: datetime) -> Opened:
    """Keep the newest versions and the verified values of this moment as what the person has seen."""
    opened = open_row(row_of(applicant, draft_id, lock=True), now)
    if opened.row.state != DraftState.OPEN:
        return opened
    shown = opened.verified_values
    if opened.is_migrated or shown != opened.content.shown:
        opened = opened.with_content(replace(opened.content, shown=shown))
        save(opened, now)
    return opened


def save(opened: Opened, now: datetime) -> Draft:
    """Write a locked draft's content and versions; its number grows."""
    row = opened.row
    put(row, opened.content)
    row.procedures = [[view.id, view.version] for view in opened.talk.views]
    row.number += 1
    row.changed_at = now
    row.save(update_fields=["sealed", "key", "procedures", "number", "effort", "changed_at"])
    return row
