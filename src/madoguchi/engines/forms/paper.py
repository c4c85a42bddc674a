"""Compares a form with its paper twin: the same questions, documents, fee; nothing more and nothing less."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madoguchi.engines.forms.model import Form

ANSWERED, DROPPED, MISSING = "answered", "dropped", "missing"


@dataclass(frozen=True, slots=True)
class PaperItem:
    """One item of the paper form: answered by `field`, dropped for a stated `reason`, or missing online."""

    id: str
    ja: str
    field: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class PaperCheck:
    """The comparison. `fee_difference` is online minus paper in yen; seals asked for on paper are no difference."""

    items: tuple[PaperItem, ...]
    extra_online: tuple[str, ...]
    documents_missing: tuple[str, ...]
    documents_extra: tuple[str, ...]
    seals: int
    fee_difference: int
    equal: bool
    differences: int


def compare_paper(
    form: Form, documents: Sequence[Mapping[str, Any]], fees: Sequence[Mapping[str, Any]], paper: Mapping[str, Any]
) -> PaperCheck:
    """Return how a form, its documents and fees differ from the paper record {items, documents, seals, fee_yen}.

    A paper item is answered when it names a question of the form (`key`, `group` or `group.inner`), or a question names
    it under `paper`. Calculated questions ask nothing and optional documents demand nothing, so neither is extra. Fees
    with a condition span a range; the difference is the distance of the paper fee from that range.
    """
    asked = tuple(_asked(form))
    groups = {_group_of(form, path) for path in asked} - {""}
    marks = _marks(form)
    items = tuple(_item(item, groups | set(asked), marks) for item in paper.get("items") or ())
    named = {_plain(item.field) for item in items if item.state == ANSWERED}
    named |= {path for path in asked if _group_of(form, path) in named}
    answered = {item.id for item in items if item.state == ANSWERED}
    extra = tuple(path for path in asked if path not in named and not _marked(form, path, answered))
    online, on_paper = [str(document["id"]) for document in documents], [str(d) for d in paper.get("documents") or ()]
    demanded = {str(document["id"]) for document in documents if document.get("required", True) is not False}
    missing = tuple(document for document in on_paper if document not in online)
    surplus = tuple(document for document in online if document in demanded and document not in on_paper)
    fee = _fee_difference(fees, int(paper.get("fee_yen") or 0))
    lost = sum(item.state == MISSING for item in items)
    differences = lost + len(extra) + len(missing) + len(surplus) + (fee != 0)
    seals = int(paper.get("seals") or 0)
    return PaperCheck(items, extra, missing, surplus, seals, fee, differences == 0, differences)


def _asked(form: Form) -> Iterator[str]:
    """Yield the path of every question that a person answers; a group by its inner questions."""
    for page in form.pages:
        for key in page.fields:
            field = form.fields[key]
            if field.group is not None:
                yield from (f"{key}.{inner}" for inner, f in field.group.fields.items() if f.calculate is None)
            elif field.calculate is None:
                yield key


def _marks(form: Form) -> dict[str, str]:
    """Return paper item id -> path of the question that names it."""
    marks: dict[str, str] = {}
    for key, field in form.fields.items():
        marks.update(dict.fromkeys(field.paper, key))
        for inner in field.group.fields.values() if field.group else ():
            marks.update(dict.fromkeys(inner.paper, f"{key}.{inner.key}"))
    return marks


def _item(data: Mapping[str, Any], answerable: set[str], marks: Mapping[str, str]) -> PaperItem:
    identity, field = str(data["id"]), str(data.get("field") or marks.get(str(data["id"]), ""))
    words, reason = str(data.get("ja", "")), data.get("dropped")
    if _plain(field) in answerable:
        return PaperItem(identity, words, field, ANSWERED)
    if reason:
        return PaperItem(
            identity, words, field, DROPPED, str(reason.get("ja", "") if isinstance(reason, Mapping) else reason)
        )
    return PaperItem(identity, words, field, MISSING)


def _plain(path: str) -> str:
    return path.replace("[].", ".")


def _group_of(form: Form, path: str) -> str:
    """Return the group of an inner path, nothing for a single question."""
    return "" if path in form.fields else path.rpartition(".")[0]


def _marked(form: Form, path: str, answered: set[str]) -> bool:
    field = form.fields.get(path)
    if field is None:
        key, _, inner = path.rpartition(".")
        group = form.fields[key].group
        return group is not None and (bool(set(group.fields[inner].paper) & answered) or _marked(form, key, answered))
    return bool(set(field.paper) & answered)


def _fee_difference(fees: Sequence[Mapping[str, Any]], paper_yen: int) -> int:
    certain = sum(int(fee["yen"]) for fee in fees if fee.get("if", True) is True)
    highest = sum(int(fee["yen"]) for fee in fees)
    return certain - paper_yen if paper_yen < certain else min(0, highest - paper_yen)
