"""The steps of a conversation in order: the pages that are shown, the documents, the last look. Knows no request."""

from dataclasses import dataclass

from madoguchi.apps.applications.documents import Paper
from madoguchi.apps.applications.opened import Opened
from madoguchi.engines import forms

DOCUMENTS, CHECK = "/documents", "/check"
"""Steps that are no pages of a form: no page is called so, since ids of pages have no slash."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `page` is the page of the form, None for documents and the last look."""

    id: str
    page: forms.Page | None


def steps_of(opened: Opened, papers: tuple[Paper, ...]) -> tuple[Step, ...]:
    """Return the steps that this draft has with its answers."""
    pages = [Step(page.id, page) for page in forms.pages_shown(opened.form, opened.answers, today=opened.today)]
    asked = [Step(DOCUMENTS, None)] if any(paper.required or paper.files for paper in papers) else []
    return (*pages, *asked, Step(CHECK, None))


def position(steps: tuple[Step, ...], step_id: str) -> int | None:
    """Return the place of a step from 1, None when it is not among them."""
    return next((place for place, step in enumerate(steps, start=1) if step.id == step_id), None)


def after(steps: tuple[Step, ...], step_id: str) -> Step:
    """Return the step after one; the last look after the last."""
    place = position(steps, step_id) or len(steps)
    return steps[min(place, len(steps) - 1)]


def before(steps: tuple[Step, ...], step_id: str) -> Step | None:
    """Return the step before one, None at the first."""
    place = position(steps, step_id) or 1
    return steps[place - 2] if place > 1 else None


def first_open(opened: Opened, papers: tuple[Paper, ...]) -> Step:
    """Return the step at which to go on: the first page that is not done, then documents, then the last look."""
    steps = steps_of(opened, papers)
    waiting = forms.first_incomplete(opened.form, opened.answers, today=opened.today)
    unseen = next((step for step in steps if step.page and step.id not in opened.content.saved), None)
    places = [position(steps, step.id) for step in (unseen, waiting) if step is not None]
    found = min((place for place in places if place is not None), default=None)
    if found is not None:
        return steps[found - 1]
    missing = any(paper.missing for paper in papers)
    return next((step for step in steps if step.id == DOCUMENTS and missing), steps[-1])
