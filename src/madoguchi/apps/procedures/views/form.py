"""The editor's pages and fields: order, adding from the bank or new, removing, own words, when shown and required."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.procedures import schemas
from madoguchi.apps.procedures.checking import bank_of
from madoguchi.apps.procedures.contracts import in_language
from madoguchi.apps.procedures.editing import pages as edit
from madoguchi.apps.procedures.editing.conditions import OPERATORS, Row, builder_of, condition_of
from madoguchi.apps.procedures.editing.pages import Impossible
from madoguchi.apps.procedures.queries import Working
from madoguchi.apps.procedures.views.common import (
    Change,
    base_context,
    clean,
    edited,
    language,
    texts_of,
    working_or_404,
)
from madoguchi.core.access import staff

FORM = "procedures/desk/form.html"
FIELD = "procedures/desk/field.html"
MAX_ROWS = 12
OWN_KINDS = tuple(kind for kind in schemas.FIELD_KINDS if kind != "group")


def _bank(work: Working, record: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return bank_of(record, work.row.bank.fields)


@staff
@require_http_methods(["GET", "POST"])
def pages(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Show the pages with their fields; POST makes one change (`op`) and keeps it as draft."""
    if request.method == "POST":
        then = reverse("procedures:desk-form", args=[procedure_id])
        change = _operation(request)
        return edited(request, procedure_id, change, template=FORM, context=_pages_context, then=then)
    work = working_or_404(request, procedure_id)
    context = {**base_context(work, work.record), **_pages_context(work, work.record)}
    return render(request, FORM, context)


def _pages_context(work: Working, record: Mapping[str, Any]) -> dict[str, Any]:
    bank = _bank(work, record)
    shown = []
    for page in record["form"]["pages"]:
        rows = []
        for use in page["fields"]:
            own = {} if isinstance(use, str) else use
            key = edit.key_of(use)
            field = {**bank.get(key, {}), **own}
            rows.append(
                {
                    "key": key,
                    "label": in_language(field.get("label"), language()) or key,
                    "kind": field.get("kind", "?"),
                    "required": field.get("required", True),
                    "conditional": field.get("show_if", True) is not True,
                    "calculated": "calculate" in field,
                    "own": key in record.get("own_fields", {}),
                }
            )
        shown.append({**page, "name": in_language(page["title"], language()), "rows": rows})
    used = set(edit.fields_used(record))
    free = [
        (key, in_language(item["label"], language())) for key, item in work.row.bank.fields.items() if key not in used
    ]
    return {"pages": shown, "free": sorted(free), "kinds": OWN_KINDS}


def _operation(request: HttpRequest) -> Change:
    """Return the change that a button stands for: `field-up page key`, `page-down page`, `add page` …"""
    name, *parts = request.POST.get("op", "").split(" ")
    steps = {"up": -1, "down": 1}
    match name.split("-"), parts:
        case ["field", ("up" | "down") as way], [page, key]:
            return lambda record: edit.move_field(record, page, key, steps[way])
        case ["field", "remove"], [page, key]:
            return lambda record: edit.remove_field(record, page, key)
        case ["page", ("up" | "down") as way], [page]:
            return lambda record: edit.move_page(record, page, steps[way])
        case ["page", "remove"], [page]:
            return lambda record: edit.remove_page(record, page)
        case ["add"], [page]:
            return lambda record: edit.add_field(record, page, request.POST.get(f"field.{page}", ""))
        case ["new"], []:
            return lambda record: edit.add_own_field(record, request.POST.get("new.page", ""), *_own_field(request))
        case ["title"], [page]:
            return lambda record: edit.set_page(record, page, {"title": _both(texts_of(request, f"title.{page}"))})
        case ["page", "add"], []:
            return lambda record: _new_page(request, record)
    raise Http404


def _new_page(request: HttpRequest, record: Mapping[str, Any]) -> dict[str, Any]:
    page_id, key = clean(request.POST.get("page.id", ""), 100), request.POST.get("page.field", "")
    return edit.add_page(record, page_id, _both(texts_of(request, "page.title")), key)


def _both(texts: dict[str, str] | None) -> dict[str, str]:
    """Return texts that have at least Japanese and English."""
    if not texts or not {"ja", "en"} <= set(texts):
        raise Impossible(_("日本語と英語の両方を書いてください。"))
    return texts


