"""One own case: where it stands, what to do, what was said and answered; its files and letters."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from madoguchi.apps.cases import alerts, downloads, objections, texts
from madoguchi.apps.cases.contracts import UNDECIDED, ActionKind, AnswersView, Entry, State
from madoguchi.apps.cases.queries import single
from madoguchi.apps.cases.services import reviewing
from madoguchi.apps.cases.views.common import Own, language, missing_is_404, office_of, own
from madoguchi.apps.cases.views.picture import picture
from madoguchi.apps.files import api as files
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import person


@person
@require_GET
def case(request: HttpRequest, case_number: str) -> HttpResponse:
    """Show an own case."""
    return show(request, own(request, case_number))


def show(request: HttpRequest, found: Own, *, error: str = "", typed: str = "", status: int = 200) -> HttpResponse:
    """Show an own case; `typed` is a message that was not sent, with the error that says why."""
    view, today = found.view, timezone.localdate(found.now)
    answers = single.answers_for_applicant(view.id, applicant=found.applicant)
    context = {
        "case": view,
        "name": found.procedure.name(language()),
        "office": office_of(found.procedure, view.organisation_id),
        "state": texts.state(view.state),
        "steps": texts.steps(view),
        "holder": texts.holder(view, office_of(found.procedure, view.organisation_id)),
        "next": texts.next_step(view),
        "is_open": view.state in UNDECIDED,
        "opened": timezone.localtime(view.opened_at),
        "left": texts.days_left(view.clock.due, today) if view.clock and not view.clock.paused else "",
        "picture": picture(view, today),
        "correction": _correction(found),
        "outcome": texts.outcome(view.outcome) if view.outcome else "",
        "reasons": _reasons(found),
        "letters": [_letter(found, letter) for letter in view.letters],
        "timeline": [_entry(found, entry) for entry in reversed(view.timeline)],
        "sections": _sections(found, answers, today),
        "papers": _papers(found, answers),
        "error": error,
        "typed": typed,
        "may": {kind.value: refusal is None for kind, refusal in view.may.items()},
        "objection_until": objections.last_day_of(found.procedure.record, notified_on(found), view.organisation_id),
        "may_review": _may_review(found),
        "renew_days": alerts.days_to_renew(found.procedure, view.valid_until, today),
    }
    return render(request, "cases/own/case.html", context, status=status)


def _correction(found: Own) -> dict[str, Any] | None:
    asked = found.view.correction
    if asked is None:
        return None
    labels = [texts.field_label(key, found.procedure, language()) for key in asked.fields]
    return {"message": asked.message, "labels": labels, "asked_on": asked.asked_on}


def _reasons(found: Own) -> list[str]:
    """Return the reasons of a decision against the applicant in words."""
    made = found.view.decision
    if made is None:
        return []
    known = {item["id"]: item for item in (found.procedure.decision.get("refusal_reasons") or ())}
    told = [procedures.in_language(known[key].get("text"), language()) for key in made.reasons if key in known]
    return [text for text in (*told, made.words) if text]


def _letter(found: Own, letter: Any) -> dict[str, Any]:
    kinds = {"decision": ActionKind.NOTIFIED, "objection": ActionKind.OBJECTION_DECIDED}
    return {
        "id": letter.id,
        "name": texts.action(kinds.get(letter.kind, ActionKind.NOTIFIED)),
        "on": timezone.localdate(letter.made_at),
        "size": files.size_in_words(letter.size),
        "current": letter.current,
    }


def _entry(found: Own, entry: Entry) -> dict[str, Any]:
    """Return one entry of the timeline in words."""
    asked = [texts.field_label(key, found.procedure, language()) for key in entry.data.get("fields", ())]
    told = [entry.words[key] for key in ("message", "text", "reason") if isinstance(entry.words.get(key), str)]
    days = entry.data.get("days")
    return {
        "name": texts.action(entry.kind),
        "at": timezone.localtime(entry.at),
        "who": texts.party(entry.party) if entry.party == "applicant" else _office_at(found, entry),
        "own": entry.party == "applicant",
        "labels": asked,
        "words": [text for text in told if text],
        "days": days if isinstance(days, int) else None,
    }


def _office_at(found: Own, entry: Entry) -> str:
    """Return the office of an entry; a case that went on names where it went."""
    moved = entry.data.get("to")
    return procedures.organisation_name(str(moved), language()) if moved else texts.desk()


def _sections(found: Own, answers: AnswersView, today: Any) -> list[dict[str, Any]]:
    """Return the answers in words, page by page, those marked that the newest correction changed."""
    changed = set(answers.changed)
    sections = procedures.answers_in_words(found.procedure.form, answers.answers, language(), today=today)
    return [
        {
            "title": section.title,
            "lines": [
                {"label": line.label, "words": line.words, "changed": line.path.split("[")[0] in changed}
                for line in section.lines
            ],
        }
        for section in sections
    ]


def _papers(found: Own, answers: AnswersView) -> list[dict[str, Any]]:
    """Return the documents with the files that were sent for them."""
    there = {file.id: file for file in files.refs(case_owner(found))}
    lines = [
        {
            "name": found.procedure.document_name(key, language()),
            "files": [_file(there[item]) for item in ids if item in there],
            "confirmed": False,
        }
        for key, ids in answers.documents.items()
    ]
    needless = [
        {"name": found.procedure.document_name(key, language()), "files": [], "confirmed": True}
        for key in answers.confirmed
    ]
    return [*(line for line in lines if line["files"]), *needless]


def _file(ref: files.FileRef) -> dict[str, Any]:
    return {
        "id": ref.id if ref.state.usable else "",
        "name": ref.name,
        "size": files.size_in_words(ref.size),
        "state": files.state_in_words(ref.state),
    }


def case_owner(found: Own) -> files.Owner:
    """Return the owner under which the files of a case lie."""
    return files.Owner(files.OwnerKind.CASE, found.view.id)


def notified_on(found: Own) -> Any:
    """Return the day on which the newest decision was notified; None before it."""
    told = [entry for entry in found.view.timeline if entry.kind is ActionKind.NOTIFIED]
    return timezone.localdate(told[-1].at) if told else None


def _may_review(found: Own) -> bool:
    ended = found.view.state in {State.NOTIFIED, State.OBJECTED, State.WITHDRAWN, State.CLOSED}
    return ended and not reviewing.is_reviewed(single.own_case(found.view.id, found.applicant))


@person
@require_GET
def file(request: HttpRequest, case_number: str, file_id: str) -> HttpResponse:
    """Send a file of an own case back to its applicant."""
    found = own(request, case_number)
    try:
        return files.response(str(file_id), case_owner(found))
    except files.FileMissing:
        raise Http404 from None


@person
@require_GET
def letter(request: HttpRequest, case_number: str, letter_id: str) -> HttpResponse:
    """Send a letter of an own case."""
    found = own(request, case_number)
    if str(letter_id) not in {item.id for item in found.view.letters}:
        raise Http404
    with missing_is_404():
        return downloads.letter_for_applicant(str(letter_id), applicant=found.applicant, now=found.now)
