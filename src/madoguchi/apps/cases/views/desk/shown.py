"""What the page of a case shows: answers in words with their sources, files, checks, the reviewer's aid, the timeline."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from madoguchi.apps.cases import content, texts
from madoguchi.apps.cases.checks.aid import Finding
from madoguchi.apps.cases.contracts import (
    ActionKind,
    AnswersView,
    CaseView,
    CheckResult,
    CheckView,
    DecisionView,
    Entry,
    Source,
    State,
)
from madoguchi.apps.cases.views.desk.common import language, who_acted
from madoguchi.apps.files import api as files
from madoguchi.apps.procedures import api as procedures
from madoguchi.apps.procedures.contracts import ProcedureView

_BADGES = {CheckResult.PASSED: "badge-yes", CheckResult.FAILED: "badge-warn", CheckResult.OPEN: ""}
_TEXTS = ("message", "text", "reason")


def addressee(view: CaseView, procedure: ProcedureView, answers: AnswersView) -> str:
    """Return who applied, by the answers."""
    return content.addressee(procedure.form, content.Content(answers=answers.answers), view.subject_kind)


def files_of(view: CaseView) -> list[files.FileRef]:
    """Return the files of a case."""
    return list(files.refs(files.Owner(files.OwnerKind.CASE, view.id)))


def sections(view: CaseView, procedure: ProcedureView, answers: AnswersView) -> list[dict[str, Any]]:
    """Return the answers page by page in words, with sources and with what the newest correction changed."""
    today = timezone.localdate(view.opened_at)
    made = procedures.answers_in_words(procedure.form, answers.answers, language(), today=today)
    return [{"title": part.title, "lines": [_line(item, procedure, answers) for item in part.lines]} for part in made]


def _line(line: procedures.Line, procedure: ProcedureView, answers: AnswersView) -> dict[str, Any]:
    key = line.path.split("[", 1)[0]
    source = answers.sources.get(line.path) or answers.sources.get(key)
    return {
        "label": line.label,
        "words": line.words,
        "sensitive": line.sensitive,
        "source": _source(source) if source else None,
        "changed": key in answers.changed,
        "before": _before(key, procedure, answers) if line.path == key else (),
    }


def _source(source: Source) -> dict[str, Any]:
    return {"name": source.source, "verified": source.verified, "as_of": str(source.as_of or "")[:10]}


def _before(key: str, procedure: ProcedureView, answers: AnswersView) -> tuple[str, ...]:
    """Return in words what stood there before the newest correction."""
    if key not in answers.changed or key not in procedure.form.fields:
        return ()
    field = procedure.form.fields[key]
    return procedures.value_in_words(field, answers.changed[key], language()) if field.group is None else ()


def papers(view: CaseView, procedure: ProcedureView, answers: AnswersView) -> list[dict[str, Any]]:
    """Return the documents of the procedure with their files; then files that were sent for a question."""
    sent = files_of(view)
    known = [str(item["id"]) for item in procedure.record.get("documents") or ()]
    found = []
    for document in [*known, *sorted({file.document for file in sent} - set(known))]:
        own = [_file(file) for file in sent if file.document == document]
        if own or document in answers.confirmed:
            name = texts.field_label(
                document if document not in known else f"document:{document}", procedure, language()
            )
            found.append({"name": name, "files": own, "confirmed": document in answers.confirmed})
    return found


def _file(file: files.FileRef) -> dict[str, Any]:
    return {
        "id": file.id,
        "name": file.name,
        "size": files.size_in_words(file.size),
        "state": files.state_in_words(file.state),
        "usable": file.state.usable,
    }


def checks(view: CaseView, *, decider: bool) -> list[dict[str, Any]]:
    """Return every check with its result, and how a person may write down what she found."""
    may = view.may[ActionKind.CHECK_DONE] is None
    return [
        {
            "id": check.id,
            "name": procedures.in_language(check.name, language()),
            "how": procedures.in_language(check.how, language()),
            "required": check.required,
            "result": texts.result(check.result),
            "badge": _BADGES[check.result],
            "words": check.words,
            "overridden": check.overridden,
            "by": check.by,
            "choices": _choices(check, decider=decider) if may else (),
        }
        for check in view.checks
    ]


def _choices(check: CheckView, *, decider: bool) -> tuple[tuple[str, str], ...]:
    """Return what a person may find. An automatic check that failed is passed only by a decider, with a reason."""
    failed = check.result is CheckResult.FAILED
    found = []
    if check.kind == "person" or not failed:
        found.append(("passed", _("問題ありません")))
    found.append(("failed", _("問題があります")))
    if failed and decider and not check.overridden:
        found.append(("override", _("問題があるが、理由を書いて先へ進める")))
    return tuple(found)


def aid(found: tuple[Finding, ...], procedure: ProcedureView) -> list[dict[str, str]]:
    """Return the reviewer's aid in words: what, where, with which quote."""
    return [
        {
            "what": texts.aid(item.kind, item.code, item.params, procedure, language()),
            "where": _where(item, procedure),
            "quote": "" if item.kind == "check" else item.quote,
        }
        for item in found
    ]


