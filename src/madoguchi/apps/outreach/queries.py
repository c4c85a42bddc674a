"""Reads of the outreach room for the person's own pages: topics with suggestions, what was told and why, one message."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone

from madoguchi.apps.consents import api as consents
from madoguchi.apps.outreach import reasons, sealing, terms
from madoguchi.apps.outreach.models import Enrolment, Rating, Sent, Told
from madoguchi.apps.outreach.services import common
from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry.contracts import ProgrammeView
from madoguchi.engines.calendars import age_years
from madoguchi.engines.planning.model import Reason

BIRTH = "生年月日"
MUNICIPALITY = "自治体コード"
MOST_MESSAGES = 50


@dataclass(frozen=True, slots=True)
class TopicLine:
    """One topic of the form. `percent` of people of her age named it; None where it is no suggestion."""

    topic: terms.Topic
    ticked: bool
    percent: int | None
    programmes: int
    """How many programmes that are told belong to it now."""


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One programme that was told. `view` is None when it is no longer published."""

    row: Told
    view: ProgrammeView | None
    why: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message with what it told."""

    message: Sent
    told: Sequence[ToldLine]


@dataclass(frozen=True, slots=True)
class Mine:
    """Everything that the person's page shows."""

    consent: consents.MatchingConsent | None
    enrolment: Enrolment | None
    topics: Sequence[TopicLine]
    band: terms.AgeBand | None
    source: Mapping[str, str]
    checked_on: date
    places_open: bool
    """The consent opens the municipality, without which nothing can be found."""
    messages: Sequence[MessageLine]

    @property
    def agreed(self) -> bool:
        """Tell whether the consent is live."""
        return self.consent is not None and self.consent.state == "granted"

    @property
    def until(self) -> date | None:
        """Return the day on which the consent runs out."""
        end = self.consent.valid_until if self.consent else None
        return timezone.localdate(end) if end else None


def mine(person_id: str, account_id: str, now: datetime) -> Mine:
    """Return what the person's page shows; raise `terms.TermsMissing`."""
    known = terms.current()
    standing = consents.matching_consent(person_id, known.organisation_id, known.purpose_id, now)
    row = Enrolment.objects.filter(person_id=person_id, ended_at=None).first()
    band = known.band(_age(person_id, account_id, now))
    chosen = set(row.choices.values_list("topic", flat=True)) if row else set()
    suggested = band.topics if band else {}
    counts = _counts(known)
    lines = [
        TopicLine(
            topic,
            topic.id in (chosen if row else suggested),
            suggested.get(topic.id),
            counts.get(topic.id, 0),
        )
        for topic in known.topics
    ]
    return Mine(
        consent=standing,
        enrolment=row,
        topics=sorted(lines, key=lambda line: -(line.percent or 0)),
        band=band,
        source=known.source,
        checked_on=known.checked_on,
        places_open=standing is not None and MUNICIPALITY in standing.attributes,
        messages=messages(person_id),
    )


def _age(person_id: str, account_id: str, now: datetime) -> int | None:
    """Return the person's age in years, by her own facts shown to herself."""
    found = consents.own_facts(account_id, person_id, [BIRTH], now)
    born = found[0].value if found else None
    return age_years(born, timezone.localdate(now)) if isinstance(born, date) else None


def _counts(known: terms.Terms) -> dict[str, int]:
    counts: dict[str, int] = {}
    for view in common.book(known).views.values():
        for topic in known.topics_of(view):
            counts[topic] = counts.get(topic, 0) + 1
    return counts


def messages(person_id: str) -> list[MessageLine]:
    """Return what a person was told, the newest message first."""
    rows = Sent.objects.filter(enrolment__person_id=person_id, cancelled_on=None).prefetch_related("told")
    return [_line(row) for row in rows.order_by("-on")[:MOST_MESSAGES]]


def message(account_id: str, message_id: UUID) -> MessageLine | None:
    """Return one message of an account; None when there is none, it was taken back, or it is somebody else's."""
    row = Sent.objects.filter(pk=message_id, enrolment__account_id=account_id, cancelled_on=None).first()
    return _line(row) if row else None


def _line(row: Sent) -> MessageLine:
    told = sorted(row.told.all(), key=lambda item: (Reason[item.reason], item.pk))
    return MessageLine(row, [_told(item) for item in told])


def _told(row: Told) -> ToldLine:
    return ToldLine(row, registry.get(row.programme), reasons.kept_line(Reason[row.reason], row.day))


@dataclass(frozen=True, slots=True)
class Rated:
    """What the reader of a message said of it so far."""

    useful: bool | None = None
    satisfaction: int | None = None
    word: str = ""


def rating(message_id: UUID) -> Rated:
    """Return what the reader said of a message; the caller has seen to it that it is hers."""
    row = Rating.objects.filter(message_id=message_id).first()
    return Rated(row.useful, row.satisfaction, sealing.word_of(row)) if row else Rated()
