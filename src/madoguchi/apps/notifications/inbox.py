"""The inbox: what an account's holder sees of its messages, in her language. Somebody else's message is no message.

A message that was planned ahead is asked about before it shows for the first time, as any other delivery is.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from madoguchi.apps.notifications import checks, sealing
from madoguchi.apps.notifications.contracts import InboxView, State
from madoguchi.apps.notifications.models import Delivery, Message
from madoguchi.apps.notifications.templates import CODE_SOURCE, content, filled

PAGE = 50
OUT = (State.SENT, State.DELIVERED)


def inbox(
    account_id: str,
    language: str,
    *,
    now: datetime | None = None,
    topic: str | None = None,
    start: int = 0,
    most: int = PAGE,
) -> list[InboxView]:
    """Return messages of an account, newest first; `language` is `ja`, `en` or `easy` (`ja-easy` is taken as that)."""
    moment = now or timezone.now()
    rows = _visible(account_id, moment)
    if topic is not None:
        rows = rows.filter(topic=topic)
    _release(rows.filter(released=False), moment)
    return [_view(row, language) for row in rows.filter(released=True)[start : start + most]]


def message(account_id: str, message_id: str, language: str, *, now: datetime | None = None) -> InboxView | None:
    """Return one message of an account; None when there is none, it is not hers, or it was taken back."""
    moment, key = now or timezone.now(), _uuid(message_id)
    if key is None:
        return None
    rows = _visible(account_id, moment).filter(pk=key)
    _release(rows.filter(released=False), moment)
    row = rows.filter(released=True).first()
    return _view(row, language) if row else None


def mark_read(account_id: str, message_ids: Iterable[str], *, now: datetime) -> int:
    """Note that an account's messages were read; return how many were unread."""
    keys = [key for text in message_ids if (key := _uuid(text))]
    return Message.objects.filter(account_id=account_id, pk__in=keys, read_at=None).update(read_at=now)


def unread(account_id: str, *, now: datetime | None = None) -> int:
    """Return how many messages an account has not read."""
    return _visible(account_id, now or timezone.now()).filter(read_at=None).count()


def _visible(account_id: str, now: datetime) -> "QuerySet[Message]":
    rows = Message.objects.filter(account_id=str(account_id), cancelled_at=None, not_before__lte=now)
    return rows.exclude(source=CODE_SOURCE).select_related("version").order_by("-not_before", "-pk")


def _release(rows: "QuerySet[Message]", now: datetime) -> None:
    """Show messages that were planned ahead, unless their room says no; what went out by another way is not asked again."""
    waiting = list(rows)
    if not waiting:
        return
    keys = [row.pk for row in waiting]
    out = set(Delivery.objects.filter(message__in=keys, state__in=OUT).values_list("message_id", flat=True))
    asked = [row for row in waiting if row.pk not in out]
    no = checks.refused((row.source, row.reference) for row in asked)
    checks.cancel_messages([row.pk for row in asked if (row.source, row.reference) in no], now)
    Message.objects.filter(pk__in=keys, cancelled_at=None).update(released=True)


def _view(row: Message, language: str) -> InboxView:
    template = content(row.version_id, row.version.hash)
    values, wanted = sealing.values_of(row), language.removeprefix("ja-")
    return InboxView(
        id=str(row.pk),
        subject=filled(template.subject, values, wanted),
        body=filled(template.body, values, wanted),
        link=row.link,
        topic=row.topic,
        reference=row.reference,
        source=row.source,
        at=row.not_before,
        read=row.read_at is not None,
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(str(text))
    except ValueError:
        return None


def states(message_ids: Sequence[str]) -> dict[str, list[tuple[str, State]]]:
    """Return on which ways messages went and how each stands: message → (channel, state)."""
    found: dict[str, list[tuple[str, State]]] = {}
    keys = [key for text in message_ids if (key := _uuid(text))]
    rows = Delivery.objects.filter(message__in=keys).order_by("pk").values_list("message_id", "channel", "state")
    for key, channel, state in rows:
        found.setdefault(str(key), []).append((channel, State(state)))
    return found
