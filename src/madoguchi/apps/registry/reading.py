"""Joins the reader of free texts, the pack's vocabulary and, where one is set, a language model.

It proposes only; staff choose, and what they choose goes into the draft through `services`.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from madoguchi.apps.registry import catalogue
from madoguchi.apps.registry.interchange import form
from madoguchi.core.language_model import LanguageModel, LanguageModelError
from madoguchi.engines.eligibility import to_text
from madoguchi.engines.eligibility.reading import AgeLimit, Check, Piece, Proposal, Record, read
from madoguchi.engines.eligibility.reading.accepting import accepted
from madoguchi.engines.eligibility.reading.suggestions import Refusal, judge, question, with_suggestions
from madoguchi.engines.eligibility.types import Op

OPS: Mapping[str, Op] = dict(zip(form.BOUNDS, (Op.LT, Op.LE, Op.GE, Op.GT), strict=True))
"""The registry form's names of age bounds."""
_ENGLISH = {
    "所得": "Income: staff check the wording in Japanese.",
    "世帯": "Household: staff check the wording in Japanese.",
    "就労": "Work: staff check the wording in Japanese.",
    "居住期間": "Length of residence: staff check the wording in Japanese.",
    "滞納": "Unpaid taxes or fees: staff check the wording in Japanese.",
    "他制度": "Another scheme: staff check the wording in Japanese.",
    "医師判断": "A doctor's judgement: staff check the wording in Japanese.",
    "その他": "Another condition: staff check the wording in Japanese.",
}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read from one record: by rules, with what a model added, what of it was refused, or why none came."""

    record: Record
    proposal: Proposal
    answer: Mapping[str, Any] = field(default_factory=dict)
    """The model's raw answer: given back to `read_record`, it brings the same pieces again."""
    refused: tuple[Refusal, ...] = ()
    trouble: LanguageModelError | None = None


def read_record(
    record: Record, *, model: LanguageModel | None = None, answer: Mapping[str, Any] | None = None
) -> Reading:
    """Read a record by rules; `model` is asked for more, or its earlier `answer` is judged again."""
    shelf = catalogue.current()
    vocabulary = shelf.book.vocabulary
    proposal = read(record, vocabulary, schemes=[view.name.ja for view in shelf.views.values()])
    if answer is None and model is not None:
        try:
            answer = model.ask(question(record, proposal, vocabulary))
        except LanguageModelError as trouble:
            return Reading(record, proposal, trouble=trouble)
    if not answer:
        return Reading(record, proposal)
    suggestions = judge(answer, record, proposal, vocabulary)
    return Reading(record, with_suggestions(proposal, suggestions), answer, suggestions.refused)


def record_of_programme(content: Mapping[str, Any]) -> Record:
    """Return the texts of a programme as a record: its name and summary; a pack knows no other free text."""
    return Record(title=content["name"]["ja"], summary=content["summary"]["ja"], municipality=_municipality(content))


def record_of_imported(raw: Mapping[str, Any]) -> Record:
    """Return the texts and age bounds of a record in the published registry form."""
    name = " ".join(str(form.value_at(raw, f"institutionName.{part}") or "") for part in ("canonicalName", "shortName"))
    return Record(
        title=name.strip(),
        target_persons=str(form.value_at(raw, "target.targetPersons") or ""),
        conditions=str(form.value_at(raw, "target.conditions") or ""),
        summary=str(form.value_at(raw, "summary") or ""),
        ages=_ages(raw),
        municipality=form.area_code(raw),
    )


def _ages(raw: Mapping[str, Any]) -> dict[Op, AgeLimit]:
    found = {}
    for bound, op in OPS.items():
        years = _whole(form.value_at(raw, f"target.{bound}.targetAge"))
        months = _whole(form.value_at(raw, f"target.{bound}.targetAgeOfMonths"))
        if years is not None or months is not None:
            found[op] = AgeLimit(years, months)
    return found


def _whole(value: Any) -> int | None:
    """Return a whole number of the form; anything else is kept there and never used to judge."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1_000 else None


def _municipality(content: Mapping[str, Any]) -> str:
    area = content.get("area")
    return str(area[0]) if isinstance(area, list) and len(area) == 1 else ""


def changed(
    content: Mapping[str, Any], reading: Reading, *, pieces: Collection[Piece], checks: Collection[Check]
) -> dict[str, Any] | None:
    """Return the programme's record with the accepted pieces as its condition; None when nothing was accepted.

    Spans and checks become those of the accepted pieces: the old ones belong to the condition that is replaced.
    """
    node = accepted(reading.proposal, pieces, checks)
    if node is None:
        return None
    return {
        **content,
        "subject": reading.proposal.subject.value,
        "condition": to_text(node),
        "checks": [
            {"id": check.id, "class": check.category, "ja": check.span.quote.strip(), "en": _ENGLISH[check.category]}
            for check in checks
        ],
        "spans": _spans(pieces),
    }


def _spans(pieces: Collection[Piece]) -> list[dict[str, str]]:
    found: dict[str, str] = {}
    for piece in pieces:
        quote = piece.span.quote.strip()
        if quote and piece.text not in found:
            found[piece.text] = quote
    return [{"atom": atom, "ja": quote} for atom, quote in found.items()]
