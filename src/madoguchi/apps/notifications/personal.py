"""What this room keeps about a person: handing it out whole, and erasing it. Nothing of it has to stay."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from madoguchi.apps.notifications import addresses, choices, sealing, templates
from madoguchi.apps.notifications.contracts import State
from madoguchi.apps.notifications.models import Address, Delivery, Message, Preference, Suppression
from madoguchi.apps.people import api as people
from madoguchi.core.personal_data import ErasureResult


def export(person_id: str) -> dict[str, Any]:
    """Return messages, addresses and choices of a person as JSON values."""
    account_id = _account(person_id)
    if account_id is None:
        return {}
    mine = Address.objects.filter(account_id=account_id).exclude(sealed=None).order_by("created_at", "pk")
    found: dict[str, Any] = {
        "messages": list(_messages(account_id)),
        "addresses": [
            {
                "way": row.channel,
                "address": sealing.address_of(row),
                "verified_at": row.verified_at and row.verified_at.isoformat(),
                "ended_at": row.ended_at and row.ended_at.isoformat(),
                "reason": row.reason,
            }
            for row in mine
        ],
        "topics_not_wanted": sorted(choices.suppressed(account_id)),
    }
    if (row := Preference.objects.filter(pk=account_id).first()) is not None:
        found["choices"] = {
            "language": row.language,
            "quiet_from": row.quiet_from,
            "quiet_to": row.quiet_to,
            "quiet_for_own_matters": row.quiet_personal,
            "ways_off": row.off,
        }
    return {name: part for name, part in found.items() if part}


def _messages(account_id: str) -> Iterator[dict[str, Any]]:
    rows = Message.objects.filter(account_id=account_id).exclude(source=templates.CODE_SOURCE).select_related("version")
    for row in rows.prefetch_related("deliveries").order_by("pk"):
        template, values = templates.content(row.version_id, row.version.hash), sealing.values_of(row)
        yield {
            "at": row.not_before.isoformat(),
            "subject": templates.filled(template.subject, values, "ja"),
            "body": templates.filled(template.body, values, "ja"),
            "topic": row.topic,
            "read_at": row.read_at and row.read_at.isoformat(),
            "taken_back_at": row.cancelled_at and row.cancelled_at.isoformat(),
            "ways": [{"way": one.channel, "state": one.state} for one in row.deliveries.all()],
        }


def erase(person_id: str, now: datetime) -> ErasureResult:
    """Erase messages, addresses and choices of a person; what waits never goes out.

    Runs in the transaction of `core.personal_data.erase_all`. What a worker hands over in this moment cannot be called back.
    """
    account_id = _account(person_id)
    if account_id is None:
        return ErasureResult()
    mine = Message.objects.select_for_update().filter(account_id=account_id).order_by("pk")
    keys = list(mine.values_list("pk", flat=True))
    under_way = Delivery.objects.filter(message__in=keys, state=State.SENDING).count()
    held = Address.objects.select_for_update().filter(account_id=account_id).order_by("pk")
    addresses.end([row.pk for row in held], "removed", now)
    Delivery.objects.filter(message__in=keys).delete()
    Message.objects.filter(pk__in=keys).delete()
    Address.objects.filter(account_id=account_id).delete()
    Preference.objects.filter(pk=account_id).delete()
    Suppression.objects.filter(account_id=account_id).delete()
    return ErasureResult(kept=tuple(_kept(under_way)))


def _kept(under_way: int) -> Iterator[str]:
    if under_way:
        yield _("いま送っているお知らせ%(n)s件：取り消せません。内容は、この窓口の外に出ていません。") % {
            "n": under_way
        }


def _account(person_id: str) -> str | None:
    known = people.person(person_id)
    return known.account_id if known is not None else None
