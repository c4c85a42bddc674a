"""Reads of consents: what a person agreed to, who looked, questions and emergencies of an organisation.

Entries that a law hides are left out until their day; foreign organisations' entries are never shown to staff.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone

from madoguchi.apps.consents.contracts import Basis, ConsentState, Reason, SubjectKind
from madoguchi.apps.consents.models import (
    AccessEntry,
    AccessQuestion,
    BreakGlass,
    ConsentRecord,
    DataAgreement,
    DataAttribute,
    PreviewRequest,
    Purpose,
    Revision,
)
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import Actor, Permission

PAGE = 20


@dataclass(frozen=True, slots=True)
class Standing:
    """One agreement as it stands for one person. `state` is none, granted, refused, withdrawn, expired or outdated."""

    agreement: DataAgreement
    record: ConsentRecord | None
    state: str


@dataclass(frozen=True, slots=True)
class Filters:
    """How a person narrows the log of accesses."""

    organisation_id: str = ""
    purpose_id: str = ""
    basis: str = ""
    since: date | None = None
    until: date | None = None


@dataclass(frozen=True, slots=True)
class Access:
    """One entry of the log with the words that a reader needs."""

    entry: AccessEntry
    organisation: dict[str, str]
    purpose: dict[str, str]
    disclosed: tuple[dict[str, str], ...]
    withheld: tuple[dict[str, str], ...] = field(default=())

    @property
    def question(self) -> AccessQuestion | None:
        """Return the person's question about it, if there is one."""
        return getattr(self.entry, "question", None)


def standings(subject_id: str, kind: SubjectKind, now: datetime) -> list[Standing]:
    """Return every agreement about which the person ever decided, newest decision first."""
    rows = (
        ConsentRecord.objects.filter(individual=subject_id, agreement__subject_kind=kind)
        .select_related("agreement__organisation", "agreement__purpose", "agreement__revision")
        .order_by("-changed_at", "-id")
    )
    newest: dict[str, ConsentRecord] = {}
    for row in rows:
        newest.setdefault(row.agreement_id, row)
    return [Standing(row.agreement, row, state_of(row, row.agreement, now)) for row in newest.values()]


def state_of(record: ConsentRecord | None, agreement: DataAgreement, now: datetime) -> str:
    """Return where a consent stands now; outdated means that the terms were revised and must be agreed anew."""
    if record is None:
        return "none"
    if record.state == ConsentState.GRANTED and record.revision_id != agreement.revision_id:
        return "outdated"
    if record.state == ConsentState.GRANTED and record.valid_until <= now:
        return "expired"
    return str(record.state)


def standing_of(subject_id: str, agreement_id: str, kind: SubjectKind, now: datetime) -> Standing | None:
    """Return one agreement by consent as it stands for the person."""
    agreement = (
        DataAgreement.objects.filter(pk=agreement_id, subject_kind=kind, lawful_basis=Basis.CONSENT)
        .select_related("organisation", "purpose", "policy", "revision")
        .first()
    )
    if agreement is None:
        return None
    record = (
        ConsentRecord.objects.filter(agreement=agreement, individual=subject_id).order_by("-changed_at", "-id").first()
    )
    return Standing(agreement, record, state_of(record, agreement, now))


def offers(kind: SubjectKind, organisation_id: str) -> list[DataAgreement]:
    """Return the agreements of an organisation to which such a subject may consent."""
    rows = DataAgreement.objects.filter(
        subject_kind=kind, organisation_id=organisation_id, lawful_basis=Basis.CONSENT, active=True
    )
    return list(rows.select_related("organisation", "purpose"))


def offering_organisations(kind: SubjectKind) -> list[Organisation]:
    """Return the organisations that ask for consents of such subjects."""
    held = DataAgreement.objects.filter(subject_kind=kind, lawful_basis=Basis.CONSENT, active=True)
    return list(Organisation.objects.filter(pk__in=held.values("organisation_id")))


