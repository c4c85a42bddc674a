"""Runs the automatic checks of a case and returns what each found; writes nothing but the hashes for double applications."""

from collections.abc import Mapping
from datetime import date

from madoguchi.apps.cases.checks import likeness
from madoguchi.apps.cases.checks.ground import Finding, Ground
from madoguchi.apps.cases.checks.kinds import AUTOMATIC, KINDS
from madoguchi.apps.cases.content import Content
from madoguchi.apps.cases.models import Case
from madoguchi.apps.files import api as files
from madoguchi.apps.procedures.contracts import ProcedureView

_WORST = ("refused", "waiting", "clean")


def ground_of(case: Case, view: ProcedureView, content: Content, *, today: date) -> Ground:
    """Return what the checks of a case look at."""
    return Ground(
        record=view.record,
        form=view.form,
        content=content,
        files=_files(case) if content.documents or content.file_ids else {},
        likes=lambda check: likeness.likes(case, check, content.answers),
        today=today,
    )


def _files(case: Case) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for ref in files.refs(files.Owner(files.OwnerKind.CASE, str(case.pk))):
        state = "clean" if ref.state.usable else "waiting" if ref.state is files.State.QUARANTINED else "refused"
        found[ref.document] = min(found.get(ref.document, state), state, key=_WORST.index)
    return found


def run(case: Case, view: ProcedureView, content: Content, *, today: date) -> dict[str, Finding]:
    """Return the finding of every automatic check by its id."""
    ground = ground_of(case, view, content, today=today)
    checks = [check for check in view.record.get("checks") or () if check["kind"] in AUTOMATIC]
    for check in checks:
        if check["kind"] == "duplicate":
            likeness.remember(case, check, content.answers)
    return {check["id"]: KINDS[check["kind"]](check, ground) for check in checks}