def _own_field(request: HttpRequest) -> tuple[str, dict[str, Any]]:
    """Return key and description of a new field; options are one a line: `value = 日本語 / English`."""
    kind = request.POST.get("new.kind", "")
    if kind not in OWN_KINDS:
        raise Impossible(_("項目の種類を選んでください。"))
    field: dict[str, Any] = {"kind": kind, "label": _both(texts_of(request, "new.label"))}
    if hint := texts_of(request, "new.hint"):
        field["hint"] = _both(hint)
    if kind in {"choice", "choices"}:
        field["options"] = [
            _option(line) for line in clean(request.POST.get("new.options", "")).split("\n") if line.strip()
        ]
        if not field["options"]:
            raise Impossible(_("選択肢を1行に1つずつ書いてください（例：yes = はい / Yes）。"))
    return clean(request.POST.get("new.key", ""), 200), field


def _option(line: str) -> dict[str, Any]:
    value, equals, words = line.partition("=")
    ja, slash, en = words.partition("/")
    if not equals or not slash or not value.strip() or not ja.strip() or not en.strip():
        raise Impossible(_("選択肢を1行に1つずつ書いてください（例：yes = はい / Yes）。"))
    return {"value": value.strip(), "label": {"ja": ja.strip(), "en": en.strip()}}


@staff
@require_http_methods(["GET", "POST"])
def field(request: HttpRequest, procedure_id: str, page_id: str, key: str) -> HttpResponse:
    """Show how a page uses a field; POST keeps own words, required and show_if as draft."""
    work = working_or_404(request, procedure_id)

    def context(now: Working, record: Mapping[str, Any]) -> dict[str, Any]:
        return _field_context(now, record, page_id, key)

    if request.method == "POST":
        then = reverse("procedures:desk-form", args=[procedure_id])
        return edited(
            request,
            procedure_id,
            lambda record: edit.set_use(record, page_id, key, _use_changes(request, work, record, page_id, key)),
            template=FIELD,
            context=context,
            then=then,
        )
    try:
        more = context(work, work.record)
    except Impossible:
        raise Http404 from None
    return render(request, FIELD, {**base_context(work, work.record), **more})


def _field_context(work: Working, record: Mapping[str, Any], page_id: str, key: str) -> dict[str, Any]:
    use = edit.use_of(record, page_id, key)
    bank = _bank(work, record)
    item = bank.get(key, {})
    return {
        "page_id": page_id,
        "key": key,
        "item": item,
        "use": use,
        "label": in_language(use.get("label") or item.get("label"), language()),
        "required": builder_of(use.get("required", item.get("required"))),
        "show_if": builder_of(use.get("show_if", item.get("show_if"))),
        "choices": [
            (name, in_language(bank[name]["label"], language())) for name in _kinds(record, bank) if name != key
        ],
        "operators": [(name, _operator_words()[name]) for name in OPERATORS],
    }


def _kinds(record: Mapping[str, Any], bank: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Return the kinds of the fields that a condition of the builder may name."""
    used = [key for key in edit.fields_used(record) if key in bank]
    return {key: str(bank[key]["kind"]) for key in used if bank[key]["kind"] not in {"group", "file"}}


def _operator_words() -> dict[str, str]:
    return {
        "is": _("が次と同じ"),
        "is_not": _("が次とちがう"),
        "known": _("に答えがある"),
        "at_least": _("が次以上"),
        "at_most": _("が次以下"),
    }


def _use_changes(
    request: HttpRequest, work: Working, record: Mapping[str, Any], page_id: str, key: str
) -> dict[str, Any]:
    """Return what the form changes of a field's use; a condition too rich for the builder stays as it is."""
    bank = _bank(work, record)
    use = edit.use_of(record, page_id, key)
    kinds = {name: kind for name, kind in _kinds(record, bank).items() if name != key}
    changes: dict[str, Any] = {}
    for name in ("label", "hint"):
        texts = texts_of(request, name)
        changes[name] = _both(texts) if texts else None
    for name in ("required", "show_if"):
        mode = request.POST.get(f"{name}.mode", "other")
        if mode == "other":
            changes[name] = use.get(name)
            continue
        condition = condition_of(mode, _rows(request, name), kinds)
        changes[name] = None if condition == bank.get(key, {}).get(name, True) else condition
    return changes


def _rows(request: HttpRequest, name: str) -> list[Row]:
    return [
        Row(
            request.POST.get(f"{name}.{number}.field", ""),
            request.POST.get(f"{name}.{number}.operator", "is"),
            clean(request.POST.get(f"{name}.{number}.value", ""), 200),
        )
        for number in range(MAX_ROWS)
    ]
