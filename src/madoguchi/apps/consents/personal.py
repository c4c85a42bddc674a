"""What this room keeps about a person: handing it out whole, and erasing what may be erased.

The access log stays, as it proves who looked; it names the person by a random id only. Runs for businesses as well: what
is kept of a subject is found by its id, whatever its kind.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from madoguchi.apps.consents.contracts import ConsentState
from madoguchi.apps.consents.models import AccessEntry, AccessQuestion, BreakGlass, ConsentRecord, PreviewRequest
from madoguchi.apps.consents.queries import visible
from madoguchi.apps.consents.services import consent
from madoguchi.core.permissions import Actor
from madoguchi.core.personal_data import ErasureResult

ERASED = "消去"


def export(person_id: str) -> dict[str, Any]:
    """Return the person's consents, accesses, questions and requests as JSON values; hidden accesses are left out."""
    now = timezone.now()
    accesses = visible(now).filter(subject_id=person_id).order_by("at")
    questions = AccessQuestion.objects.filter(entry__subject_id=person_id).order_by("pk")
    requests = _requests(person_id).order_by("pk")
    found = {
        "consents": _rows(ConsentRecord, {"individual": person_id}, ("id", "agreement_id", "state", "attributes",
                          "valid_from", "valid_until", "changed_at", "revision_hash")),
        "accesses": [_values(row, ("id", "at", "organisation_id", "client_id", "actor_name", "purpose_id", "basis",
                                   "disclosed", "withheld", "case_reference", "reason")) for row in accesses],
        "questions": [_values(row, ("entry_id", "text", "asked_at", "answer", "answered_at")) for row in questions],
        "requests": [_values(row, ("id", "agreement_id", "attributes", "state", "reason", "case_reference",
                                   "created_at", "decided_at")) for row in requests],
        "emergencies": [_values(row, ("id", "organisation_id", "actor_name", "reason", "opened_at", "review_outcome",
                                      "review_note", "reviewed_at")) for row in _emergencies(person_id, now)],
    }  # fmt: skip
    return {name: rows for name, rows in found.items() if rows}


def _rows(model: Any, chosen: dict[str, Any], fields: tuple[str, ...]) -> list[dict[str, Any]]:
    return _plain(model.objects.filter(**chosen).order_by("pk").values(*fields))


def _plain(rows: Any) -> list[dict[str, Any]]:
    return [{name: _json(value) for name, value in row.items()} for row in rows]


def _values(row: Any, fields: tuple[str, ...]) -> dict[str, Any]:
    return {name: _json(getattr(row, name)) for name in fields}


def _json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _requests(person_id: str) -> "QuerySet[PreviewRequest]":
    """Return the requests that a person opened, or that wait for her."""
    return PreviewRequest.objects.filter(Q(subject_id=person_id) | Q(expected_subject=person_id))


def _emergencies(person_id: str, now: datetime) -> list[BreakGlass]:
    """Return the emergencies that no law hides from the person at that time."""
    hidden = AccessEntry.objects.filter(subject_id=person_id, hidden_until__gt=now).values_list("consent_id", flat=True)
    rows = BreakGlass.objects.filter(subject_id=person_id).exclude(pk__in=set(hidden)).select_related("agreement")
    return [
        row
        for row in rows.order_by("opened_at", "pk")
        if not (days := row.agreement.hidden_days) or row.expires_at + timedelta(days=days) <= now
    ]


def erase(person_id: str, now: datetime) -> ErasureResult:
    """End every consent and request, erase what the person and staff wrote in words; say what stays.

    Runs in the transaction of `core.personal_data.erase_all`.
    """
    by = Actor(id="erasure", name="erasure")
    live = ConsentRecord.objects.filter(individual=person_id, state=ConsentState.GRANTED)
    for agreement_id in sorted(set(live.values_list("agreement_id", flat=True))):
        consent.withdraw(person_id, agreement_id, actor=by, now=now)
    requests = _requests(person_id)
    requests.update(state=PreviewRequest.State.REFUSED, approved={}, decided_at=now)
    _wipe(requests)
    questions = AccessQuestion.objects.filter(entry__subject_id=person_id)
    questions.filter(answered_at=None).update(answered_at=now)
    _wipe(questions, text=ERASED, answer=ERASED)
    emergencies = BreakGlass.objects.filter(subject_id=person_id)
    _wipe(emergencies, reason=ERASED, review_note=ERASED)
    return ErasureResult(kept=tuple(_kept(person_id, emergencies.count())))


def _wipe(rows: "QuerySet[Any]", **words: str) -> None:
    """Put the same few words, or none, in place of all that was written in these rows."""
    for row in rows.select_for_update(of=("self",)):
        row.put_words(**words)
        row.save(update_fields=["sealed", "key"])


def _kept(person_id: str, emergencies: int) -> Iterator[str]:
    if n := AccessEntry.objects.filter(subject_id=person_id).count():
        yield _(
            "だれが見たかの記録%(n)s件：だれが何のために見たかの証明です。あなたを表す番号だけが残り、見られた値は入っていません。"
            "期限：監査の記録とともに消えるまで。"
        ) % {"n": n}
    if n := ConsentRecord.objects.filter(individual=person_id).count():
        yield _(
            "同意の記録%(n)s件：すべて終わりにしました。前に渡したことが正しかったことの証明です。値は入っていません。"
        ) % {"n": n}
    if emergencies:
        yield _("緊急の確認の記録%(n)s件：正しかったかどうかの点検の結果とともに残ります。書かれた文は消しました。") % {
            "n": emergencies
        }
