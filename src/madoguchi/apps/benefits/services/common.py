"""What every write begins with: the right, the locked row, and the audit row it ends with."""

from typing import Any
from uuid import UUID

from madoguchi.apps.benefits import errors
from madoguchi.apps.benefits.contracts import RunState
from madoguchi.apps.benefits.models import Run, Scheme
from madoguchi.core import audit
from madoguchi.core.permissions import SYSTEM, Actor, Permission, require


def allow(actor: Actor, permission: Permission, organisation_id: str) -> None:
    """Raise `NotPermitted` unless the actor may; the system may all but approve."""
    if actor is SYSTEM and permission is not Permission.APPROVE_PAYMENTS:
        return
    require(actor, permission, organisation_id)


def scheme(scheme_id: str) -> Scheme:
    """Return a scheme; refuse when it is not there."""
    row = Scheme.objects.filter(pk=scheme_id).first()
    if row is None:
        raise errors.not_found()
    return row


def scheme_of_procedure(procedure_id: str) -> Scheme | None:
    """Return the scheme that a procedure grants, None when it grants none."""
    return next((row for row in Scheme.objects.all() if procedure_id in row.terms.procedures), None)


def locked_run(actor: Actor, permission: Permission, run_id: Any, *states: RunState) -> Run:
    """Lock a run that the actor may work on and that is in one of these states."""
    row = Run.objects.select_for_update(of=("self",)).select_related("scheme").filter(pk=uuid_of(run_id)).first()
    if row is None:
        raise errors.not_found()
    allow(actor, permission, row.scheme.organisation_id)
    if states and row.state not in states:
        raise errors.wrong_state(row.state, " or ".join(states))
    return row


def uuid_of(text: Any) -> UUID:
    """Return an id as UUID; a text that is none becomes the id of nothing."""
    try:
        return UUID(str(text))
    except ValueError:
        return UUID(int=0)


def note_run(actor: Actor, run: Run, action: str, detail: dict[str, Any] | None = None) -> None:
    """Write the audit row of a step of a run."""
    audit.record(
        actor=actor,
        organisation_id=run.scheme.organisation_id,
        action=f"payment_run.{action}",
        object_kind="payment-run",
        object_id=str(run.pk),
        detail=detail,
    )
