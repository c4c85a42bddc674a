"""Whether a door is open: finds the agreement, and the consent, emergency or approval that opens it, and locks both.

On PostgreSQL the rows are locked FOR KEY SHARE until the transaction ends. Withdrawing and revising take FOR UPDATE, so
they wait for a disclosure at hand, and a disclosure that waited for them sees what they committed.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection

from madoguchi.apps.consents.contracts import Basis, Reason, Request, SubjectKind
from madoguchi.core import statements


@dataclass(frozen=True, slots=True)
class Gate:
    """What an agreement allows and what of it stands open (`opened`). `shut` is why the rest stays shut."""

    subject_kind: SubjectKind
    agreed: frozenset[str]
    opened: frozenset[str]
    shut: Reason
    covers_protected: bool = False
    hidden_days: int = 0
    retention_days: int | None = None
    revision_hash: str = ""
    opened_by: str = ""
    """Id of the consent record, preview request or emergency."""
    seen: tuple[tuple[str, str], ...] = ()
    """Of a preview: attribute and keyed hash of the value that the person saw."""


_TERMS = (
    "a.subject_kind, a.attributes, a.covers_protected, a.hidden_days, a.retention_days, r.hash "
    "FROM consents_dataagreement a JOIN consents_revision r ON r.id = a.revision_id "
)
_ASKED = "WHERE a.organisation_id = %s AND a.purpose_id = %s AND a.active "
_BY_CONSENT = (
    f"SELECT c.id, c.attributes, {_TERMS}"
    "JOIN consents_consentrecord c ON c.revision_id = a.revision_id AND c.revision_hash = r.hash "
    f"{_ASKED} AND a.lawful_basis = 'consent' AND c.individual = %s AND c.state = 'granted' "
    "AND c.valid_from <= %s AND c.valid_until > %s"
)
_BY_LAW = f"SELECT '', a.attributes, {_TERMS}{_ASKED} AND a.lawful_basis = 'law'"
_BY_EMERGENCY = (
    f"SELECT c.id, a.attributes, {_TERMS}JOIN consents_breakglass c ON c.agreement_id = a.id "
    f"{_ASKED} AND a.lawful_basis = 'break_glass' AND c.subject_id = %s AND c.actor_id = %s "
    "AND c.opened_at <= %s AND c.expires_at > %s ORDER BY c.expires_at DESC LIMIT 1"
)
_BY_APPROVAL = (
    f"SELECT c.id, c.approved, {_TERMS}"
    "JOIN consents_previewrequest c ON c.agreement_id = a.id AND c.revision_id = a.revision_id "
    f"{_ASKED} AND c.id = %s AND c.client_id = %s AND c.subject_id = %s AND c.state = 'approved' AND c.expires_at > %s"
)


def find(request: Request, now: datetime, *, preview_id: str = "") -> Gate:
    """Return the gate of a request, its rows locked until the transaction ends."""
    row = _FINDERS[request.basis](request, _time(now)) if not preview_id else _approval(request, _time(now), preview_id)
    if row is None:
        return _shut(request)
    opened_by, opened, kind, agreed, protected, hidden_days, retention_days, revision_hash = row
    seen = tuple(sorted(json.loads(opened).items())) if preview_id else ()
    return Gate(
        subject_kind=SubjectKind(kind),
        agreed=_names(agreed),
        opened=frozenset(name for name, _ in seen) if preview_id else _names(opened),
        shut=Reason.NO_CONSENT,
        covers_protected=bool(protected),
        hidden_days=hidden_days,
        retention_days=retention_days,
        revision_hash=revision_hash,
        opened_by=opened_by,
        seen=seen,
    )


@lru_cache(maxsize=4096)
def _names(text: str) -> frozenset[str]:
    """Return a stored list of attributes as a set; the same few lists come again and again."""
    return frozenset(json.loads(text))


def _time(value: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(value)


def _one(sql: str, parameters: Sequence[Any], *, locked: str) -> Any:
    if connection.vendor == "postgresql":
        sql += f" FOR KEY SHARE OF {locked}"
    return next(iter(statements.rows(sql, parameters)), None)


def _consent(request: Request, now: Any) -> Any:
    asked = [request.organisation_id, request.purpose_id, request.subject_id, now, now]
    return _one(_BY_CONSENT, asked, locked="a, c")


def _law(request: Request, now: Any) -> Any:
    if not request.case_reference:
        return None
    asked = [request.organisation_id, request.purpose_id]
    # Asked twice: whoever waited for a revision to commit finds its row only at the second look.
    return _one(_BY_LAW, asked, locked="a") or _one(_BY_LAW, asked, locked="a")


def _emergency(request: Request, now: Any) -> Any:
    actor_id = request.actor.id if request.actor else ""
    asked = [request.organisation_id, request.purpose_id, request.subject_id, actor_id, now, now]
    return _one(_BY_EMERGENCY, asked, locked="a, c")


def _approval(request: Request, now: Any, preview_id: str) -> Any:
    asked = [request.organisation_id, request.purpose_id, preview_id, request.client_id, request.subject_id, now]
    return _one(_BY_APPROVAL, asked, locked="a, c")


_FINDERS: dict[Basis, Callable[[Request, Any], Any]] = {
    Basis.CONSENT: _consent,
    Basis.LAW: _law,
    Basis.BREAK_GLASS: _emergency,
}


def _shut(request: Request) -> Gate:
    """Return a gate through which nothing passes, and why."""
    from madoguchi.apps.consents.models import DataAgreement

    agreement = (
        DataAgreement.objects.filter(
            organisation_id=request.organisation_id,
            purpose_id=request.purpose_id,
            active=True,
            lawful_basis=request.basis.value,
        )
        .select_related("revision")
        .first()
    )
    if agreement is None or agreement.revision is None:
        return Gate(SubjectKind.PERSON, frozenset(), frozenset(), Reason.NO_AGREEMENT)
    why = {Basis.CONSENT: Reason.NO_CONSENT, Basis.LAW: Reason.CASE_REQUIRED, Basis.BREAK_GLASS: Reason.NO_EMERGENCY}
    return Gate(
        subject_kind=SubjectKind(agreement.subject_kind),
        agreed=frozenset(agreement.attributes),
        opened=frozenset(),
        shut=why[request.basis],
        revision_hash=agreement.revision.hash,
    )
