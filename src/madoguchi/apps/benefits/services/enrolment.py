"""Who receives a benefit: enrolling from decided cases, ending, new accounts, newer knowledge of residence."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime

from django.db import transaction

from madoguchi.apps.benefits import errors, sealing
from madoguchi.apps.benefits.contracts import (
    Account,
    Enrolment,
    Grant,
    GrantedChild,
    RecipientEnrolled,
    RecipientState,
    Residence,
)
from madoguchi.apps.benefits.models import Recipient, Scheme
from madoguchi.apps.benefits.services import common, eligible
from madoguchi.core import audit, events, vault
from madoguchi.core.permissions import SYSTEM, Actor, Permission
from madoguchi.engines.payments import AccountFault, account_faults, bank_kana

NO_ENROLMENT = Enrolment((), (), ())


def find_fault(account: Account) -> AccountFault | None:
    """Return the first thing that is wrong with an account, None when it is well formed."""
    faults = account_faults(account.bank_code, account.branch_code, account.kind, account.number, account.holder)
    return faults[0] if faults else None


@transaction.atomic
def enrol(grant: Grant, *, now: datetime) -> Enrolment:
    """Pay for every child of a granted case from its month on; called by the wiring when the case was decided.

    A second call changes nothing; one with another first month, or after the benefit was taken back, puts that right. A
    child for whom somebody else is paid is left out and told in `taken`: the desk must end the other one first. An
    account that is not well formed is kept; payments wait until it is corrected.
    """
    found = common.scheme_of_procedure(grant.procedure_id)
    if found is None:
        return NO_ENROLMENT
    scheme = Scheme.objects.select_for_update().get(pk=found.pk)
    mine = Recipient.objects.filter(scheme=scheme, subject_id__in=[child.subject_id for child in grant.children])
    before = {row.subject_id: row for row in mine.filter(case_id=grant.case_id).select_related("scheme")}
    others = mine.filter(state=RecipientState.ACTIVE).exclude(case_id=grant.case_id)
    active = set(others.values_list("subject_id", flat=True))
    for subject_id, row in before.items():
        _put_right(row, grant.granted_from, free=subject_id not in active)
    fresh = [child for child in grant.children if child.subject_id not in {*before, *active}]
    for child in fresh:
        _create(scheme, grant, child, now)
    taken = sorted(key for key in active if key not in before or before[key].ends_on == before[key].starts_on)
    if fresh or taken:
        _note(SYSTEM, scheme, "enrol", grant.case_id, {"created": len(fresh), "taken": len(taken)})
    return Enrolment(tuple(child.subject_id for child in fresh), tuple(sorted(before)), tuple(taken))


def _put_right(row: Recipient, since: date, *, free: bool) -> None:
    """Let a known benefit begin in the month that the decision names, and go on if the decision had been taken back."""
    again = free and row.state == RecipientState.ENDED and row.ends_on == row.starts_on
    if row.starts_on == since and not again:
        return
    ended_at_once = row.ends_on == row.starts_on
    row.starts_on = since
    if again:
        row.state, row.ends_on = RecipientState.ACTIVE, None
    elif ended_at_once:
        row.ends_on = since
    _saved(SYSTEM, row, "change", ["starts_on", "state", "ends_on"])


def _create(scheme: Scheme, grant: Grant, child: GrantedChild, now: datetime) -> None:
    row = Recipient(
        scheme=scheme,
        subject_id=child.subject_id,
        payee_id=grant.payee_subject_id,
        case_id=grant.case_id,
        case_number=grant.case_number,
        state=RecipientState.ACTIVE,
        starts_on=grant.granted_from,
        enrolled_at=now,
    )
    account = grant.account and _written(grant.account)
    sealing.put_recipient(row, account, child.residence, vault.sealer())
    row.save(force_insert=True)
    eligible.note_decision(scheme, child.subject_id, grant.case_id, now)
    events.publish(RecipientEnrolled(scheme.pk, child.subject_id, grant.payee_subject_id, grant.case_id))


def _written(account: Account) -> Account:
    """Return an account with its holder in the signs of a bank file, as given when that cannot be."""
    if find_fault(account):
        return account
    return replace(account, holder=bank_kana(account.holder))


@transaction.atomic
def end(actor: Actor, recipient_id: int, *, on: date) -> None:
    """End a benefit: months whose deciding day lies before that day may still be paid. Repeating changes nothing."""
    row = _locked(actor, recipient_id)
    if row.state == RecipientState.ACTIVE or (row.state == RecipientState.ENDED and row.ends_on != on):
        row.state, row.ends_on = RecipientState.ENDED, on
        _saved(actor, row, "end", ["state", "ends_on"])


@transaction.atomic
def stop(actor: Actor, recipient_id: int) -> None:
    """Stop a benefit at once: nothing is paid any more, not even for earlier months. Repeating changes nothing."""
    row = _locked(actor, recipient_id)
    if row.state != RecipientState.STOPPED:
        row.state = RecipientState.STOPPED
        _saved(actor, row, "stop", ["state"])


@transaction.atomic
def correct_account(actor: Actor, payee_id: str, account: Account, *, scheme_id: str) -> int:
    """Put a new account under all benefits of a payee in a scheme; return how many. Refuse one that is not well formed.

    The caller has made sure that the actor is the payee, or staff who may.
    """
    fault = find_fault(account)
    if fault:
        raise errors.Refused(
            errors.Refusal.WRONG_ACCOUNT, "The account is not well formed. Correct it and send it again.", detail=fault
        )
    rows = Recipient.objects.select_for_update(of=("self",)).select_related("scheme")
    mine = list(rows.filter(scheme_id=scheme_id, payee_id=payee_id).exclude(sealed=None).order_by("pk"))
    for row in mine:
        _resealed(actor, row, "account", account=_written(account))
    return len(mine)


@transaction.atomic
def record_residence(actor: Actor, scheme_id: str, told: Iterable[tuple[str, Residence]]) -> int:
    """Take in what registers know now of birth, stays and death, by subject; return how many benefits it concerned.

    An older knowledge never replaces a newer one. One transaction: give a few hundred people at a time.
    """
    known = dict(told)
    scheme = common.scheme(scheme_id)
    common.allow(actor, Permission.PREPARE_PAYMENTS, scheme.organisation_id)
    rows = Recipient.objects.select_for_update(of=("self",)).select_related("scheme")
    mine = rows.filter(scheme=scheme, subject_id__in=known).exclude(sealed=None)
    newer = [row for row in mine.order_by("pk") if row.residence_as_of <= known[row.subject_id].as_of]
    for row in newer:
        _resealed(actor, row, "residence", residence=known[row.subject_id])
    return len(newer)


def _resealed(
    actor: Actor, row: Recipient, action: str, *, account: Account | None = None, residence: Residence | None = None
) -> None:
    """Put a new account or residence into a locked recipient; nothing happens when it stays the same."""
    content = sealing.content_of(row)
    if content is None:
        return
    fresh = (account or content[0], residence or content[1])
    corrected = action == "account" and not row.account_works
    if fresh == content and not corrected:
        return
    row.account_works = row.account_works or corrected
    sealing.put_recipient(row, *fresh, vault.sealer())
    _saved(actor, row, action, ["sealed", "key", "account_works", "residence_as_of"])


def _locked(actor: Actor, recipient_id: int) -> Recipient:
    row = Recipient.objects.select_for_update(of=("self",)).select_related("scheme").filter(pk=recipient_id).first()
    if row is None:
        raise errors.not_found()
    common.allow(actor, Permission.PREPARE_PAYMENTS, row.scheme.organisation_id)
    return row


def _saved(actor: Actor, row: Recipient, action: str, fields: list[str]) -> None:
    row.revision += 1
    row.save(update_fields=[*fields, "revision"])
    _note(actor, row.scheme, action, str(row.pk), {"revision": row.revision})


def _note(actor: Actor, scheme: Scheme, action: str, object_id: str, detail: dict[str, object]) -> None:
    audit.record(
        actor=actor,
        organisation_id=scheme.organisation_id,
        action=f"benefit.{action}",
        object_kind="benefit-case" if action == "enrol" else "benefit-recipient",
        object_id=object_id,
        detail={"scheme": scheme.pk, **detail},
    )
