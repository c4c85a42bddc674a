"""Beginning and deleting drafts. A form begins one draft, however often it is sent."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from madoguchi.apps.applications import conversation, subjects
from madoguchi.apps.applications.content import Content, put
from madoguchi.apps.applications.contracts import Applicant, DraftState
from madoguchi.apps.applications.documents import owner_of
from madoguchi.apps.applications.errors import NotDone, Reason
from madoguchi.apps.applications.models import Draft
from madoguchi.apps.applications.opened import row_of
from madoguchi.apps.files import api as files
from madoguchi.core import audit
from madoguchi.core.permissions import Actor

MOST_OPEN = 50


@transaction.atomic
def begin(
    applicant: Applicant,
    procedure_ids: Sequence[str],
    *,
    key: str,
    now: datetime,
    bundle_id: str = "",
    answers: Mapping[str, Any] | None = None,
) -> str:
    """Begin a draft over procedures and return its id; the same key of the same account gives the same draft.

    `answers` are those that were given while choosing; what no form asks is dropped. Raise NotDone, and what
    `procedures.procedure` raises for an unknown id.
    """
    start_key = f"{applicant.account_id[:30]}:{key[:32]}"
    known = Draft.objects.filter(start_key=start_key, account_id=applicant.account_id).first()
    if known is not None:
        return str(known.pk)
    if not procedure_ids:
        raise NotDone(Reason.NOTHING_CHOSEN)
    talk = conversation.talk(
        [(name, None) for name in dict.fromkeys(procedure_ids)], first=conversation.first_of(bundle_id)
    )
    _check(applicant, talk, now)
    kept = {name: value for name, value in (answers or {}).items() if name in talk.form.fields}
    return _make(applicant, talk, Content(answers=kept), start_key, bundle_id, now)


def _check(applicant: Applicant, talk: conversation.Talk, now: datetime) -> None:
    wrong = [view.id for view in talk.views if view.subject != applicant.subject_kind]
    if wrong:
        raise NotDone(Reason.WRONG_SUBJECT, wrong)
    beyond = subjects.out_of_reach(applicant, talk.views, timezone.localdate(now))
    if beyond:
        raise NotDone(Reason.NOT_DELEGATED, [view.id for view in beyond])
    open_ones = Draft.objects.filter(account_id=applicant.account_id, state=DraftState.OPEN)
    if open_ones.count() >= MOST_OPEN:
        raise NotDone(Reason.TOO_MANY_DRAFTS)


def _make(
    applicant: Applicant, talk: conversation.Talk, content: Content, start_key: str, bundle_id: str, now: datetime
) -> str:
    row = Draft(
        account_id=applicant.account_id,
        subject_kind=applicant.subject_kind,
        subject_id=applicant.subject_id,
        acting_for=applicant.acting_for,
        bundle_id=bundle_id,
        procedures=[[view.id, view.version] for view in talk.views],
        start_key=start_key,
        created_at=now,
        changed_at=now,
    )
    put(row, content)
    made, is_new = Draft.objects.get_or_create(start_key=start_key, defaults=_fields(row))
    if is_new:
        note(applicant, "application.begin", made, procedures=[view.id for view in talk.views])
    return str(made.pk)


def _fields(row: Draft) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in Draft._meta.concrete_fields}


def note(applicant: Applicant, action: str, row: Draft, **detail: Any) -> None:
    """Write the audit row of a draft; it holds ids only."""
    audit.record(
        actor=Actor(id=applicant.account_id, name=""),
        organisation_id="",
        action=action,
        object_kind="draft",
        object_id=str(row.pk),
        detail={**detail, **({"acting_for": applicant.acting_for} if applicant.acting_for else {})},
    )


@transaction.atomic
def delete(applicant: Applicant, draft_id: str, *, now: datetime) -> None:
    """Delete an open draft with its answers and files; repeating changes nothing. Raise DraftMissing or NotDone."""
    row = row_of(applicant, draft_id, lock=True)
    if row.state != DraftState.OPEN:
        raise NotDone(Reason.CLOSED)
    empty(row, now)
    note(applicant, "application.delete", row)


def empty(row: Draft, now: datetime) -> None:
    """Take everything personal out of a locked draft that was not sent, and mark it deleted."""
    files.remove_all(owner_of(str(row.pk)), now=now)
    row.state, row.sealed, row.key_id, row.changed_at = DraftState.DELETED, None, None, now
    row.save(update_fields=["state", "sealed", "key", "changed_at"])
