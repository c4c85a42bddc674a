"""The editor's texts, documents, clock and checks, each one page that keeps a draft."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from madoguchi.apps.procedures import schemas
from madoguchi.apps.procedures.checking import bank_of
from madoguchi.apps.procedures.contracts import in_language
from madoguchi.apps.procedures.editing import parts as edit
from madoguchi.apps.procedures.editing.conditions import builder_of
from madoguchi.apps.procedures.editing.pages import ID, Impossible, fields_used
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

TEXTS = ("name", "summary", "office")
LETTERS = ("title", "granted", "refused", "accepted", "partly_granted")
MAX_DAYS = 3_660


def _page(
    request: HttpRequest,
    procedure_id: str,
    name: str,
    change: Callable[[HttpRequest], Change],
    context: Callable[[Working, Mapping[str, Any]], dict[str, Any]],
) -> HttpResponse:
    template = f"procedures/desk/{name}.html"
    if request.method == "POST":
        then = reverse(f"procedures:desk-{name}", args=[procedure_id])
        return edited(request, procedure_id, change(request), template=template, context=context, then=then)
    work = working_or_404(request, procedure_id)
    return render(request, template, {**base_context(work, work.record), **context(work, work.record)})


@staff
@require_http_methods(["GET", "POST"])
def texts(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Names, summary, office, law, and the words of letters."""
    return _page(request, procedure_id, "texts", _texts_change, _texts_context)


def _texts_context(work: Working, record: Mapping[str, Any]) -> dict[str, Any]:
    letter = record["decision"].get("letter") or {}
    labels = {"name": _("名称"), "summary": _("概要"), "office": _("担当窓口")}
    return {
        "texts": [{"name": name, "label": labels[name], "value": record[name]} for name in TEXTS],
        "letters": [{"name": name, "label": _letter_names()[name], "value": letter.get(name, {})} for name in LETTERS],
        "levels": schemas.LEVELS,
    }


def _letter_names() -> dict[str, str]:
    return {
        "title": _("通知書の題"),
        "granted": _("認めるとき"),
        "refused": _("認めないとき"),
        "accepted": _("受け付けたとき"),
        "partly_granted": _("一部を認めるとき"),
    }


def _texts_change(request: HttpRequest) -> Change:
    given: dict[str, Any] = {name: texts_of(request, name) for name in TEXTS}
    given |= {f"decision.letter.{name}": texts_of(request, f"letter.{name}") for name in LETTERS}
    given["law"] = clean(request.POST.get("law", "")) or None

    def change(record: Mapping[str, Any]) -> dict[str, Any]:
        new = edit.set_texts(record, given)
        new["level"] = edit.choice_of(request.POST.get("level", record["level"]), schemas.LEVELS)
        years = request.POST.get("retention_years", str(record["retention_years"]))
        return {**new, "retention_years": edit.number_of(years, least=0, most=100)}

    return change


