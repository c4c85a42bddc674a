"""The one conversation behind a draft: the forms of its procedures merged, each question asked once.

It reads procedures and knows no answers and no person.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from madoguchi.apps.procedures import api as procedures
from madoguchi.engines import forms

FIRST = "ask_first"
KEPT_TALKS = 256
"""Conversations that are kept in memory: they follow from versions alone, which never change."""


@dataclass(frozen=True, slots=True)
class Talk:
    """The procedures of a draft in the order in which they are filed, and their merged form."""

    views: tuple[procedures.ProcedureView, ...]
    merged: forms.Conversation

    @property
    def form(self) -> forms.Form:
        """Return the merged form."""
        return self.merged.form

    def answers_of(self, view: procedures.ProcedureView, answers: Mapping[str, object]) -> dict[str, object]:
        """Return the answers that one procedure gets."""
        return dict(forms.project(self.merged, view.form, answers))

    def asked_by(self, key: str) -> tuple[str, ...]:
        """Return the ids of the procedures that ask a question."""
        return tuple(self.merged.uses.get(key, ()))


def talk(chosen: Iterable[tuple[str, int | None]], *, first: Sequence[str] = ()) -> Talk:
    """Return the conversation over procedures (id, version or None for the current one), in the order of filing.

    Raise what `procedures.procedure` raises for an unknown id.
    """
    return talk_over([procedures.procedure(key, version) for key, version in chosen], first=first)


def talk_over(chosen: Sequence[procedures.ProcedureView], *, first: Sequence[str] = ()) -> Talk:
    """Return the conversation over versions of procedures, in the order of filing."""
    return _talk(tuple(chosen), tuple(first))


@lru_cache(maxsize=KEPT_TALKS)
def _talk(chosen: tuple[procedures.ProcedureView, ...], first: tuple[str, ...]) -> Talk:
    views = in_filing_order(chosen)
    asked = {key for view in views for key in view.form.fields}
    merged = forms.merge([view.form for view in views], id=FIRST, first=[key for key in first if key in asked])
    return Talk(views, merged)


def in_filing_order(views: Sequence[procedures.ProcedureView]) -> tuple[procedures.ProcedureView, ...]:
    """Return procedures so that each stands after those whose results it needs."""
    by_id = {view.id: view for view in views}
    nodes = [forms.Node(view.id, tuple(view.needs), tuple(view.gives)) for view in by_id.values()]
    return tuple(by_id[key] for key in forms.in_order(nodes))


def first_of(bundle_id: str) -> tuple[str, ...]:
    """Return the questions that a life event asks first; empty without one, or when it is no longer offered."""
    if not bundle_id:
        return ()
    try:
        return procedures.bundle(bundle_id).ask_first
    except procedures.UnknownBundle:
        return ()
