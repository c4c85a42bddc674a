"""How every write of the room runs: lock the case, compare the number, ask the machine, append, bring the columns up to date.

Runs in one transaction that the caller opened. Nothing else in the package writes actions.
"""

import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from madoguchi.apps.cases import columns, reach, texts, words
from madoguchi.apps.cases.contracts import (
    ActionKind,
    Applicant,
    CaseMissing,
    NotAllowed,
    Party,
    Refusal,
    Stale,
)
from madoguchi.apps.cases.machine import RULES, Status, Who, allowed, apply
from madoguchi.apps.cases.machine import begin as begin_status
from madoguchi.apps.cases.models import Action, Case
from madoguchi.apps.cases.queries.lists import as_seen
from madoguchi.apps.procedures import api as procedures
from madoguchi.apps.procedures.contracts import ProcedureView
from madoguchi.core import audit
from madoguchi.core.permissions import SYSTEM, Actor, Permission, require
from madoguchi.engines.merkle import canonical

_PERMISSIONS = {
    Party.EXAMINER: Permission.WORK_CASES,
    Party.ASSIGNER: Permission.ASSIGN_CASES,
    Party.DECIDER: Permission.DECIDE_CASES,
}
PUBLIC_KINDS = frozenset(ActionKind) - {
    ActionKind.ASSIGNED,
    ActionKind.CHECK_DONE,
    ActionKind.NOTED,
    ActionKind.PROPOSED,
    ActionKind.PROPOSAL_RETURNED,
    ActionKind.DECIDED,
}
"""What the applicant sees in the timeline. A decision becomes public with the letter (`notified`); the answer to an
objection carries its letter itself."""


@dataclass(frozen=True, slots=True)
class By:
    """Who acts: for the machine, for the row, for the audit trail."""

    who: Who
    name: str
    actor: Actor


def staff(actor: Actor, organisation_id: str) -> By:
    """Return a member of staff with what she may do there; raise `NotPermitted` (a 404) when she has nothing to do there."""
    require(actor, Permission.WORK_CASES, organisation_id)
    held = {party for party, permission in _PERMISSIONS.items() if actor.may(permission, organisation_id)}
    return By(Who(actor.id, frozenset(held)), actor.name, actor)


def applicant(given: Applicant, case: Case) -> By:
    """Return the applicant of a case; raise `CaseMissing` for anybody else, and where a delegation does not reach."""
    if (given.subject_kind, given.subject_id) != (case.subject_kind, case.subject_id):
        raise CaseMissing(Refusal("missing"))
    if not reach.reaches(given, case.procedure_id, case.version):
        raise CaseMissing(Refusal("missing"))
    who = Who(given.account_id, frozenset({Party.APPLICANT}))
    return By(who, "", Actor(given.account_id, ""))


def system() -> By:
    """Return the platform itself."""
    return By(Who(SYSTEM.id, frozenset({Party.SYSTEM})), "", SYSTEM)


@dataclass(slots=True)
class Desk:
    """A locked case with its status; lives as long as the transaction."""

    case: Case
    rows: list[Action]
    status: Status
    now: datetime

    @property
    def procedure(self) -> ProcedureView:
        """Return the version of the procedure that the case follows."""
        return procedures.procedure(self.case.procedure_id, self.case.version)

    def stop(self, refusal: Refusal | None) -> None:
        """Raise `NotAllowed` for a refusal, with checks and fields by their names."""
        if refusal is not None:
            raise NotAllowed(texts.explained(refusal, self.procedure))

    def append(
        self,
        kind: ActionKind,
        by: By,
        *,
        data: Mapping[str, Any] | None = None,
        told: Mapping[str, Any] | None = None,
        organisation_id: str = "",
    ) -> Action:
        """Append one action after asking the machine; raise `NotAllowed` with what to do instead."""
        refusal = allowed(self.status, kind, by.who)
        self.stop(as_seen(refusal, self.case) if Party.APPLICANT in by.who.parties else refusal)
        encoded = words.encode(told) if told else b""
        row = new_row(self.case, self.rows[-1], kind, by, dict(data or {}), encoded, self.now)
        self.status = apply(self.status, columns.step_of(row))
        keep(row, by, encoded, organisation_id or self.status.organisation_id)
        self.rows.append(row)
        return row

    def close_desk(self) -> int:
        """Write the columns that follow from the actions; return the newest number."""
        names = columns.put(self.case, self.status)
        self.case.changed_at = self.rows[-1].at
        self.case.save(update_fields=[*names, "changed_at"])
        return self.status.last_number