def history(subject_id: str, agreement_id: str) -> list[Revision]:
    """Return every state of the person's consents to an agreement, newest first."""
    ids = ConsentRecord.objects.filter(agreement_id=agreement_id, individual=subject_id).values_list("id", flat=True)
    return list(Revision.objects.filter(schema_name="ConsentRecord", object_id__in=list(ids)).order_by("-at", "-id"))


def attribute_words() -> dict[str, dict[str, str]]:
    """Return the words of every attribute by name."""
    return {row.name: {"ja": row.name, **row.words, "category": row.category} for row in DataAttribute.objects.all()}


def accesses(subject_id: str, filters: Filters, *, now: datetime, page: int = 1) -> tuple[list[Access], int]:
    """Return one page of the accesses that the person may see, newest first, and how many there are."""
    rows = _filtered(visible(now).filter(subject_id=subject_id), filters)
    total = rows.count()
    start = (max(1, page) - 1) * PAGE
    return _in_words(list(rows.select_related("question")[start : start + PAGE])), total


def visible(now: datetime) -> "QuerySet[AccessEntry]":
    """Return the entries that no law hides at that time."""
    return AccessEntry.objects.filter(Q(hidden_until=None) | Q(hidden_until__lte=now))


def access(subject_id: str, entry_id: str, *, now: datetime) -> Access | None:
    """Return one access that the person may see."""
    found = _in_words(list(visible(now).filter(subject_id=subject_id, pk=entry_id).select_related("question")))
    return found[0] if found else None


def written_reason(entry: AccessEntry) -> str:
    """Return why somebody asked: as it stands in the log, or sealed in the emergency or request behind the entry."""
    if entry.reason or not entry.consent_id:
        return entry.reason
    behind: type[BreakGlass | PreviewRequest] = BreakGlass if entry.basis == Basis.BREAK_GLASS else PreviewRequest
    row = behind._default_manager.filter(pk=entry.consent_id).first()
    return row.reason if row else ""


def readers_of(subject_id: str, now: datetime) -> tuple[list[Organisation], list[Purpose]]:
    """Return the organisations and purposes that stand in the person's visible log, for its filters."""
    rows = visible(now).filter(subject_id=subject_id).order_by()
    organisations = set(rows.values_list("organisation_id", flat=True).distinct())
    purposes = set(rows.values_list("purpose_id", flat=True).distinct())
    return list(Organisation.objects.filter(pk__in=organisations)), list(Purpose.objects.filter(pk__in=purposes))


def _filtered(rows: "QuerySet[AccessEntry]", filters: Filters) -> "QuerySet[AccessEntry]":
    exact = {"organisation_id": filters.organisation_id, "purpose_id": filters.purpose_id, "basis": filters.basis}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if filters.since:
        rows = rows.filter(at__gte=_midnight(filters.since))
    if filters.until:
        rows = rows.filter(at__lt=_midnight(filters.until + timedelta(days=1)))
    return rows


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _in_words(entries: Sequence[AccessEntry]) -> list[Access]:
    organisations = {
        row.pk: {"ja": row.name_ja, "en": row.name_en}
        for row in Organisation.objects.filter(pk__in={entry.organisation_id for entry in entries})
    }
    purposes: dict[str, dict[str, str]] = {
        row.pk: row.words["name"] for row in Purpose.objects.filter(pk__in={entry.purpose_id for entry in entries})
    }
    words = attribute_words() if entries else {}

    def named(name: str) -> dict[str, str]:
        return words.get(name, {"ja": name})

    return [
        Access(
            entry=entry,
            organisation=organisations.get(entry.organisation_id, {"ja": entry.organisation_id}),
            purpose=purposes.get(entry.purpose_id, {"ja": entry.purpose_id}),
            disclosed=tuple(named(name) for name in entry.disclosed),
            withheld=tuple({**named(name), "reason": reason} for name, reason in entry.withheld),
        )
        for entry in entries
    ]


