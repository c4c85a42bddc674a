"""What the cases room hands out and erases about a person (個人情報の保護に関する法律 第76条, 第98条).

Applications that an authority works on or decided are public records: they stay for their retention period, and the
words leave then. A withdrawn one was never decided on, so its words leave at once.
"""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from madoguchi.apps.cases import content, words
from madoguchi.apps.cases.contracts import ActionKind
from madoguchi.apps.cases.contracts.states import UNDECIDED
from madoguchi.apps.cases.models import Action, ActionWords, Case
from madoguchi.apps.cases.queries.lists import visible_decision, visible_state
from madoguchi.apps.cases.services.closing import erase_words
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.personal_data import ErasureResult


def _cases(subject_id: str) -> "QuerySet[Case]":
    return Case.objects.filter(subject_id=subject_id).order_by("opened_at", "pk")


def export(person_id: str) -> dict[str, Any]:
    """Return every application of a person (or business): answers, what was done and said, decisions she was told of."""
    found = [_case(case) for case in _cases(person_id)]
    return {"cases": found} if found else {}


def _case(case: Case) -> dict[str, Any]:
    rows = list(Action.objects.filter(case=case).select_related("words").order_by("number"))
    view = procedures.procedure(case.procedure_id, case.version)
    kept = content.of(rows, view.form)
    told = visible_decision(case)
    return {
        "number": case.number,
        "procedure": view.name("ja"),
        "organisation": case.organisation_id,
        "opened_at": case.opened_at.isoformat(),
        "state": visible_state(case).value,
        "outcome": case.outcome if told else None,
        "decided_on": case.decided_on.isoformat() if told and case.decided_on else None,
        "answers": dict(kept.answers),
        "sources": {path: source.source for path, source in kept.sources.items()},
        "actions": [_action(row) for row in rows if row.public],
    }


def _action(row: Action) -> dict[str, Any]:
    told = {} if row.kind == ActionKind.SUBMITTED else words.of(row)
    told.pop("sha256", None)
    if row.kind == ActionKind.OBJECTION_DECIDED:
        told.pop("values", None)  # of a new decision, which becomes hers with its letter
    return {"at": row.at.isoformat(), "what": row.kind, "by": row.party, **({"words": told} if told else {})}


def erase(person_id: str, now: datetime) -> ErasureResult:
    """Erase the words of withdrawn applications; say what stays, why and until when."""
    cases = list(_cases(person_id).select_for_update(of=("self",)))
    for case in cases:
        if case.decided_on is None and case.state not in {state.value for state in UNDECIDED}:
            erase_words(case)
    kept = [case for case in cases if ActionWords.objects.filter(action__case=case).exists()]
    return ErasureResult(tuple(_kept(kept)))


def _kept(cases: list[Case]) -> list[str]:
    open_ones = sum(case.closed_on is None for case in cases)
    closed = [case for case in cases if case.retain_until is not None]
    told = []
    if open_ones:
        told.append(
            _(
                "終わっていない申請%(n)s件：役所が決めるために必要です。取り下げたものは、すぐに文章を消します。"
                "理由：個人情報の保護に関する法律 第61条。期限：手続が終わり、保存期間が過ぎるまで。"
            )
            % {"n": open_ones}
        )
    if closed:
        until = max(case.retain_until for case in closed if case.retain_until)
        told.append(
            _(
                "終わった申請%(n)s件：決定の記録（公文書）です。理由：公文書等の管理に関する法律・条例。"
                "期限：おそくとも%(until)sまで。そのあと、文章と通知書を消します。"
            )
            % {"n": len(closed), "until": until.isoformat()}
        )
    return told
