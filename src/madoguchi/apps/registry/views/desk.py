"""The desk of staff: own organisation's programmes, editing with the condition checked, what changed, publishing."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.registry import catalogue, queries, services
from madoguchi.apps.registry.checking import scope_of
from madoguchi.apps.registry.errors_ja import in_japanese
from madoguchi.apps.registry.examples import Outcome, try_out
from madoguchi.apps.registry.models import Programme
from madoguchi.core.access import staff
from madoguchi.core.permissions import Actor, NotPermitted, Permission, require
from madoguchi.engines.eligibility import ConditionError, Subject, parts_in_words, to_text, walk
from madoguchi.engines.eligibility import check as check_tree
from madoguchi.engines.eligibility.ast import Review

MAX_TEXT = 5_000
FIELDS = (
    ("name.ja", False), ("name.en", False), ("name.easy", False), ("kana", False),
    ("summary.ja", True), ("summary.en", True), ("summary.easy", True),
    ("benefit_text.ja", True), ("benefit_text.en", True), ("window.ja", True), ("window.en", True),
    ("how.ja", True), ("how.en", True), ("office.ja", False), ("office.en", False),
    ("law", False), ("effective_from", False), ("effective_to", False), ("checked_on", False), ("review_on", False),
)  # fmt: skip
LISTS = ("keywords", "documents", "life_events", "unconfirmed")


@dataclass(frozen=True, slots=True)
class Field:
    """One field of the form: its name in the record, what staff call it, its value as text."""

    name: str
    label: str
    value: str
    long: bool


def _label(name: str) -> str:
    labels = {
        "name": _("名称"), "kana": _("よみがな"), "summary": _("概要"), "benefit_text": _("受けられるもの"),
        "window": _("申請の時期"), "how": _("手続きの方法"), "office": _("担当窓口"), "law": _("根拠法令"),
        "effective_from": _("この日から有効"), "effective_to": _("この日まで有効"), "checked_on": _("事実を確かめた日"),
        "review_on": _("次に見直す日"), "keywords": _("さがす言葉（読点で区切る）"),
        "documents": _("必要書類のID（読点で区切る）"), "life_events": _("できごとのID（読点で区切る）"),
        "unconfirmed": _("確かめられていない項目（読点で区切る）"),
    }  # fmt: skip
    languages = {"ja": _("日本語"), "en": _("英語"), "easy": _("やさしい日本語")}
    base, _dot, language = name.partition(".")
    return f"{labels[base]}（{languages[language]}）" if language else labels[base]


@dataclass(frozen=True, slots=True)
class ConditionCheck:
    """What staff see while they write a condition."""

    ok: bool
    error: str = ""
    before: str = ""
    """The text up to the place of the error."""
    after: str = ""
    suggestion: str = ""
    canonical: str = ""
    atoms: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()
    outcomes: tuple[Outcome, ...] = ()

    @property
    def place(self) -> int:
        """Return the number of the character where the error begins, from 1."""
        return len(self.before) + 1


def _actor(request: HttpRequest) -> Actor:
    return accounts.actor_of(request.user)


def programme_of(request: HttpRequest, programme_id: str, permission: Permission) -> Programme:
    """Return the programme, or 404 when it is another organisation's: nothing about it is revealed."""
    programme = Programme.objects.select_related("current").filter(pk=programme_id).first()
    if programme is None or programme.current is None:
        raise Http404
    try:
        require(_actor(request), permission, programme.organisation_id)
    except NotPermitted:
        raise Http404 from None
    return programme


@staff
def overview(request: HttpRequest) -> HttpResponse:
    """List the programmes of the actor's organisations; overdue reviews first."""
    actor = _actor(request)
    rows = queries.desk(actor, today=timezone.localdate())
    return render(request, "registry/desk/overview.html", {"rows": rows, "actor": actor})


