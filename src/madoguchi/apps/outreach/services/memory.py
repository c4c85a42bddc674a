"""What a recipient was told before, between rows and the engine's `Memory`; and what a decision adds to the rows."""

from collections.abc import Iterable
from datetime import date

from madoguchi.apps.outreach.models import Enrolment, Sent, Told
from madoguchi.engines.planning.model import Item, Memory, Policy, Reason

Key = tuple[str, str, bool]


def key_of(row: Told) -> Key:
    """Return the engine's key of what was told."""
    return row.programme, row.about, row.reminder


def memory_of(enrolment: Enrolment, about: Iterable[str], *, today: date, policy: Policy) -> Memory:
    """Return what was told to a person, also what another guardian was told about the same children (`about`)."""
    rows = list(Told.objects.filter(enrolment=enrolment))
    others = Told.objects.filter(about__in=list(about), ended_on=None).exclude(enrolment=enrolment)
    told = {key_of(row): row.on for row in [*others, *rows] if row.ended_on is None}
    ended: dict[tuple[str, str], date] = {}
    for row in rows:
        if row.ended_on is not None and not row.reminder:
            ended[row.programme, row.about] = max(row.on, ended.get((row.programme, row.about), row.on))
    recent = [row for row in Sent.objects.filter(enrolment=enrolment).order_by("on") if _is_near(row.on, today, policy)]
    return Memory(
        told=told,
        ended=ended,
        sent=tuple(row.on for row in recent),
        broke=tuple(row.on for row in recent if row.broke_gap),
    )


def _is_near(day: date, today: date, policy: Policy) -> bool:
    return (today - day).days <= max(policy.urgent_within, policy.gap) + 1


def close_ended(enrolment: Enrolment, after: Memory, *, today: date) -> None:
    """End the rows whose spell is over, so that a new spell may be told."""
    for row in Told.objects.filter(enrolment=enrolment, ended_on=None):
        if key_of(row) not in after.told:
            row.ended_on = today
            row.save(update_fields=["ended_on"])


def rows_of(message: Sent, items: Iterable[Item], *, municipality: str) -> list[Told]:
    """Return the rows of a message that the caller saves."""
    return [
        Told(
            enrolment_id=message.enrolment_id,
            message=message,
            programme=item.programme,
            about=item.about,
            reminder=item.reason is Reason.CLOSES,
            reason=item.reason.name,
            day=item.day,
            on=message.on,
            municipality=municipality,
        )
        for item in items
    ]
