"""Reads of the grants room: search, one call, what may be chosen in the filters, how imports stand."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db.models import F, Q, QuerySet

from madoguchi.apps.grants.contracts import CallPage, CallState, CallView, Filters, Source, from_json
from madoguchi.apps.grants.models import Call, ImportRun, ProcedureLink
from madoguchi.apps.grants.regions import PREFECTURES, names_for
from madoguchi.engines.search import fold

MAX_RUNS = 20


def state_of(row: Call, now: datetime) -> CallState:
    """Return whether a call takes applications at a moment; both ends of its period belong to it."""
    if row.withdrawn_at is not None or (row.closes_at is not None and row.closes_at < now):
        return CallState.CLOSED
    if row.opens_at is not None and row.opens_at > now:
        return CallState.COMING
    return CallState.UNKNOWN if row.opens_at is None and row.closes_at is None else CallState.OPEN


def _in_state(state: CallState, now: datetime) -> Q:
    """Return the same as `state_of` for the database."""
    over = Q(withdrawn_at__isnull=False) | Q(closes_at__lt=now)
    if state is CallState.CLOSED:
        return over
    going = Q(withdrawn_at=None) & (Q(closes_at=None) | Q(closes_at__gte=now))
    if state is CallState.COMING:
        return going & Q(opens_at__gt=now)
    if state is CallState.UNKNOWN:
        return going & Q(opens_at=None, closes_at=None)
    begun = Q(opens_at__lte=now) | Q(opens_at=None, closes_at__isnull=False)
    return going & begun


def search(filters: Filters, *, now: datetime, limit: int, offset: int = 0) -> CallPage:
    """Return one page of calls that hold every word, the one that closes first at the top, those over at the end."""
    rows = Call.objects.all()
    for word in fold(filters.text).split()[:10]:
        rows = rows.filter(words__contains=word)
    if filters.state is not None:
        rows = rows.filter(_in_state(filters.state, now))
    if filters.area:
        rows = rows.filter(_any_of("areas", names_for(filters.area)) | Q(areas=""))
    if filters.industry:
        rows = rows.filter(_any_of("industries", (filters.industry,)) | Q(industries=""))
    if filters.employees is not None:
        rows = rows.filter(_for_size(filters.employees))
    ordered = [*_ordered(rows.exclude(_in_state(CallState.CLOSED, now)))[: offset + limit]][offset:]
    running = rows.exclude(_in_state(CallState.CLOSED, now)).count()
    if len(ordered) < limit:
        over = rows.filter(_in_state(CallState.CLOSED, now)).order_by("-closes_at", "pk")
        start = max(0, offset - running)
        ordered += over[start : start + limit - len(ordered)]
    return CallPage(rows.count(), _views(ordered, now))


def _ordered(rows: "QuerySet[Call]") -> "QuerySet[Call]":
    return rows.order_by(F("closes_at").asc(nulls_last=True), "pk")


def _any_of(column: str, names: Iterable[str]) -> Q:
    condition = Q()
    for name in names:
        condition |= Q(**{f"{column}__contains": f"|{name}|"})
    return condition


def _for_size(employees: int) -> Q:
    least = Q(employees_from=None) | Q(employees_from__lte=employees)
    return least & (Q(employees_to=None) | Q(employees_to__gte=employees))


def get(call_id: str, *, now: datetime) -> CallView | None:
    """Return a call, None when there is none."""
    row = Call.objects.filter(pk=call_id).first()
    return _views([row], now)[0] if row else None


def _views(rows: Sequence[Call], now: datetime) -> list[CallView]:
    links = dict(ProcedureLink.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", "procedure_id"))
    return [
        CallView(
            content=from_json(row.content),
            source=Source(row.source),
            state=state_of(row, now),
            version=row.version,
            taken_at=row.taken_at,
            seen_at=row.seen_at,
            withdrawn_at=row.withdrawn_at,
            procedure_id=links.get(row.pk, ""),
        )
        for row in rows
    ]


def industries() -> list[str]:
    """Return every industry that a call names, sorted."""
    rows = Call.objects.exclude(industries="").values_list("industries", flat=True).distinct()
    return sorted({name for text in rows for name in text.strip("|").split("|")})


def areas() -> tuple[str, ...]:
    """Return the prefectures, from north to south."""
    return PREFECTURES


def versions(call_id: str) -> list[tuple[int, datetime]]:
    """Return number and day of every version of a call, newest first."""
    row = Call.objects.filter(pk=call_id).first()
    return list(row.versions.order_by("-number").values_list("number", "taken_at")) if row else []


def runs() -> list[ImportRun]:
    """Return the latest imports, newest first."""
    return list(ImportRun.objects.all()[:MAX_RUNS])


def totals(now: datetime) -> dict[CallState, int]:
    """Return how many calls there are in each state."""
    return {state: Call.objects.filter(_in_state(state, now)).count() for state in CallState}
