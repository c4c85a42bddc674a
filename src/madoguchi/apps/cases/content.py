"""What was applied for, as it stands now: the opening's answers with every correction on top. Read from sealed words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from django.utils import timezone

from madoguchi.apps.cases import words
from madoguchi.apps.cases.contracts import ActionKind, AnswersView, Source, Submission
from madoguchi.apps.cases.models import Action
from madoguchi.core.jsonable import plain
from madoguchi.engines.forms import Form, calculated


@dataclass(frozen=True, slots=True)
class Content:
    """Answers, where they come from, documents. `erased`: the words are gone after the retention period."""

    answers: Mapping[str, Any] = field(default_factory=dict)
    sources: Mapping[str, Source] = field(default_factory=dict)
    documents: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    confirmed: tuple[str, ...] = ()
    file_ids: tuple[str, ...] = ()
    savings: Mapping[str, Any] = field(default_factory=dict)
    changed: Mapping[str, Any] = field(default_factory=dict)
    erased: bool = False

    def view(self) -> AnswersView:
        """Return it as it crosses the door."""
        return AnswersView(self.answers, self.sources, self.changed, self.documents, self.confirmed)


def opening_words(given: Submission) -> dict[str, Any]:
    """Return what is sealed of a submission; also what tells whether a key came again with another content."""
    return {
        "answers": plain(given.answers),
        "sources": {
            path: [source.source, plain(source.as_of), source.verified, plain(source.value)]
            for path, source in given.sources.items()
        },
        "documents": plain(given.documents),
        "confirmed": sorted(given.confirmed),
        "file_ids": sorted(given.file_ids),
        "savings": plain(given.savings),
    }


def of(rows: Sequence[Action], form: Form) -> Content:
    """Return the content of a case from its actions, whose words are loaded with them."""
    opening = words.of(rows[0])
    if not opening:
        return Content(erased=True)
    found = Content(
        answers=opening["answers"],
        sources={path: Source(*parts) for path, parts in opening["sources"].items()},
        documents={key: tuple(ids) for key, ids in opening["documents"].items()},
        confirmed=tuple(opening["confirmed"]),
        file_ids=tuple(opening["file_ids"]),
        savings=opening["savings"],
    )
    for row in rows:
        if row.kind == ActionKind.CORRECTED and (told := words.of(row)):
            found = corrected(found, form, told["changes"], told["documents"], today=timezone.localdate(row.at))
    return found


def corrected(
    content: Content,
    form: Form,
    changes: Mapping[str, Any],
    documents: Mapping[str, Sequence[str]],
    *,
    today: date,
) -> Content:
    """Return the content after a correction: hidden answers leave, calculated ones follow, sources of changed ones fall."""
    answers = calculated(form, {**content.answers, **changes}, today=today)
    files = {key: tuple(ids) for key, ids in documents.items()}
    return replace(
        content,
        answers=answers,
        sources={path: source for path, source in content.sources.items() if _key(path) not in changes},
        documents={**content.documents, **files},
        file_ids=tuple(sorted({*content.file_ids, *(file_id for ids in files.values() for file_id in ids)})),
        changed={key: content.answers.get(key) for key in changes},
    )


def _key(path: str) -> str:
    return path.split("[", 1)[0]


def addressee(form: Form, content: Content, subject_kind: str) -> str:
    """Return the name of who applied, for letters; empty when the form does not ask for one."""
    attribute, about = ("商号", "business") if subject_kind == "business" else ("氏名", "applicant")
    named = [key for key, item in form.fields.items() if item.attribute == attribute and item.about == about]
    usual = ["business.name", "applicant.name"] if subject_kind == "business" else ["applicant.name"]
    found = (content.answers.get(key) for key in [*named, *usual])
    return next((str(value) for value in found if value), "")
