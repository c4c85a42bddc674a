"""The desk page on which staff read a free text: pieces beside the text, each accepted or rejected, into the draft.

Works without JavaScript: every step is a form that carries the texts with it, so nothing is kept before it is chosen.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.registry import reading, services
from madoguchi.apps.registry.models import ImportedRecord, Programme
from madoguchi.apps.registry.reading import OPS, Reading
from madoguchi.apps.registry.views.desk import MAX_TEXT, clean, programme_of, revision_of, working_copy
from madoguchi.core.access import staff
from madoguchi.core.language_model import Failure as ModelFailure
from madoguchi.core.language_model import LanguageModelError, configured
from madoguchi.core.permissions import Permission
from madoguchi.engines.eligibility.reading import (
    AgeLimit,
    AgeSource,
    Check,
    Origin,
    Piece,
    Reason,
    Record,
    Span,
    TextField,
)

TEXTS = (TextField.TITLE, TextField.TARGET, TextField.CONDITIONS, TextField.SUMMARY)
_LISTED_RECORDS = 50
_SALT = "registry.reading"


@dataclass(frozen=True, slots=True)
class Row:
    """One line to accept or reject: its name in the form, what it says, its words, whether it is ticked."""

    name: str
    number: int
    text: str
    span: Span
    place: str
    chosen: bool
    by_model: bool
    confidence_percent: int = 0
    age: str = ""


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of a text and the numbers of the rows that it stands behind; none is plain text."""

    text: str
    numbers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """One text with its marked stretches."""

    name: str
    label: str
    text: str
    stretches: tuple[Stretch, ...]


def _label(place: TextField) -> str:
    return {
        TextField.TITLE: _("名称"),
        TextField.TARGET: _("対象者"),
        TextField.CONDITIONS: _("条件（文章）"),
        TextField.SUMMARY: _("概要"),
        TextField.STRUCTURED: _("年齢の欄"),
    }[place]


def _why(reason: Reason) -> str:
    return {
        Reason.BENEFIT: _("内容の説明で、人の条件ではありません"),
        Reason.PROCEDURE: _("手続きの説明です"),
        Reason.NO_LIMIT: _("制限がないという説明です"),
        Reason.NAME: _("制度の名称です"),
        Reason.PREFERENCE: _("優先や加算の説明です"),
        Reason.NEUTRAL: _("対象をせばめていません"),
    }[reason]


def _trouble(error: LanguageModelError) -> str:
    return {
        ModelFailure.UNREACHABLE: _("言語モデルに接続できません。規則で読み取ったものだけを示します。"),
        ModelFailure.SLOW: _("言語モデルの応答が間に合いませんでした。規則で読み取ったものだけを示します。"),
        ModelFailure.REFUSED: _("言語モデルがエラーを返しました。規則で読み取ったものだけを示します。"),
        ModelFailure.TOO_LONG: _("言語モデルの応答が長すぎます。規則で読み取ったものだけを示します。"),
        ModelFailure.NOT_JSON: _("言語モデルの応答を読み取れません。規則で読み取ったものだけを示します。"),
    }[error.failure]


@staff
@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, programme_id: str) -> HttpResponse:
    """Read a text into pieces; POST with `keep` puts the accepted ones into the draft."""
    programme = programme_of(request, programme_id, Permission.EDIT_PROGRAMME)
    content, revision = working_copy(programme)
    if request.method == "GET":
        record = _chosen_record(request, programme, content)
        return _show(request, programme, content, revision, record, None)
    record = _given(request.POST, reading.record_of_programme(content).municipality)
    if not request.POST.get("keep"):
        model = configured() if request.POST.get("model") else None
        found = reading.read_record(record, model=model)
        if found.trouble is not None:
            messages.warning(request, _trouble(found.trouble))
        return _show(request, programme, content, revision, record, found)
    found = reading.read_record(record, answer=_answer(request.POST.get("answer", "")))
    return _keep(request, programme, content, found)


def _chosen_record(request: HttpRequest, programme: Programme, content: Mapping[str, Any]) -> Record:
    """Return an imported record of the same organisation when one is asked for, else the programme's own texts."""
    key = request.GET.get("record", "")
    if not key:
        return reading.record_of_programme(content)
    row = _imported(programme).filter(pk=int(key)).first() if key.isdecimal() and len(key) < 12 else None
    if row is None:
        raise Http404
    return reading.record_of_imported(json.loads(row.text))


def _imported(programme: Programme) -> Any:
    rows = ImportedRecord.objects.filter(organisation_id=programme.organisation_id, rejected=False)
    return rows.order_by("-id")


def _given(form: Mapping[str, str], municipality: str) -> Record:
    texts = {place.value: clean(form.get(place.value, ""))[:MAX_TEXT] for place in TEXTS}
    return Record(**texts, ages=_ages(form), municipality=form.get("municipality", "")[:6] or municipality)


def _ages(form: Mapping[str, str]) -> dict[Any, AgeLimit]:
    found = {}
    for name, op in OPS.items():
        years, months = _number(form.get(f"{name}.years", "")), _number(form.get(f"{name}.months", ""))
        if years is not None or months is not None:
            found[op] = AgeLimit(years, months)
    return found


def _number(text: str) -> int | None:
    text = text.strip()
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 3 else None


