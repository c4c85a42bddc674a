"""Opening a case: one number without gaps, one case per submission key, checks right away.

Safe under double clicks, retries and lost answers: the same key with the same content always returns the same case.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from madoguchi.apps.cases import clock, content, forecast, numbers, words
from madoguchi.apps.cases.contracts import (
    CaseOpened,
    CaseRef,
    Channel,
    Invalid,
    KeyReused,
    Party,
    Refusal,
    Submission,
)
from madoguchi.apps.cases.machine import Who
from madoguchi.apps.cases.models import Action, Case, CaseCounter
from madoguchi.apps.cases.services import checking
from madoguchi.apps.cases.services.writing import By, fresh
from madoguchi.apps.procedures import api as procedures
from madoguchi.apps.procedures.contracts import ProcedureView
from madoguchi.core import events
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import Actor
from madoguchi.engines.calendars import fiscal_year
from madoguchi.engines.merkle import canonical

MAX_KEY = 100


def lock_counters(organisation_ids: Iterable[str], *, now: datetime) -> None:
    """Lock the counters of several organisations in one order, in the caller's transaction.

    Whoever opens cases at several organisations in one transaction calls this first, so that two of them never wait for
    each other in a circle.
    """
    for organisation_id in sorted(set(organisation_ids)):
        _locked_counter(organisation_id, now)


def _locked_counter(organisation_id: str, at: datetime) -> CaseCounter:
    year = fiscal_year(timezone.localdate(at))
    rows = CaseCounter.objects.select_for_update().filter(organisation_id=organisation_id, year=year)
    found = rows.first()
    if found is None:
        CaseCounter.objects.get_or_create(organisation_id=organisation_id, year=year)
        found = rows.get()
    return found


@transaction.atomic
def open_case(submission: Submission, *, now: datetime) -> CaseRef:
    """Open the case of a submission, or return the one it opened before.

    Runs in the caller's transaction when there is one. Raise `Invalid` for an unknown organisation or channel, `KeyReused`
    when the key came before with another content, `procedures.UnknownProcedure` for an unknown procedure.
    """
    organisation = _checked(submission)
    view = procedures.procedure(submission.procedure_id, submission.version)
    try:
        with transaction.atomic():
            return _reference(_new(submission, view, organisation, submission.at or now))
    except IntegrityError:  # the same key was delivered for another organisation in this moment
        known = _known(submission)
        if known is None:
            raise
        return _reference(known)


def _checked(given: Submission) -> Organisation:
    organisation = Organisation.objects.filter(pk=given.organisation_id).first()
    if organisation is None:
        raise Invalid(Refusal("unknown_organisation", {"organisation": given.organisation_id}))
    if not 0 < len(given.key) <= MAX_KEY:
        raise Invalid(Refusal("bad_key", {"most": MAX_KEY}))
    if given.channel not in set(Channel) or given.subject_kind not in {"person", "business"} or not given.subject_id:
        raise Invalid(Refusal("bad_submission"))
    return organisation


def _known(given: Submission) -> Case | None:
    """Return the case that the key opened; raise `KeyReused` when the content is another one."""
    case = Case.objects.filter(key=given.key).first()
    if case is None:
        return None
    first = Action.objects.select_related("words").get(case=case, number=1)
    told = words.of(first)
    same = (
        (case.procedure_id, case.version, case.subject_kind, case.subject_id)
        == (given.procedure_id, given.version, given.subject_kind, given.subject_id)
        and first.data["organisation"] == given.organisation_id
        and (not told or canonical(told) == canonical(content.opening_words(given)))
    )
    if not same:
        raise KeyReused(Refusal("key_reused", {"number": case.number}))
    return case


def _new(given: Submission, view: ProcedureView, organisation: Organisation, at: datetime) -> Case:
    counter = _locked_counter(organisation.pk, at)
    known = _known(given)
    if known is not None:
        return known
    counter.last += 1
    counter.save(update_fields=["last"])
    case = _row(
        given, numbers.number_of(timezone.localdate(at), organisation.code or organisation.pk, counter.last), at
    )
    account = given.applicant_account_id
    by = By(Who(account, frozenset({Party.APPLICANT})), "", Actor(account, ""))
    desk = fresh(case, by, data=_data(given, view), told=content.opening_words(given), now=at)
    checking.run(desk, view)
    desk.close_desk()
    events.publish(
        CaseOpened(
            str(case.pk), case.number, case.procedure_id, case.organisation_id, case.subject_kind, case.subject_id
        )
    )
    return case


def _row(given: Submission, number: str, at: datetime) -> Case:
    return Case(
        number=number,
        key=given.key,
        procedure_id=given.procedure_id,
        version=given.version,
        subject_kind=given.subject_kind,
        subject_id=given.subject_id,
        account_id=given.applicant_account_id,
        acting_for=given.acting_for,
        bundle_id=given.bundle_id,
        channel=given.channel,
        opened_at=at,
    )


def _data(given: Submission, view: ProcedureView) -> dict[str, Any]:
    """Return what the machine needs of the procedure, so that a case follows from its actions alone."""
    checks = view.record.get("checks") or ()
    decision = view.record.get("decision") or {}
    return {
        "organisation": given.organisation_id,
        "checks": [check["id"] for check in checks],
        "required": [check["id"] for check in checks if check.get("required", True)],
        "four_eyes": bool(decision.get("four_eyes", True)),
        "outcomes": list(decision.get("outcomes") or ("granted", "refused")),
        "period": clock.period_of(view.record, given.channel),
    }


def _reference(case: Case) -> CaseRef:
    return CaseRef(
        str(case.pk), case.number, case.due_on, forecast.predicted(case, today=timezone.localdate(case.opened_at))
    )
