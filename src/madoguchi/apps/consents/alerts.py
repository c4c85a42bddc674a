"""What must catch the eye on every page: emergencies that wait for review, accesses in an emergency, open questions.

Counts only; whose page it is decides what is counted, and entries that a law hides stay hidden.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from madoguchi.apps.consents.contracts import Basis
from madoguchi.apps.consents.models import AccessQuestion, BreakGlass
from madoguchi.apps.consents.queries import visible
from madoguchi.core.permissions import Actor, Permission

SHOWN = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Alert:
    """One line with the address where something can be done about it."""

    text: str
    address: str


def for_staff(actor: Actor) -> list[Alert]:
    """Return what waits for this member of staff: emergencies of others to review, questions to answer."""
    supervised = actor.organisations(Permission.READ_AUDIT)
    answering = {*supervised, *actor.organisations(Permission.READ_PEOPLE)}
    waiting = BreakGlass.objects.filter(organisation_id__in=supervised, reviewed_at=None).exclude(actor_id=actor.id)
    asked = AccessQuestion.objects.filter(organisation_id__in=answering, answered_at=None)
    found = []
    if supervised and (n := waiting.count()):
        text = _("点検が必要な緊急の確認が%(n)s件あります。") % {"n": n}
        found.append(Alert(text, reverse("consents:desk-break-glass")))
    if answering and (n := asked.count()):
        text = _("答えを待っている住民の質問が%(n)s件あります。") % {"n": n}
        found.append(Alert(text, reverse("consents:desk-questions")))
    return found


def for_subject(subject_id: str, now: datetime) -> list[Alert]:
    """Return what a person or business must know: accesses in an emergency within the last 30 days."""
    seen = visible(now).filter(subject_id=subject_id, basis=Basis.BREAK_GLASS, at__gte=now - SHOWN)
    if not (n := seen.count()):
        return []
    text = _("緊急の確認で、あなたの情報が%(n)s回見られました。だれが、なぜ見たかを確かめられます。") % {"n": n}
    return [Alert(text, f"{reverse('consents:accesses')}?basis={Basis.BREAK_GLASS.value}")]
