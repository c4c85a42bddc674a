"""Counts what a person did not have to do: questions filled from known facts, documents, trips, minutes and yen."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from madoguchi.engines.forms.language.ast import Answers
from madoguchi.engines.forms.model import Field, Form


@dataclass(frozen=True, slots=True)
class SavedDocument:
    """A document that was not asked for, with what getting it costs: minutes, trips, yen."""

    id: str
    minutes: int = 0
    trips: int = 0
    fee_yen: int = 0


@dataclass(frozen=True, slots=True)
class Savings:
    """`share` of questions filled (0 to 1), `seconds` of typing, and minutes, trips and yen altogether."""

    fields_total: int
    fields_prefilled: int
    share: float
    seconds: int
    documents: int
    trips: int
    minutes: int
    fee_yen: int


def savings(
    form: Form,
    answers: Answers,
    prefilled: Mapping[str, str],
    *,
    documents: Sequence[SavedDocument] = (),
    paper: Mapping[str, Any] | None = None,
) -> Savings:
    """Return the savings of one filing. `answers` are those that count (see `calculated`); `prefilled` maps path -> source.

    Minutes against paper are its `minutes` of filling in less the typing left, never below zero; without a paper record
    they are the typing saved. Trips are those of the documents and of handing the paper in (`trips`). Only questions with
    an answer count, and calculated ones never do.
    """
    asked = dict(_answered(form, answers))
    saved = {path: field for path, field in asked.items() if path in prefilled}
    seconds = sum(field.seconds for field in saved.values())
    left = sum(field.seconds for field in asked.values()) - seconds
    filling = seconds // 60 if paper is None else max(0, int(paper.get("minutes") or 0) - -(-left // 60))
    return Savings(
        fields_total=len(asked),
        fields_prefilled=len(saved),
        share=len(saved) / len(asked) if asked else 0.0,
        seconds=seconds,
        documents=len(documents),
        trips=sum(document.trips for document in documents) + int((paper or {}).get("trips") or 0),
        minutes=sum(document.minutes for document in documents) + filling,
        fee_yen=sum(document.fee_yen for document in documents),
    )


def _answered(form: Form, answers: Answers) -> Iterator[tuple[str, Field]]:
    for key, field in form.fields.items():
        value = answers.get(key)
        if field.group is None:
            if _counts(field, value):
                yield key, field
        elif isinstance(value, list | tuple):
            for index, item in enumerate(value):
                for inner in field.group.fields.values():
                    if isinstance(item, Mapping) and _counts(inner, item.get(inner.key)):
                        yield f"{key}[{index}].{inner.key}", inner


def _counts(field: Field, value: Any) -> bool:
    return field.calculate is None and value is not None and value != "" and value != []