def _where(item: Finding, procedure: ProcedureView) -> str:
    if item.kind == "check":
        return texts.check_name(item.path, procedure, language())
    return texts.field_label(item.path, procedure, language())


def timeline(view: CaseView, procedure: ProcedureView, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return everything that happened, newest first, internal entries too."""
    return [_entry(entry, procedure, names) for entry in reversed(view.timeline)]


def messages(view: CaseView, procedure: ProcedureView) -> list[dict[str, Any]]:
    """Return the messages of both sides, oldest first."""
    kinds = (ActionKind.MESSAGE_IN, ActionKind.MESSAGE_OUT)
    return [_entry(entry, procedure, {}) for entry in view.timeline if entry.kind in kinds]


def _entry(entry: Entry, procedure: ProcedureView, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "number": entry.number,
        "what": texts.action(entry.kind),
        "who": who_acted(entry),
        "at": timezone.localtime(entry.at),
        "public": entry.public,
        "texts": [str(entry.words[key]) for key in _TEXTS if entry.words.get(key)],
        "details": list(_details(entry, procedure, names)),
    }


def _details(entry: Entry, procedure: ProcedureView, names: Mapping[str, str]) -> Iterator[str]:
    """Yield what the data of an entry say, in words."""
    data = entry.data
    for key in data.get("fields", ()):
        yield texts.field_label(key, procedure, language())
    for key in data.get("documents", ()):
        yield procedure.document_name(key, language())
    for key, result in data.get("results", {}).items():
        yield f"{texts.check_name(key, procedure, language())}：{texts.result(result)}"
    for finding in entry.words.get("checks", {}).values():
        if finding["code"] == "said" and finding["params"].get("text"):
            yield str(finding["params"]["text"])
    if data.get("override"):
        yield _("理由を書いて先へ進めました")
    if entry.kind is ActionKind.ASSIGNED:
        yield data.get("name") or _("担当なし")
    if data.get("outcome"):
        yield texts.outcome(data["outcome"])
    if data.get("days"):
        yield _("%(n)s日") % {"n": data["days"]}
    if entry.kind is ActionKind.FORWARDED:
        yield " → ".join(names.get(data[key], data[key]) for key in ("from", "to"))
    if data.get("late"):
        yield _("期間を過ぎて届きました")


def proposal(view: CaseView, procedure: ProcedureView) -> dict[str, Any] | None:
    """Return the proposal that waits for who decides; None when none does."""
    return decision(view.proposal, procedure) if view.state is State.PROPOSED else None


def decision(made: DecisionView | None, procedure: ProcedureView) -> dict[str, Any] | None:
    """Return a proposed or made decision in words; None for none."""
    if made is None:
        return None
    reasons = {item["id"]: item for item in procedure.decision.get("refusal_reasons") or ()}
    return {
        "outcome": texts.outcome(made.outcome),
        "reasons": [
            {"text": procedures.in_language(reasons[key]["text"], language()), "law": reasons[key].get("law", "")}
            for key in made.reasons
            if key in reasons
        ],
        "words": made.words,
        "values": [
            (value_label(key), _value(key, value)) for key, value in made.values.items() if value not in (None, "")
        ],
        "by": made.by_name,
        "on": made.on,
    }


def _value(key: str, value: Any) -> str:
    return f"{value:,}" if key == "amount" and isinstance(value, int) else str(value)


def value_label(key: str) -> str:
    """Return what a value of a letter is called; one without a name of its own stands for itself."""
    return {"amount": _("金額（円）"), "from": _("期間の始め"), "until": _("期間の終わり")}.get(key, key)