def staff_accesses(actor: Actor, *, page: int = 1) -> tuple[list[Access], int]:
    """Return one page of the accesses by the actor's own organisations; protection is not told there."""
    held = actor.organisations(Permission.READ_AUDIT)
    rows = AccessEntry.objects.filter(organisation_id__in=held)
    start = (max(1, page) - 1) * PAGE
    return [_masked(row) for row in _in_words(list(rows[start : start + PAGE]))], rows.count()


def _masked(row: Access) -> Access:
    quiet = Reason.NO_CONSENT if row.entry.basis == Basis.CONSENT else Reason.NOT_AVAILABLE
    masked = tuple(
        {**item, "reason": quiet.value if item["reason"] == Reason.PROTECTED else item["reason"]}
        for item in row.withheld
    )
    return Access(row.entry, row.organisation, row.purpose, row.disclosed, masked)


def questions(actor: Actor) -> list[tuple[AccessQuestion, Access]]:
    """Return the questions put to the actor's organisations, open ones first."""
    held = {*actor.organisations(Permission.READ_AUDIT), *actor.organisations(Permission.READ_PEOPLE)}
    rows = AccessQuestion.objects.filter(organisation_id__in=held).select_related("entry", "organisation")
    ordered = sorted(rows[:500], key=lambda row: (row.answered_at is not None, row.asked_at))
    words = {item.entry.pk: item for item in _in_words([row.entry for row in ordered])}
    return [(row, _masked(words[row.entry_id])) for row in ordered]


def emergencies(actor: Actor) -> list[BreakGlass]:
    """Return the emergencies that the actor may review or opened herself, unreviewed first."""
    supervised = actor.organisations(Permission.READ_AUDIT)
    rows = BreakGlass.objects.filter(Q(organisation_id__in=supervised) | Q(actor_id=actor.id))
    return sorted(rows.select_related("organisation")[:500], key=lambda row: row.reviewed_at is not None)


def emergency_agreements(actor: Actor) -> list[DataAgreement]:
    """Return the agreements under which the actor may open an emergency."""
    held = actor.organisations(Permission.BREAK_GLASS)
    rows = DataAgreement.objects.filter(organisation_id__in=held, lawful_basis=Basis.BREAK_GLASS, active=True)
    return list(rows.select_related("organisation", "purpose"))


def people_agreements(actor: Actor) -> list[DataAgreement]:
    """Return the agreements about persons, by consent or law, under which the actor may read at the desk."""
    held = actor.organisations(Permission.READ_PEOPLE)
    bases = [Basis.CONSENT.value, Basis.LAW.value]
    rows = DataAgreement.objects.filter(
        organisation_id__in=held, subject_kind=SubjectKind.PERSON, lawful_basis__in=bases, active=True
    )
    return list(rows.select_related("organisation", "purpose").order_by("organisation__order", "purpose__order", "pk"))


def protecting_organisations(actor: Actor) -> list[Organisation]:
    """Return the municipalities for which the actor may begin and end protection (支援措置): no other office does."""
    held = actor.organisations(Permission.EDIT_PEOPLE)
    return list(Organisation.objects.filter(pk__in=held, kind=Organisation.Kind.MUNICIPALITY))


def client_purposes(organisation_id: str, purposes: Sequence[str]) -> list[dict[str, Any]]:
    """Return what a client may ask for: each purpose with its attributes, basis and retention."""
    rows = DataAgreement.objects.filter(organisation_id=organisation_id, purpose_id__in=purposes, active=True)
    return [
        {
            "purpose": row.purpose_id,
            "name": row.purpose.words["name"],
            "subject": row.subject_kind,
            "basis": row.lawful_basis,
            "article": row.article.get("ja", ""),
            "attributes": row.attributes,
            "retention_days": row.retention_days,
            "revision": row.revision.hash if row.revision else "",
        }
        for row in rows.select_related("purpose", "revision")
    ]