@staff
@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, programme_id: str) -> HttpResponse:
    """Edit a programme: GET shows the draft or the published record, POST keeps a draft."""
    programme = programme_of(request, programme_id, Permission.EDIT_PROGRAMME)
    content, revision = working_copy(programme)
    if request.method == "POST":
        content = _changed(content, request.POST)
        if request.POST.get("keep") and _is_amount(request.POST.get("amount", "")):
            kept = _keep(request, programme, content)
            if kept is not None:
                return kept
            programme = programme_of(request, programme_id, Permission.EDIT_PROGRAMME)
            checked = check_condition(content["condition"], content["subject"], content=content)
            context = _edit_context(programme, content, working_copy(programme)[1], checked)
            return render(request, "registry/desk/edit.html", context, status=409)
        revision = revision_of(request)
    if request.method == "POST" and "amount" in request.POST and not _is_amount(request.POST["amount"]):
        messages.error(request, _("金額の書き方を読み取れません。JSONの形を確かめてください。金額は変えていません。"))
    checked = check_condition(content["condition"], content["subject"], content=content)
    return render(request, "registry/desk/edit.html", _edit_context(programme, content, revision, checked))


def _edit_context(
    programme: Programme, content: Mapping[str, Any], revision: int, checked: ConditionCheck
) -> dict[str, Any]:
    return {
        "programme": programme,
        "fields": [
            *(Field(name, _label(name), _read(content, name), long) for name, long in FIELDS),
            *(Field(name, _label(name), "、".join(content.get(name) or []), False) for name in LISTS),
        ],
        "content": content,
        "amount": json.dumps(content.get("amount"), ensure_ascii=False, indent=1) if content.get("amount") else "",
        "revision": revision,
        "checked": checked,
        "subjects": [subject.value for subject in Subject],
    }


def working_copy(programme: Programme) -> tuple[dict[str, Any], int]:
    draft = getattr(programme, "draft", None)
    if draft is not None:
        return dict(draft.content), draft.revision
    if programme.current is None:
        raise Http404
    return dict(programme.current.content), 0


def revision_of(request: HttpRequest) -> int:
    text = request.POST.get("revision", "0")
    return int(text) if text.isdecimal() and len(text) < 9 else -1


def _read(content: Mapping[str, Any], name: str) -> str:
    value: Any = content
    for part in name.split("."):
        value = (value or {}).get(part)
    return "" if value is None else str(value)


def _changed(content: Mapping[str, Any], given: Mapping[str, str]) -> dict[str, Any]:
    """Return the record with what the form holds; fields that the form does not show stay as they are."""
    changed: dict[str, Any] = json.loads(json.dumps(content))
    for name, _long in FIELDS:
        if name in given:
            _write(changed, name, clean(given[name]))
    for name in LISTS:
        if name in given:
            words = clean(given[name]).replace(",", "、").split("、")
            changed[name] = [word.strip() for word in words if word.strip()]
    if "amount" in given and _is_amount(given["amount"]):
        changed["amount"] = json.loads(given["amount"] or "{}")
        if not changed["amount"]:
            del changed["amount"]
    changed["condition"] = clean(given.get("condition", changed["condition"]))
    changed["subject"] = clean(given.get("subject", changed["subject"]))
    return changed


def clean(text: str) -> str:
    """Return typed text with plain line ends and without characters that no database keeps."""
    return text.replace("\r\n", "\n").replace("\0", "").strip()[: MAX_TEXT * 2]


def _is_amount(text: str) -> bool:
    """Tell whether the text is an amount in JSON; an empty one means that no money is paid."""
    try:
        amount = json.loads(text or "{}", parse_constant=_no_number)
    except (ValueError, RecursionError):
        return False
    return isinstance(amount, dict) and "\\u0000" not in text


def _no_number(text: str) -> None:
    raise ValueError(f"{text} is no number.")


def _write(content: dict[str, Any], name: str, value: str) -> None:
    *path, last = name.split(".")
    target = content
    for part in path:
        target = target.setdefault(part, {})
    if value:
        target[last] = value
    elif path:
        target.pop(last, None)
    else:
        target[last] = None if name != "law" else ""


