"""What the pages share: whose page it is, and which words a reason or state has."""

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from madoguchi.apps.consents import sources
from madoguchi.apps.consents.contracts import SubjectKind
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
