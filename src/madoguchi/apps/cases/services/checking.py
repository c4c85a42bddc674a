"""Checks of a case: the automatic ones, those a person confirms, and a decider's override of a failed one."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from madoguchi.apps.cases import content
from madoguchi.apps.cases.checks import running
from madoguchi.apps.cases.checks.ground import Finding
from madoguchi.apps.cases.checks.kinds import AUTOMATIC
from madoguchi.apps.cases.contracts import ActionKind, CheckResult, Invalid, NotAllowed, Party, Refusal
from madoguchi.apps.cases.machine import RULES
from madoguchi.apps.cases.services.given import text_of
from madoguchi.apps.cases.services.writing import Desk, desk_of_staff, desk_of_system, system
from madoguchi.apps.files.contracts import FileRefusedByScanner, OwnerKind
from madoguchi.apps.procedures.contracts import ProcedureView
from madoguchi.core.jsonable import plain
from madoguchi.core.permissions import SYSTEM, Actor


def run(desk: Desk, view: ProcedureView | None = None) -> None:
    """Run the automatic checks and append what is new; what a person found stays hers. `view` spares reading the procedure."""
    view = view or desk.procedure
    found = running.run(desk.case, view, content.of(desk.rows, view.form), today=timezone.localdate(desk.now))
    fresh = {key: finding for key, finding in found.items() if _is_new(desk, key, finding)}
    if fresh:
        desk.append(
            ActionKind.CHECK_DONE,
            system(),
            data={"results": {key: finding.result.value for key, finding in fresh.items()}},
            told={"checks": {key: told(finding) for key, finding in fresh.items()}},
        )


def _is_new(desk: Desk, check_id: str, finding: Finding) -> bool:
    known = desk.status.checks[check_id]
    if known.by not in {"", SYSTEM.id}:
        return False
    return known.number == 0 or known.result is not finding.result


def told(finding: Finding) -> dict[str, Any]:
    """Return a finding as it is kept in words."""
    return {"code": finding.code, "params": plain(finding.params)}


def run_checks(case_id: str, *, actor: Actor, now: datetime) -> int:
    """Run the automatic checks again, for staff or the system; a decided case is left as it is."""
    desk_of = (
        desk_of_system(case_id, now=now)
        if actor is SYSTEM
        else desk_of_staff(case_id, actor, expected_number=None, now=now)
    )
    with desk_of as (desk, _by):
        if desk.status.state in RULES[ActionKind.CHECK_DONE].states:
            run(desk)
    return desk.status.last_number


def on_file_refused(event: FileRefusedByScanner) -> None:
    """Check a case anew when the scanner refused one of its files."""
    if event.owner_kind == OwnerKind.CASE:
        run_checks(event.owner_id, actor=SYSTEM, now=timezone.now())


def do_check(
    case_id: str,
    *,
    actor: Actor,
    check_id: str,
    passed: bool,
    words: str,
    override: bool = False,
    expected_number: int | None,
    now: datetime,
) -> int:
    """Write down what a person found, in words.

    An automatic check that failed becomes no obstacle only by an override: a decider gives the reason, and the result
    stays `failed`.
    """
    with desk_of_staff(case_id, actor, expected_number=expected_number, now=now) as (desk, by):
        record = _record(desk, check_id)
        before = desk.status.checks[check_id]
        if override and Party.DECIDER not in by.who.parties:
            raise NotAllowed(Refusal("override_needs_decider"))
        if passed and not override and record["kind"] in AUTOMATIC and before.result is CheckResult.FAILED:
            raise NotAllowed(Refusal("failed_needs_override", {"check": check_id}))
        text = text_of(words, "words", required=override or not passed or record["kind"] in AUTOMATIC)
        result = before.result if override else CheckResult.PASSED if passed else CheckResult.FAILED
        desk.append(
            ActionKind.CHECK_DONE,
            by,
            data={"results": {check_id: result.value}, "override": override},
            told={"checks": {check_id: {"code": "said", "params": {"text": text}}}},
        )
    return desk.status.last_number


def _record(desk: Desk, check_id: str) -> dict[str, Any]:
    for check in desk.procedure.record.get("checks") or ():
        if check["id"] == check_id:
            return dict(check)
    raise Invalid(Refusal("unknown_check", {"field": "check_id"}))