def fresh(case: Case, by: By, *, data: Mapping[str, Any], told: Mapping[str, Any], now: datetime) -> Desk:
    """Write a new case with its first action; return it as a desk."""
    encoded = words.encode(told)
    row = new_row(case, None, ActionKind.SUBMITTED, by, dict(data), encoded, now)
    status = begin_status(columns.step_of(row))
    columns.put(case, status)
    case.changed_at = row.at
    case.save(force_insert=True)
    keep(row, by, encoded, status.organisation_id)
    return Desk(case, [row], status, now)


def new_row(
    case: Case, last: Action | None, kind: ActionKind, by: By, data: dict[str, Any], encoded: bytes, now: datetime
) -> Action:
    """Return the next action of a case, hashed and not saved. Its time is never before that of the action ahead of it."""
    row = Action(
        case=case,
        number=last.number + 1 if last else 1,
        kind=kind.value,
        at=max(now, last.at) if last else now,
        actor_id=by.who.id,
        actor_name=by.name,
        party=party_of(kind, by.who).value,
        public=kind in PUBLIC_KINDS,
        data=data,
        words_digest=words.digest(encoded) if encoded else "",
        previous_hash=last.hash if last else "",
    )
    row.hash = hash_of(row)
    return row


def keep(row: Action, by: By, encoded: bytes, organisation_id: str) -> None:
    """Save an action with its words and vouch for it in the audit trail."""
    row.save(force_insert=True)
    if encoded:
        words.keep(row, encoded)
    audit.record(
        actor=by.actor,
        organisation_id=organisation_id,
        action=f"case.{row.kind}",
        object_kind="case",
        object_id=str(row.case_id),
        detail={"number": row.number, "hash": row.hash},
    )


def party_of(kind: ActionKind, who: Who) -> Party:
    """Return in which of the capacities that the action asks for somebody acts."""
    fitting = RULES[kind].parties & who.parties
    return min(fitting, key=list(Party).index)


def hash_of(row: Action) -> str:
    """Return the SHA-256 of an action with the hash of the one before, as hex."""
    content = {
        "case": str(row.case_id),
        "number": row.number,
        "kind": row.kind,
        "at": timezone.localtime(row.at).isoformat(),
        "actor": row.actor_id,
        "name": row.actor_name,
        "party": row.party,
        "public": row.public,
        "data": row.data,
        "words": row.words_digest,
        "previous": row.previous_hash,
    }
    return hashlib.sha256(canonical(content)).hexdigest()


def uuid_of(case_id: str | UUID) -> UUID:
    """Return the id as a UUID; raise `CaseMissing` for anything else."""
    try:
        return UUID(str(case_id))
    except ValueError:
        raise CaseMissing(Refusal("missing")) from None


def sit_down(case_id: str | UUID, *, now: datetime) -> Desk:
    """Lock a case and read its actions; raise `CaseMissing`."""
    case = Case.objects.select_for_update(of=("self",)).filter(pk=uuid_of(case_id)).first()
    if case is None:
        raise CaseMissing(Refusal("missing"))
    rows = list(Action.objects.filter(case=case).select_related("words").order_by("number"))
    return Desk(case, rows, columns.status_of(rows), now)


def compare(desk: Desk, expected_number: int | None) -> None:
    """Raise `Stale` when somebody acted since the reader read; asked after the right to see the case."""
    if expected_number is not None and expected_number != desk.status.last_number:
        raise Stale(Refusal("stale", {"by": desk.rows[-1].actor_name}))


@contextmanager
def desk_of_staff(
    case_id: str, actor: Actor, *, expected_number: int | None, now: datetime
) -> Iterator[tuple[Desk, By]]:
    """Let a member of staff of the case's organisation write, in one transaction."""
    with transaction.atomic():
        desk = sit_down(case_id, now=now)
        by = staff(actor, desk.case.organisation_id)
        compare(desk, expected_number)
        yield desk, by
        desk.close_desk()


@contextmanager
def desk_of_applicant(
    case_id: str, given: Applicant, *, expected_number: int | None, now: datetime
) -> Iterator[tuple[Desk, By]]:
    """Let the applicant write in her own case, in one transaction."""
    with transaction.atomic():
        desk = sit_down(case_id, now=now)
        by = applicant(given, desk.case)
        compare(desk, expected_number)
        yield desk, by
        desk.close_desk()


@contextmanager
def desk_of_system(case_id: str | UUID, *, now: datetime) -> Iterator[tuple[Desk, By]]:
    """Let the platform write, in one transaction."""
    with transaction.atomic():
        desk = sit_down(case_id, now=now)
        yield desk, system()
        desk.close_desk()