@staff
@require_http_methods(["GET", "POST"])
def documents(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """Documents that must be handed in: whether they are required, what confirms them, how long one is good."""
    return _page(request, procedure_id, "documents", _documents_change, _documents_context)


def _documents_context(work: Working, record: Mapping[str, Any]) -> dict[str, Any]:
    names = work.row.bank.documents
    rows = [
        {
            **item,
            "label": in_language(item.get("name") or names.get(item["id"]), language()) or item["id"],
            "mode": builder_of(item["required"]).mode,
            "attributes": "、".join(item.get("confirmed_by") or ()),
        }
        for item in record.get("documents") or ()
    ]
    used = {row["id"] for row in rows}
    free = [(key, in_language(text, language())) for key, text in names.items() if key not in used]
    return {"rows": rows, "free": free, "accepts": schemas.ACCEPTS}


def _documents_change(request: HttpRequest) -> Change:
    name, _space, item_id = request.POST.get("op", "").partition(" ")
    if name == "add":
        item = {"id": request.POST.get("document", ""), "required": True, "accepts": ["pdf", "image"]}
        return lambda record: edit.add_item(record, "documents", item)
    if name == "remove":
        return lambda record: edit.remove_item(record, "documents", item_id)
    if name in {"up", "down"}:
        return lambda record: edit.move_item(record, "documents", item_id, -1 if name == "up" else 1)
    if name == "keep":
        return lambda record: edit.set_item(record, "documents", item_id, _document_changes(request, item_id))
    raise Http404


def _document_changes(request: HttpRequest, item_id: str) -> dict[str, Any]:
    mode = request.POST.get(f"required.{item_id}", "other")
    accepts = [name for name in schemas.ACCEPTS if name in request.POST.getlist(f"accepts.{item_id}")]
    if not accepts:
        raise Impossible(_("受け付けるファイルの種類を1つ以上選んでください。"))
    words = clean(request.POST.get(f"confirmed_by.{item_id}", "")).replace(",", "、").split("、")
    days = request.POST.get(f"reuse_days.{item_id}", "").strip()
    changes: dict[str, Any] = {
        "accepts": accepts,
        "confirmed_by": [word.strip() for word in words if word.strip()] or None,
        "reuse_days": edit.number_of(days, least=1, most=MAX_DAYS) if days else None,
    }
    return changes if mode == "other" else {**changes, "required": mode == "always"}


@staff
@require_http_methods(["GET", "POST"])
def clock(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """標準処理期間 on paper and online, where it was read, and the legal limit for the applicant."""
    return _page(request, procedure_id, "clock", _clock_change, _clock_context)


def _clock_context(work: Working, record: Mapping[str, Any]) -> dict[str, Any]:
    bank = bank_of(record, work.row.bank.fields)
    dates = [key for key in fields_used(record) if bank.get(key, {}).get("kind") == "date"]
    deadline = record.get("deadline") or {}
    limit = deadline.get("limit") or {}
    return {
        "clock": record["clock"],
        "deadline": deadline,
        "limit_unit": next(iter(limit), "days"),
        "limit_number": next(iter(limit.values()), ""),
        "dates": [(key, in_language(bank[key]["label"], language())) for key in dates],
        "units": [("calendar", _("日（休みの日も数える）")), ("business", _("開庁日"))],
        "limit_units": list(_limit_units().items()),
        "countings": [
            ("next_day_first", _("次の日から数える（民法140条）")),
            ("first_day_counts", _("その日から数える（戸籍法43条）")),
        ],
    }


def _limit_units() -> dict[str, str]:
    return {
        "days": _("日"),
        "business_days": _("開庁日"),
        "months": _("月"),
        "years": _("年"),
        "end_of_month_after_months": _("か月後の月末まで"),
    }


def _clock_change(request: HttpRequest) -> Change:
    def change(record: Mapping[str, Any]) -> dict[str, Any]:
        periods = {"online": _period(request, "online"), "paper": _period(request, "paper")}
        if periods["online"] is None:
            raise Impossible(_("オンラインの標準処理期間を入力してください。"))
        longest = request.POST.get("longest_days", "").strip()
        more = {
            "pauses_in_correction": request.POST.get("pauses") == "yes",
            "longest_days": edit.number_of(longest, least=1, most=MAX_DAYS) if longest else None,
            "basis": _basis(request),
        }
        new = edit.set_clock(record, periods, more)
        new.pop("deadline", None)
        deadline = _deadline(request, record.get("deadline") or {})
        return {**new, "deadline": deadline} if deadline else new

    return change


def _period(request: HttpRequest, name: str) -> tuple[int, str] | None:
    text = request.POST.get(f"{name}.days", "").strip()
    if not text:
        return None
    unit = edit.choice_of(request.POST.get(f"{name}.unit", ""), ("calendar", "business"))
    return edit.number_of(text, least=0, most=MAX_DAYS), unit


def _basis(request: HttpRequest) -> dict[str, str]:
    source, url = clean(request.POST.get("basis.source", ""), 500), clean(request.POST.get("basis.url", ""), 500)
    if not source:
        return {"source": "own-assumption"}
    if url and not url.startswith(("https://", "http://")):
        raise Impossible(_("出典のURLは https:// から書いてください。"))
    day = _day(request.POST.get("basis.checked_on", ""))
    found = {"source": source, "url": url, "checked_on": day, "note": clean(request.POST.get("basis.note", ""), 500)}
    return {name: value for name, value in found.items() if value}


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text.strip()).isoformat() if text.strip() else ""
    except ValueError:
        raise Impossible(_("日付を読み取れません。2026-11-25 のように書いてください。")) from None


def _deadline(request: HttpRequest, before: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the legal limit, None when no event is chosen."""
    event = request.POST.get("deadline.event", "")
    if not event:
        return None
    unit = edit.choice_of(request.POST.get("deadline.unit", ""), tuple(_limit_units()))
    number = edit.number_of(request.POST.get("deadline.number", "").strip(), least=0, most=MAX_DAYS)
    counting = edit.choice_of(request.POST.get("deadline.counting", ""), ("next_day_first", "first_day_counts"))
    found = {
        **before,
        "event": event,
        "limit": {unit: number},
        "counting": counting,
        "rolls": request.POST.get("deadline.rolls") == "yes",
        "law": clean(request.POST.get("deadline.law", ""), 500),
        "text": texts_of(request, "deadline.text"),
        "consequence": texts_of(request, "deadline.consequence"),
    }
    return {name: value for name, value in found.items() if value not in (None, "")}


@staff
@require_http_methods(["GET", "POST"])
def checks(request: HttpRequest, procedure_id: str) -> HttpResponse:
    """The list of checks of an examination: order, required or not, names, adding those that a person does."""
    return _page(request, procedure_id, "checks", _checks_change, _checks_context)


def _checks_context(work: Working, record: Mapping[str, Any]) -> dict[str, Any]:
    kinds = {
        "rule": _("規則（自動）"),
        "fact": _("確認ずみの情報と比べる（自動）"),
        "duplicate": _("二重の申請（自動）"),
        "person": _("職員が確かめる"),
        "documents": _("書類がそろっている（自動）"),
    }
    return {"rows": [{**item, "kind_words": kinds[item["kind"]]} for item in record["checks"]]}


def _checks_change(request: HttpRequest) -> Change:
    name, _space, item_id = request.POST.get("op", "").partition(" ")
    if name == "add":
        item = {
            "id": clean(request.POST.get("new.id", ""), 80),
            "kind": "person",
            "name": texts_of(request, "new.name"),
            "how": texts_of(request, "new.how"),
            "required": True,
        }
        return lambda record: edit.add_item(record, "checks", _person_check(item))
    if name == "remove":
        return lambda record: edit.remove_item(record, "checks", item_id)
    if name in {"up", "down"}:
        return lambda record: edit.move_item(record, "checks", item_id, -1 if name == "up" else 1)
    if name == "keep":
        changes = {
            "name": texts_of(request, f"name.{item_id}"),
            "required": request.POST.get(f"required.{item_id}") == "yes",
        }
        return lambda record: edit.set_item(record, "checks", item_id, changes)
    raise Http404


def _person_check(item: dict[str, Any]) -> dict[str, Any]:
    if not ID.fullmatch(item["id"]):
        raise Impossible(_("IDは、半角の英小文字、数字、ハイフンで書いてください。"))
    if not item["name"] or not item["how"]:
        raise Impossible(_("名前と確かめ方を、日本語と英語で書いてください。"))
    return item
