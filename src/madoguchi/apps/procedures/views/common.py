"""What the pages of the editor share: whose procedure it is, saving with the revision that was seen, what to say."""

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.procedures import queries, services
from madoguchi.apps.procedures.contracts import UnknownProcedure, in_language
from madoguchi.apps.procedures.editing.pages import Impossible
from madoguchi.apps.procedures.queries import Working
from madoguchi.core.permissions import Actor, NotPermitted

Change = Callable[[Mapping[str, Any]], dict[str, Any]]
Context = Callable[[Working, Mapping[str, Any]], dict[str, Any]]
MAX_TEXT = 5_000


def actor_of(request: HttpRequest) -> Actor:
    """Return who acts."""
    return accounts.actor_of(request.user)


def language() -> str:
    """Return the language of the page."""
    return get_language() or "ja"


def working_or_404(request: HttpRequest, procedure_id: str, *, to_edit: bool = False) -> Working:
    """Return the procedure on the desk; 404 when it is another organisation's or may only be read."""
    try:
        work = queries.working(actor_of(request), procedure_id)
    except UnknownProcedure:
        raise Http404 from None
    if to_edit and not work.may_edit:
        raise Http404
    return work


def revision_of(request: HttpRequest) -> int:
    """Return the revision that the page was made from; -1 when it is none."""
    text = request.POST.get("revision", "")
    return int(text) if text.isdecimal() and len(text) < 9 else -1


def clean(text: str, limit: int = MAX_TEXT) -> str:
    """Return typed text with plain line ends and without signs that no database keeps."""
    return text.replace("\r\n", "\n").replace("\0", "").encode("utf-8", "ignore").decode().strip()[:limit]


def texts_of(request: HttpRequest, name: str) -> dict[str, str] | None:
    """Return the languages that were filled in for a text (`name.ja` …); None when all are empty."""
    found = {key: clean(request.POST.get(f"{name}.{key}", "")) for key in ("ja", "en", "easy")}
    return {key: words for key, words in found.items() if words} or None


def base_context(work: Working, record: Mapping[str, Any], *, revision: int | None = None) -> dict[str, Any]:
    """Return what every page of the editor shows: names, the state, the revision for the next save."""
    return {
        "work": work,
        "id": work.procedure.pk,
        "record": record,
        "name": in_language(record["name"], language()),
        "revision": work.revision if revision is None else revision,
    }


def edited(
    request: HttpRequest, procedure_id: str, change: Change, *, template: str, context: Context, then: str
) -> HttpResponse:
    """Apply a change and keep it as draft, then go on to `then`; refused changes show the page again with the reason.

    When somebody else was first, the change is shown on top of what they kept, not yet saved.
    """
    work = working_or_404(request, procedure_id, to_edit=True)
    try:
        record = change(work.record)
    except Impossible as problem:
        messages.error(request, str(problem))
        return _shown(request, work, work.record, template, context, 400)
    try:
        services.save_draft(actor_of(request), procedure_id, record, revision=revision_of(request), now=timezone.now())
    except services.Conflict:
        messages.error(
            request,
            _(
                "ほかの人が先に変更しました。まだ保存していません。入力は下に残しています。もう一度保存すると上書きします。"
            ),
        )
        return _shown(request, working_or_404(request, procedure_id, to_edit=True), record, template, context, 409)
    except services.NotFit as problem:
        messages.error(request, _("保存していません。形が正しくありません。") + " " + str(problem))
        return _shown(request, work, record, template, context, 400)
    except NotPermitted:
        raise Http404 from None
    messages.success(request, _("下書きを保存しました。"))
    return redirect(then)


def _shown(
    request: HttpRequest, work: Working, record: Mapping[str, Any], template: str, context: Context, status: int
) -> HttpResponse:
    try:
        more = context(work, record)
    except Impossible:
        record = work.record
        more = {}
    whole = {**base_context(work, record), **more}
    return render(request, template, whole, status=status)
