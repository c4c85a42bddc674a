"""What the pages share: whose page it is, and which words a reason or state has."""

from datetime import date
from typing import Any

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from madoguchi.apps.consents import sources
from madoguchi.apps.consents.contracts import SubjectKind
from madoguchi.apps.consents.values import in_words
from madoguchi.apps.people import api as people
from madoguchi.core.access import Kind
from madoguchi.core.permissions import Actor

_KINDS = {Kind.RESIDENT: SubjectKind.PERSON, Kind.BUSINESS: SubjectKind.BUSINESS}


def kind_of(request: HttpRequest) -> SubjectKind:
    """Return whose facts the signed-in account stands for; 404 for staff."""
    kind = _KINDS.get(Kind(getattr(request.user, "kind", Kind.STAFF)))
    if kind is None:
        raise Http404
    return kind


def subject_of(request: HttpRequest) -> str:
    """Return the id of the person or business of the signed-in account; empty while there is none."""
    return sources.source_of(kind_of(request)).subject_of_account(str(request.user.pk)) or ""


def actor_of(request: HttpRequest) -> Actor:
    """Return the signed-in person as she stands in the audit trail."""
    return Actor(id=str(request.user.pk), name=str(request.user))


def basis_words() -> dict[str, str]:
    """Return what each basis is called."""
    return {
        "consent": _("あなたの同意"),
        "law": _("法律"),
        "break_glass": _("緊急の確認"),
        "application": _("あなたが出した申請"),
    }


def desk_basis_words() -> dict[str, str]:
    """Return what each basis is called for staff."""
    return {
        "consent": _("本人の同意"),
        "law": _("法律"),
        "break_glass": _("緊急の確認"),
        "application": _("本人が出した申請"),
    }


def event_words() -> dict[str, str]:
    """Return what each event of a household is called at the desk."""
    return {
        "birth": _("子が生まれた"),
        "join": _("転入・世帯に入る"),
        "leave": _("転出・世帯から出る"),
        "death": _("亡くなった"),
        "cancel": _("まちがえた記録を取り消す"),
    }


def reason_words() -> dict[str, str]:
    """Return why something was not given, as the person may read it."""
    return {
        "no_agreement": _("この目的の取り決めがありません"),
        "not_in_agreement": _("取り決めに入っていません"),
        "no_consent": _("同意がありません"),
        "not_available": _("記録がありません"),
        "case_required": _("事案の番号がありません"),
        "changed_since_preview": _("確認のあとで値が変わりました"),
        "no_emergency": _("緊急の手続きがありません"),
        "protected": _("支援措置により渡しませんでした"),
    }


def state_words() -> dict[str, str]:
    """Return what each state of a consent is called."""
    return {
        "none": _("まだ決めていません"),
        "granted": _("同意しています"),
        "refused": _("同意していません"),
        "withdrawn": _("取り消しました"),
        "expired": _("期限が切れました"),
        "outdated": _("内容が変わったので、もう一度の同意が必要です"),
    }


def page_number(request: HttpRequest) -> int:
    """Return the page that was asked for, 1 when it is no number."""
    text = request.GET.get("page", "1")
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def value_words(kind: str, attribute: str, value: Any) -> str:
    """Return a value as a reader sees it; those of people in the words of their room, with yen and names of places."""
    return people.value_in_words(attribute, value) if kind == SubjectKind.PERSON else in_words(value)


def any_day(text: str) -> date | None:
    """Return a day between 1868 and 2200 as a form sends it, None when it is none."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(1868, 1, 1) <= day <= date(2200, 1, 1) else None


def past_day(text: str) -> date | None:
    """Return a day that is not after today, None when it is none."""
    day = any_day(text)
    return day if day is not None and day <= timezone.localdate() else None
