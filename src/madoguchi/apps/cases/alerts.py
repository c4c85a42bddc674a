"""What must catch the applicant's eye on every page: a correction that waits for her, a permit that runs out."""

from datetime import date, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madoguchi.apps.cases.contracts import State
from madoguchi.apps.cases.models import Case
from madoguchi.apps.consents import api as consents
from madoguchi.apps.procedures import api as procedures

FARTHEST_DAYS = 400
"""No procedure reminds earlier."""
MOST = 5


def for_subject(subject_id: str, today: date) -> list[consents.alerts.Alert]:
    """Return what a person or business has to do about her own cases, the most urgent first."""
    ends_soon = Q(
        valid_until__range=(today, today + timedelta(days=FARTHEST_DAYS)),
        notified_on__isnull=False,
        state__in=[State.NOTIFIED, State.CLOSED],
    )
    rows = Case.objects.filter(Q(state=State.CORRECTING) | ends_soon, subject_id=subject_id)
    found = [_alert(row, today) for row in rows.order_by("valid_until", "opened_at")]
    return [alert for alert in found if alert is not None][:MOST]


def _alert(row: Case, today: date) -> consents.alerts.Alert | None:
    view = procedures.procedure(row.procedure_id, row.version)
    name = view.name(get_language() or "ja")
    if row.state == State.CORRECTING:
        address = reverse("cases:correct", args=[row.number])
        return consents.alerts.Alert(_("「%(name)s」に訂正のお願いがあります。") % {"name": name}, address)
    left = days_to_renew(view, row.valid_until, today)
    if left is None:
        return None
    text = _("「%(name)s」の有効な期間は、あと%(n)s日です。更新の手続をしてください。") % {"name": name, "n": left}
    return consents.alerts.Alert(text, reverse("cases:case", args=[row.number]))


def days_to_renew(view: procedures.ProcedureView, valid_until: date | None, today: date) -> int | None:
    """Return how many days a permit has left once its reminding days are reached; None before them and after its end."""
    days = (view.decision.get("valid") or {}).get("remind_days") or ()
    if valid_until is None or not days:
        return None
    left = (valid_until - today).days
    return left if 0 <= left <= max(days) else None
