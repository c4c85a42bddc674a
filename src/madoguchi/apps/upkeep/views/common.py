"""What the pages share: who acts, whose programme it is, bars, how a refused step is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.registry import api as registry
from madoguchi.apps.upkeep import services, texts
from madoguchi.apps.upkeep.contracts import Figures
from madoguchi.apps.upkeep.errors import Refused
from madoguchi.apps.upkeep.models import Finding
from madoguchi.core.permissions import Actor, NotPermitted, Permission

BAR_WIDTH = 100


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts."""
    return accounts.actor_of(request.user)


def programme_of(actor: Actor, programme_id: str, permission: Permission) -> registry.WorkingCopy:
    """Return the working copy of a programme, or 404 when it is another organisation's."""
    try:
        return services.copy_of(actor, programme_id, permission)
    except (Refused, NotPermitted):
        raise Http404 from None


def tried(request: HttpRequest, step: Callable[[], str]) -> str:
    """Take a step and tell what it did; return why it was refused, empty when it was taken."""
    try:
        done = step()
    except NotPermitted:
        raise Http404 from None
    except Refused as refused:
        return texts.refusal(refused)
    messages.success(request, done)
    return ""


def names_of(organisation_id: str) -> dict[str, str]:
    """Return the names of an organisation's staff by account; who left is not among them."""
    return dict(accounts.staff_of(organisation_id, Permission.VIEW_DESK))


def day_of(text: str) -> date | None:
    """Return a day that a form sent, None for anything else."""
    try:
        return date.fromisoformat(text.strip()[:10])
    except ValueError:
        return None


def whole(text: str) -> int:
    """Return a whole number that a form sent, −1 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure as a bar: its share of the denominator in hundredths, drawn as the width of a rectangle."""

    label: str
    number: int
    of: int
    width: int


def bars(figures: Figures, labels: dict[str, str]) -> list[Bar]:
    """Return the figures of programmes as bars; their denominator is the number of programmes."""
    found = []
    for name, label in labels.items():
        number = int(getattr(figures, name))
        share = min(number, figures.programmes) / figures.programmes if figures.programmes else 0.0
        found.append(Bar(label, number, figures.programmes, round(share * BAR_WIDTH)))
    return found


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding in words."""

    row: Finding
    check: str
    severity: str
    what: str
    why: str
    todo: str
    name: str


def finding_rows(rows: list[Finding]) -> list[FindingRow]:
    """Return findings in words, each with the name of its programme."""
    names = {view.id: view.name.ja for view in registry.views()}
    found = []
    for row in rows:
        what, why, todo = texts.finding(row.code, row.detail)
        name: Any = names.get(row.programme_id, row.programme_id)
        found.append(FindingRow(row, texts.check(row.check_name), texts.severity(row.severity), what, why, todo, name))
    return found
