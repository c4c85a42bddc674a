"""What applying this way spared: questions, documents, trips, minutes; estimates of the records, each with its basis.

It counts; it never changes what is sent.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from madoguchi.apps.applications.contracts import Known
from madoguchi.apps.applications.documents import Paper, is_reused
from madoguchi.apps.procedures import api as procedures
from madoguchi.engines import forms

ADDED = ("fields_total", "fields_prefilled", "seconds", "documents", "trips", "minutes", "fee_yen")


def of_form(
    view: procedures.ProcedureView,
    answers: Mapping[str, Any],
    origins: Mapping[str, Known],
    papers: Sequence[Paper],
    started: datetime,
) -> dict[str, Any]:
    """Return what one procedure's application was spared, as plain counts. A shared document counts with its first form."""
    spared = [
        forms.SavedDocument(paper.id, paper.minutes, paper.trips, paper.fee_yen)
        for paper in papers
        if paper.procedures[0] == view.id and (paper.confirmed is not None or is_reused(paper, started))
    ]
    standings = {path: one.standing.value for path, one in origins.items()}
    found = forms.savings(view.form, answers, standings, documents=spared, paper=view.paper)
    return {
        "fields_total": found.fields_total,
        "fields_prefilled": found.fields_prefilled,
        "seconds": found.seconds,
        "documents": found.documents,
        "trips": found.trips,
        "minutes": found.minutes,
        "fee_yen": found.fee_yen,
    }


def summed(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the sums over several procedures."""
    return {name: sum(int(part.get(name, 0)) for part in parts) for name in ADDED}