def _keep(request: HttpRequest, programme: Programme, content: dict[str, Any]) -> HttpResponse | None:
    """Keep the draft; None when somebody else was first, so that the caller can show again what was typed."""
    try:
        services.save_draft(_actor(request), programme.pk, content, revision=revision_of(request), now=timezone.now())
    except services.Conflict:
        messages.error(
            request,
            _(
                "ほかの人が先に変更しました。まだ保存していません。入力は下に残しています。もう一度保存すると上書きします。"
            ),
        )
        return None
    messages.success(request, _("下書きを保存しました。変更点を確かめて公開してください。"))
    return redirect("registry:desk-changes", programme.pk)


def check_condition(text: str, subject: str, *, content: Mapping[str, Any] | None = None) -> ConditionCheck:
    """Read a condition and try it on the example households; an unreadable one says where and what to do."""
    book = catalogue.current().book
    try:
        who = Subject(subject)
        node = book.read(text, who)
        outcomes = try_out(text, who, book=book, today=timezone.localdate())
    except ConditionError as error:
        place = min(error.position, len(text))
        return ConditionCheck(False, _said(error.message), text[:place], text[place:], _said(error.suggestion))
    except ValueError:
        return ConditionCheck(
            False, _("対象主体は本人・児童・世帯のどれかです。"), suggestion=_("選び直してください。")
        )
    reviews = [part.id for part in walk(node) if isinstance(part, Review)]
    scope = scope_of({**(content or {"area": "tokyo"}), "subject": subject}, book, day=timezone.localdate())
    found = check_tree(node, reviews=reviews, scope=scope)
    problems = tuple(f"{_said(item.message)} {_said(item.remedy)}" for item in found)
    words = tuple(parts_in_words(node, language="ja", vocabulary=book.vocabulary))
    return ConditionCheck(True, canonical=to_text(node), atoms=words, problems=problems, outcomes=tuple(outcomes))


def _said(sentence: str) -> str:
    return sentence if get_language() == "en" else in_japanese(sentence)


@staff
@require_POST
def check(request: HttpRequest, programme_id: str) -> HttpResponse:
    """Answer, while staff type, whether the condition can be read and whom it means."""
    programme = programme_of(request, programme_id, Permission.EDIT_PROGRAMME)
    content, _revision_now = working_copy(programme)
    text = request.POST.get("condition", "")[: MAX_TEXT * 2]
    checked = check_condition(text, request.POST.get("subject", content["subject"]), content=content)
    return render(request, "registry/desk/check.html", {"checked": checked})


@staff
@require_http_methods(["GET", "POST"])
def changes(request: HttpRequest, programme_id: str) -> HttpResponse:
    """Show what the draft changes against the published version; POST publishes or discards it."""
    programme = programme_of(request, programme_id, Permission.EDIT_PROGRAMME)
    draft = getattr(programme, "draft", None)
    if draft is None or programme.current is None:
        return redirect("registry:desk-edit", programme.pk)
    if request.method == "POST":
        return _decide(request, programme)
    context = {
        "programme": programme,
        "draft": draft,
        "differences": queries.differences(programme.current.content, draft.content),
        "may_publish": _actor(request).may(Permission.PUBLISH_PROGRAMME, programme.organisation_id),
    }
    return render(request, "registry/desk/changes.html", context)


def _decide(request: HttpRequest, programme: Programme) -> HttpResponse:
    actor = _actor(request)
    if request.POST.get("discard"):
        services.discard_draft(actor, programme.pk)
        messages.success(request, _("下書きを捨てました。"))
        return redirect("registry:desk")
    try:
        version = services.publish(
            actor, programme.pk, revision=revision_of(request), note=request.POST.get("note", ""), now=timezone.now()
        )
    except services.Conflict:
        messages.error(request, _("ほかの人が先に変更しました。公開していません。変更点をもう一度確かめてください。"))
    except services.NotFit as problem:
        messages.error(request, _("公開できません。") + str(problem))
    except NotPermitted:
        raise Http404 from None
    else:
        messages.success(request, _("公開しました。版番号：%(number)s") % {"number": version.number})
        return redirect("registry:programme", programme.pk)
    return redirect("registry:desk-changes", programme.pk)
