"""Is the online form equivalent to its paper twin: every item asked or dropped with a reason, the same documents, no seal."""

from dataclasses import dataclass

from madoguchi.apps.procedures.contracts import ProcedureView, in_language
from madoguchi.engines import forms
from madoguchi.engines.forms import PaperCheck


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One item of the paper form and what became of it online: answered | dropped | missing."""

    id: str
    ja: str
    state: str
    field: str
    """Name of the question that asks it, "" when none does."""
    reason: str
    """Why it is not asked any more."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """The result for one procedure."""

    view: ProcedureView
    check: PaperCheck
    items: tuple[ItemLine, ...]
    extra: tuple[str, ...]
    """Questions that only the online form asks, by name."""
    answered: int
    dropped: int
    missing: int


def compare(view: ProcedureView, language: str) -> Comparison:
    """Compare a version with the paper form that its record describes."""
    check = forms.compare_paper(view.form, view.documents, view.fees, view.paper)
    described = {item["id"]: item for item in view.paper["items"]}
    items = tuple(
        ItemLine(
            id=item.id,
            ja=item.ja,
            state=item.state,
            field=_label(view, item.field, language),
            reason=in_language((described.get(item.id) or {}).get("dropped"), language),
        )
        for item in check.items
    )
    states = [item.state for item in check.items]
    return Comparison(
        view=view,
        check=check,
        items=items,
        extra=tuple(_label(view, key, language) for key in check.extra_online),
        answered=states.count("answered"),
        dropped=states.count("dropped"),
        missing=states.count("missing"),
    )


def _label(view: ProcedureView, key: str, language: str) -> str:
    """Return the label of a field, also of one within a group; the key itself when there is none."""
    field = view.form.fields.get(key)
    if field is not None:
        return in_language(field.label, language)
    outer, _, inner = key.replace("[]", "").rpartition(".")
    group = view.form.fields[outer].group if outer in view.form.fields else None
    if group is None or inner not in group.fields:
        return key
    return f"{in_language(view.form.fields[outer].label, language)} {in_language(group.fields[inner].label, language)}"
