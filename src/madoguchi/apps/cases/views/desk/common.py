"""What the desk's pages share: the case of an address, the number that a form was shown with, what was refused and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import prefetch_related_objects
from django.http import Http404, HttpRequest
from django.utils import timezone

from madoguchi.apps.cases import api, texts
from madoguchi.apps.cases.contracts import CaseError, CaseMissing, CaseView, CheckResult, Entry, Invalid, Stale
from madoguchi.apps.cases.services.given import MAX_TEXT
from madoguchi.apps.cases.views.common import language, number_in
from madoguchi.apps.cases.who import actor_of
from madoguchi.apps.procedures import api as procedures
from madoguchi.apps.procedures.contracts import ProcedureView
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import Actor, NotPermitted, Permission

__all__ = [
    "MAX_TEXT",
    "Trouble",
    "blockers",
    "case_id_or_404",
    "language",
    "meanwhile",
    "names_of",
    "number_in",
    "procedure_of",
    "trouble_of",
    "view_or_404",
    "who_acted",
    "whole_number",
    "worker_of",
]
_NOT_TYPED = frozenset({"csrfmiddlewaretoken", "number"})


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that was refused: in which form, why, at which input, what was typed, with which status to answer."""

    do: str
    text: str
    status: int
    where: str = ""
    """Name of the input."""
    typed: Mapping[str, str] = field(default_factory=dict)
    seen: int = 0
    """The newest action that the form was shown with, when somebody acted meanwhile; else 0."""

    @property
    def target(self) -> str:
        """Return the id of the input that the refusal is about; empty when it is about none."""
        if not self.where:
            return ""
        check = f"{self.typed.get('check_id', '')}-" if self.do == "check" else ""
        return f"{self.do}-{check}{self.where}"


def trouble_of(request: HttpRequest, error: CaseError, *, do: str = "") -> Trouble:
    """Return what a refused form shows again."""
    typed = {key: str(value) for key, value in request.POST.items() if key not in _NOT_TYPED}
    return Trouble(
        do=do or request.POST.get("do", ""),
        text=str(error),
        status=400 if isinstance(error, Invalid) else 409,
        where=str(error.refusal.params.get("field", "")) if isinstance(error, Invalid) else "",
        typed=typed,
        seen=number_in(request) if isinstance(error, Stale) else 0,
    )


def worker_of(request: HttpRequest) -> tuple[Actor, list[str]]:
    """Return who acts and the organisations whose cases she may work on; raise Http404 when there is none."""
    user: Any = request.user
    prefetch_related_objects([user], "memberships")  # the menu of the page asks for them again
    actor = actor_of(request)
    own = actor.organisations(Permission.WORK_CASES)
    if not own:
        raise Http404
    return actor, own


def case_id_or_404(case_number: str) -> str:
    """Return the id of the case of a number; raise Http404 for a mistyped or unknown one."""
    found = api.case_id_of(case_number)
    if found is None:
        raise Http404
    return found


def view_or_404(request: HttpRequest, case_number: str) -> CaseView:
    """Return the case of a number to staff of its organisation; raise Http404 for anybody else."""
    try:
        return api.case_for_staff(case_id_or_404(case_number), actor=actor_of(request), now=timezone.now())
    except (CaseMissing, NotPermitted):
        raise Http404 from None


def procedure_of(view: CaseView) -> ProcedureView:
    """Return the version of the procedure that a case follows."""
    return procedures.procedure(view.procedure_id, view.version)


def whole_number(text: str) -> int | None:
    """Return a typed whole number, None when it is none."""
    plain = text.strip().replace(",", "")
    return int(plain) if plain.isdecimal() and len(plain) < 13 else None


def names_of(organisation_ids: list[str]) -> dict[str, str]:
    """Return what organisations are called in the language of the page."""
    rows = Organisation.objects.filter(pk__in=organisation_ids)
    return {row.pk: row.name_en if language() == "en" else row.name_ja for row in rows}


def blockers(view: CaseView, *results: CheckResult) -> list[dict[str, Any]]:
    """Return the required checks with one of these results, which nobody has overridden."""
    return [
        {"id": check.id, "name": procedures.in_language(check.name, language()), "result": texts.result(check.result)}
        for check in view.checks
        if check.required and not check.overridden and check.result in results
    ]


def meanwhile(view: CaseView, seen: int) -> list[dict[str, Any]]:
    """Return what happened in a case after the action that a form was shown with: who, what, when."""
    return [
        {"who": who_acted(entry), "what": texts.action(entry.kind), "at": timezone.localtime(entry.at)}
        for entry in view.timeline
        if entry.number > seen > 0
    ]


def who_acted(entry: Entry) -> str:
    """Return who did something: an officer by name, anybody else by capacity."""
    return entry.actor_name or texts.party(entry.party)