def _answer(signed: str) -> dict[str, Any] | None:
    """Return the model's answer that this page sent along; one that was tampered with counts as none."""
    try:
        value = signing.loads(signed, salt=_SALT) if signed else None
    except signing.BadSignature:
        return None
    return value if isinstance(value, dict) else None


def _keep(request: HttpRequest, programme: Programme, content: Mapping[str, Any], found: Reading) -> HttpResponse:
    pieces, checks = _accepted(found, request.POST)
    changed = reading.changed(content, found, pieces=pieces, checks=checks)
    if changed is None:
        messages.error(request, _("どれも選ばれていません。採用するものを選んでください。"))
        return _show(request, programme, content, revision_of(request), found.record, found, status=400)
    actor = accounts.actor_of(request.user)
    try:
        services.save_draft(actor, programme.pk, changed, revision=revision_of(request), now=timezone.now())
    except services.Conflict:
        messages.error(
            request, _("ほかの人が先に変更しました。まだ保存していません。もう一度保存すると、条件式を置き換えます。")
        )
        fresh = programme_of(request, programme.pk, Permission.EDIT_PROGRAMME)
        return _show(request, fresh, content, working_copy(fresh)[1], found.record, found, status=409)
    messages.success(request, _("読み取った条件を下書きに入れました。条件式を確かめてください。"))
    return redirect("registry:desk-edit", programme.pk)


def _accepted(found: Reading, form: Mapping[str, str]) -> tuple[list[Piece], list[Check]]:
    pieces = [piece for number, piece in enumerate(found.proposal.pieces) if f"piece-{number}" in form]
    return pieces, [check for check in found.proposal.checks if f"check-{check.id}" in form]


def _show(
    request: HttpRequest,
    programme: Programme,
    content: Mapping[str, Any],
    revision: int,
    record: Record,
    found: Reading | None,
    *,
    status: int = 200,
) -> HttpResponse:
    context: dict[str, Any] = {
        "programme": programme,
        "content": content,
        "revision": revision,
        "record": record,
        "texts": [Marked(place.value, _label(place), record.text(place), ()) for place in TEXTS],
        "bounds": _bounds(record),
        "records": list(_imported(programme)[:_LISTED_RECORDS]),
        "has_model": configured() is not None,
        "found": found,
    }
    if found is not None:
        context |= _result(found, request.POST if request.POST.get("keep") else None)
    return render(request, "registry/desk/reading.html", context, status=status)


def _bounds(record: Record) -> list[dict[str, Any]]:
    words = {
        "lessThan": _("未満"),
        "lessThanOrEqualTo": _("以下"),
        "greaterThanOrEqualTo": _("以上"),
        "greaterThan": _("超"),
    }
    return [
        {
            "name": name,
            "word": words[name],
            "years": record.ages[op].years if op in record.ages else None,
            "months": record.ages[op].months if op in record.ages else None,
        }
        for name, op in OPS.items()
    ]


def _result(found: Reading, form: Mapping[str, str] | None) -> dict[str, Any]:
    pieces = _piece_rows(found, form)
    checks = _check_rows(found, form, first=len(pieces) + 1)
    marked = [_marked(found.record, place, [*pieces, *checks]) for place in TEXTS if found.record.text(place)]
    return {
        "subject": found.proposal.subject.value,
        "condition": found.proposal.text,
        "pieces": pieces,
        "checks": checks,
        "marked": marked,
        "ignored": [(item.span.quote, _label(item.span.place), _why(item.reason)) for item in found.proposal.ignored],
        "contradictions": found.proposal.contradictions,
        "refused": found.refused,
        "answer": signing.dumps(dict(found.answer), salt=_SALT) if found.answer else "",
    }


def _piece_rows(found: Reading, form: Mapping[str, str] | None) -> list[Row]:
    """Rules' pieces are ticked at first, a model's never; after a refused save everything is as it was."""
    ages = {AgeSource.EXPLICIT: _("年齢の欄にある"), AgeSource.INFERRED: _("文章から")}
    return [
        Row(
            name=f"piece-{number}",
            number=number + 1,
            text=piece.text,
            span=piece.span,
            place=_label(piece.span.place),
            chosen=f"piece-{number}" in form if form is not None else piece.origin is Origin.RULE,
            by_model=piece.origin is Origin.MODEL,
            confidence_percent=round(piece.confidence * 100),
            age=ages[piece.age_source] if piece.age_source else "",
        )
        for number, piece in enumerate(found.proposal.pieces)
    ]


def _check_rows(found: Reading, form: Mapping[str, str] | None, *, first: int) -> list[Row]:
    return [
        Row(
            name=f"check-{check.id}",
            number=number,
            text=check.category,
            span=check.span,
            place=_label(check.span.place),
            chosen=f"check-{check.id}" in form if form is not None else check.origin is Origin.RULE,
            by_model=check.origin is Origin.MODEL,
        )
        for number, check in enumerate(found.proposal.checks, start=first)
    ]


def _marked(record: Record, place: TextField, rows: Sequence[Row]) -> Marked:
    """Cut a text where a row's words begin or end, so that overlapping words are shown with all their numbers."""
    text = record.text(place)
    here = [row for row in rows if row.span.place is place]
    cuts = sorted({0, len(text), *(cut for row in here for cut in (row.span.start, row.span.end))})
    stretches = [
        Stretch(text[start:end], tuple(row.number for row in here if row.span.start <= start and end <= row.span.end))
        for start, end in pairwise(cuts)
    ]
    return Marked(place.value, _label(place), text, tuple(stretches))
