"""Versions in memory: each is built once per process, since a published version never changes.

One small query per use tells which version is meant; its hashes are part of the key, so nothing stale is ever given.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from madoguchi.apps.procedures import bundling
from madoguchi.apps.procedures.checking import bank_of, form_of
from madoguchi.apps.procedures.contracts import BundleView, ProcedureView, UnknownBundle, UnknownProcedure
from madoguchi.apps.procedures.models import Bundle, ProcedureVersion

CACHED_VERSIONS = 2_000
_Key = tuple[int, str, str]
_PUBLISHED = ProcedureVersion.State.PUBLISHED


def _key(values: Mapping[str, Any]) -> _Key:
    return (values["pk"], values["content_hash"], values["bank__content_hash"])


def view(procedure_id: str, number: int | None, *, today: date) -> ProcedureView:
    """Return a version by number, else the newest published one in force on a day; raise `UnknownProcedure`."""
    rows = ProcedureVersion.objects.filter(procedure_id=procedure_id, state=_PUBLISHED)
    in_force_now = {"effective_from__lte": today, "procedure__withdrawn": False}
    rows = rows.filter(**(in_force_now if number is None else {"number": number}))
    found = rows.order_by("-number").values("pk", "content_hash", "bank__content_hash").first()
    if found is None:
        raise UnknownProcedure(procedure_id)
    return _built(_key(found))


def in_force(*, today: date) -> list[ProcedureView]:
    """Return the version in force of every procedure, by id, with one query when all are in memory."""
    rows = ProcedureVersion.objects.filter(
        state=_PUBLISHED, effective_from__lte=today, procedure__withdrawn=False
    ).values("procedure_id", "pk", "content_hash", "bank__content_hash")
    newest = {row["procedure_id"]: _key(row) for row in rows.order_by("procedure_id", "number")}
    return [_built(key) for key in newest.values()]


@lru_cache(maxsize=CACHED_VERSIONS)
def _built(key: _Key) -> ProcedureView:
    row = ProcedureVersion.objects.select_related("bank").get(pk=key[0])
    return view_of(row)


def view_of(row: ProcedureVersion) -> ProcedureView:
    """Return a row as a view; also of a draft, whose version is 0. Raise `FormError` when its form cannot be read."""
    record: dict[str, Any] = row.record
    return ProcedureView(
        id=row.procedure_id,
        version=row.number or 0,
        record=record,
        form=form_of({**record, "version": row.number or record["version"]}, bank_of(record, row.bank.fields)),
        kind=record["kind"],
        subject=record["subject"],
        level=record["level"],
        authority=record["authority"],
        programme=record.get("programme", ""),
        documents=tuple(record.get("documents") or ()),
        fees=tuple(record.get("fees") or ()),
        needs=tuple(record.get("needs") or ()),
        gives=tuple(record.get("gives") or ()),
        deadline=record.get("deadline"),
        clock=record["clock"],
        checks=tuple(record["checks"]),
        decision=record["decision"],
        retention_years=record["retention_years"],
        paper=record["paper"],
        effective_from=row.effective_from,
        published_at=row.published_at,
        origin=row.origin,
        document_names=_names(record, row.bank.documents),
    )


def _names(record: Mapping[str, Any], names: Mapping[str, Mapping[str, str]]) -> dict[str, Mapping[str, str]]:
    own = {item["id"]: item.get("name") for item in record.get("documents") or ()}
    wanted: Iterable[str] = {*own, *(record["paper"].get("documents") or ())}
    found = {name: own.get(name) or names.get(name) for name in wanted}
    return {name: text for name, text in found.items() if text}


def bundle(bundle_id: str, *, today: date) -> BundleView:
    """Return a bundle with its items in order; raise `UnknownBundle`."""
    row = Bundle.objects.filter(pk=bundle_id).first()
    if row is None:
        raise UnknownBundle(bundle_id)
    return _bundle(row, _records(today))


def bundles(*, today: date) -> list[BundleView]:
    """Return all bundles in the order of the pack."""
    records = _records(today)
    return [_bundle(row, records) for row in Bundle.objects.all()]


def _records(today: date) -> dict[str, Mapping[str, Any]]:
    return {item.id: item.record for item in in_force(today=today)}


def _bundle(row: Bundle, records: Mapping[str, Mapping[str, Any]]) -> BundleView:
    """Return a bundle without items whose procedure is not in force today."""
    record: dict[str, Any] = row.record
    items = [item for item in record["items"] if "procedure" not in item or item["procedure"] in records]
    return BundleView(
        id=row.pk,
        life_event=record["life_event"],
        subject=record["subject"],
        record=record,
        ask_first=tuple(record.get("ask_first") or ()),
        items=bundling.ordered(items, records),
    )
