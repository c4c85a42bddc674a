"""What officers do in a case before its decision. Each write is one transaction and returns the newest number.

Every function raises `NotPermitted` or `CaseMissing` (a page answers 404), `Stale`, `NotAllowed` or `Invalid`.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.utils import timezone

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.cases import clock
from madoguchi.apps.cases.contracts import (
    DOCUMENT_PREFIX,
    ActionKind,
    CaseMessage,
    CorrectionAsked,
    Invalid,
    NotAllowed,
    Party,
    Refusal,
)
from madoguchi.apps.cases.services.given import text_of
from madoguchi.apps.cases.services.writing import Desk, desk_of_staff
from madoguchi.core import events
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import Actor, Permission

MAX_EXTENSION_DAYS = 365


def accept(case_id: str, *, actor: Actor, expected_number: int | None, now: datetime) -> int:
    """Find the application complete: the examination begins."""
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        desk.append(ActionKind.ACCEPTED, by)
    return desk.status.last_number


def ask_correction(
    case_id: str,
    *,
    actor: Actor,
    fields: Sequence[str],
    message: str,
    expected_number: int | None,
    now: datetime,
) -> int:
    """Ask the applicant to correct fields of the form, or documents (`document:<id>`) (行政手続法 第7条)."""
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        asked = _asked(desk, fields)
        pauses = bool((desk.procedure.record.get("clock") or {}).get("pauses_in_correction", True))
        row = desk.append(
            ActionKind.CORRECTION_ASKED,
            by,
            data={"fields": asked, "pauses": pauses},
            told={"message": text_of(message, "message")},
        )
        case = desk.case
        events.publish(
            CorrectionAsked(str(case.pk), case.procedure_id, case.organisation_id, case.subject_id, row.number)
        )
    return desk.status.last_number


def _asked(desk: Desk, fields: Sequence[str]) -> list[str]:
    view = desk.procedure
    documents = {f"{DOCUMENT_PREFIX}{item['id']}" for item in view.record.get("documents") or ()}
    open_fields = {key for key, item in view.form.fields.items() if item.calculate is None}
    asked = list(dict.fromkeys(fields))
    if not asked:
        raise Invalid(Refusal("nothing_asked", {"field": "fields"}))
    strange = [key for key in asked if key not in open_fields | documents]
    if strange:
        raise Invalid(Refusal("unknown_field", {"field": "fields", "keys": strange}))
    return asked


def suspend(case_id: str, *, actor: Actor, reason: str, expected_number: int | None, now: datetime) -> int:
    """Let the case stand still with a reason that the applicant reads; the clock stands still too."""
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        desk.append(ActionKind.SUSPENDED, by, told={"reason": text_of(reason, "reason")})
    return desk.status.last_number


def resume(case_id: str, *, actor: Actor, expected_number: int | None, now: datetime) -> int:
    """Go on with the examination; also ends a correction that the applicant did not answer."""
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        desk.append(ActionKind.RESUMED, by)
    return desk.status.last_number


def extend(case_id: str, *, actor: Actor, days: int, reason: str, expected_number: int | None, now: datetime) -> int:
    """Take more days (in the unit of the period) with a reason, within the longest period where a law sets one."""
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        if not desk.status.period:
            raise NotAllowed(Refusal("no_period"))
        if not 1 <= days <= MAX_EXTENSION_DAYS:
            raise Invalid(Refusal("bad_days", {"field": "days", "most": MAX_EXTENSION_DAYS}))
        room = clock.room_left(desk.status, today=timezone.localdate(now))
        if room is not None and days > room:
            raise Invalid(Refusal("beyond_longest", {"field": "days", "most": room}))
        desk.append(ActionKind.EXTENDED, by, data={"days": days}, told={"reason": text_of(reason, "reason")})
    return desk.status.last_number


def assign(
    case_id: str,
    *,
    actor: Actor,
    assignee_id: str,
    assignee_name: str = "",
    expected_number: int | None,
    now: datetime,
) -> int:
    """Give the case to somebody of the organisation who may work on it; empty `assignee_id` gives it to nobody.

    To oneself, and back from oneself, an examiner may; anything else needs ASSIGN_CASES.
    """
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        own = assignee_id == actor.id or (not assignee_id and desk.status.assignee_id == actor.id)
        if not own and Party.ASSIGNER not in by.who.parties:
            raise NotAllowed(Refusal("assign_others"))
        if assignee_id == desk.status.assignee_id:
            raise NotAllowed(Refusal("already_assigned"))
        name = actor.name if assignee_id == actor.id else _name_of(assignee_id, desk.case.organisation_id)
        desk.append(ActionKind.ASSIGNED, by, data={"assignee": assignee_id, "name": assignee_name or name})
    return desk.status.last_number


def _name_of(account_id: str, organisation_id: str) -> str:
    if not account_id:
        return ""
    key = _uuid(account_id)
    user = get_user_model().objects.filter(pk=key, is_active=True).first() if key else None
    found = accounts.actor_of(user) if user else None
    if found is None or not found.may(Permission.WORK_CASES, organisation_id):
        raise Invalid(Refusal("bad_assignee", {"field": "assignee_id"}))
    return found.name


def _uuid(account_id: str) -> UUID | None:
    try:
        return UUID(account_id)
    except ValueError:
        return None


def take(case_id: str, *, actor: Actor, expected_number: int | None, now: datetime) -> int:
    """Take the case oneself."""
    return assign(case_id, actor=actor, assignee_id=actor.id, expected_number=expected_number, now=now)


def release(case_id: str, *, actor: Actor, expected_number: int | None, now: datetime) -> int:
    """Put the case back."""
    return assign(case_id, actor=actor, assignee_id="", expected_number=expected_number, now=now)


def forward(
    case_id: str, *, actor: Actor, organisation_id: str, reason: str, expected_number: int | None, now: datetime
) -> int:
    """Send the case to the organisation that is responsible; its staff see it from then on, one's own no longer."""
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        source = desk.case.organisation_id
        if organisation_id == source or not Organisation.objects.filter(pk=organisation_id).exists():
            raise Invalid(
                Refusal("unknown_organisation", {"field": "organisation_id", "organisation": organisation_id})
            )
        desk.append(
            ActionKind.FORWARDED,
            by,
            data={"to": organisation_id, "from": source},
            told={"reason": text_of(reason, "reason")},
            organisation_id=source,
        )
    return desk.status.last_number


def note(case_id: str, *, actor: Actor, text: str, expected_number: int | None = None, now: datetime) -> int:
    """Write something for colleagues; the applicant never sees it."""
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        desk.append(ActionKind.NOTED, by, told={"text": text_of(text, "text")})
    return desk.status.last_number


def message_out(case_id: str, *, actor: Actor, text: str, expected_number: int | None = None, now: datetime) -> int:
    """Write to the applicant."""
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        row = desk.append(ActionKind.MESSAGE_OUT, by, told={"text": text_of(text, "text")})
        case = desk.case
        events.publish(CaseMessage(str(case.pk), case.organisation_id, case.subject_id, "applicant", row.number))
    return desk.status.last_number
