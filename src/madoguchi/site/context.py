"""Values that every page's template may use."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.cases import api as cases
from madoguchi.apps.consents import api as consents
from madoguchi.apps.notifications import api as notifications
from madoguchi.core.access import Kind
from madoguchi.core.permissions import Actor, Permission
from madoguchi.site import sources


def page(request: HttpRequest) -> dict[str, object]:
    """Return version, demonstration mark, languages; for who is signed in also alerts and her own menu."""
    known: dict[str, object] = {"version": settings.VERSION, "demo": settings.DEMO, "languages": settings.LANGUAGES}
    user: Any = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return known
    if user.kind == Kind.STAFF:
        actor = accounts.actor_of(user)
        menu = {"own_menu": desk_menu(actor), "own_menu_label": _("職員デスク")}
        return {**known, **menu, "alerts": consents.alerts.for_staff(actor)}
    subject = sources.Principals().principal_of(str(user.pk))
    menu = {"own_menu": person_menu(user), "own_menu_label": _("わたしの手続")}
    return {**known, **menu, "alerts": _alerts(subject) if subject else []}


def _alerts(subject_id: str) -> list[consents.alerts.Alert]:
    """Return what a person or business has to see on every page."""
    waiting = cases.alerts.for_subject(subject_id, timezone.localdate())
    return [*waiting, *consents.alerts.for_subject(subject_id, timezone.now())]


def person_menu(user: Any) -> list[tuple[str, str]]:
    """Return address and name of the pages of a resident or business; what waits unread is counted beside its name."""
    is_resident = user.kind == Kind.RESIDENT
    unread = notifications.unread(str(user.pk))
    entries = (
        (True, "cases:mine", _("申請の状況")),
        (True, "applications:drafts", _("書きかけと受付票")),
        (is_resident, "benefits:mine", _("給付")),
        (True, "notifications:inbox", _("お知らせ（未読%(n)s件）") % {"n": unread} if unread else _("お知らせ")),
        (is_resident, "outreach:mine", _("制度のお知らせ")),
        (True, "consents:consents", _("同意")),
        (True, "consents:accesses", _("見られた記録")),
    )
    return [(reverse(name), label) for shown, name, label in entries if shown]


def desk_menu(actor: Actor) -> list[tuple[str, str]]:
    """Return address and name of the desk's pages that the actor's roles open."""
    may = {permission: bool(actor.organisations(permission)) for permission in Permission}
    entries = (
        (may[Permission.WORK_CASES], "cases:desk", _("申請")),
        (True, "registry:desk", _("制度")),
        (True, "upkeep:board", _("台帳の点検")),
        (True, "outreach:desk", _("お知らせの効果")),
        (True, "procedures:desk", _("手続")),
        (True, "grants:desk", _("公募")),
        (may[Permission.PREPARE_PAYMENTS] or may[Permission.APPROVE_PAYMENTS], "benefits:desk", _("給付")),
        (may[Permission.READ_PEOPLE], "consents:desk-people", _("住民")),
        (may[Permission.EDIT_PEOPLE], "accounts:desk-delegations", _("後見人の登録")),
        (may[Permission.REVIEW_BUSINESSES], "businesses:desk-review", _("事業者の照合")),
        (may[Permission.READ_AUDIT], "consents:desk-access", _("見た記録")),
        (may[Permission.READ_AUDIT] or may[Permission.READ_PEOPLE], "consents:desk-questions", _("住民からの質問")),
        (may[Permission.READ_AUDIT] or may[Permission.BREAK_GLASS], "consents:desk-break-glass", _("緊急の確認")),
    )
    return [(reverse(name), label) for shown, name, label in entries if shown]
