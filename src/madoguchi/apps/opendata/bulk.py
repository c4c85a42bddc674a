"""The registry as one file: JSON, CSV, Parquet with typed columns, one JSON record per line. All carry licence, date, sequence.

`as_of` in a file is the day of the last published change, so that equal states give equal bytes.
"""

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from madoguchi.apps.opendata.contracts import Invalid
from madoguchi.apps.registry import api as registry
from madoguchi.apps.registry.api import ProgrammeView, Stamp

if TYPE_CHECKING:
    import polars

LICENCE = "CC-BY-4.0"
LICENCE_URL = "https://creativecommons.org/licenses/by/4.0/"
ATTRIBUTION = "Madoguchi packs/tokyo; sources stand in each record"
CSV_COLUMNS = (
    "id", "version", "name_ja", "name_en", "kana", "kind", "organisation", "area", "subject", "condition", "summary_ja",
    "summary_en", "online", "checked_on", "review_on", "unconfirmed", "source_url", "licence", "as_of", "sequence", "psid",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cut:
    """Which programmes a file holds: those that concern a municipality, those of a kind; empty is everything."""

    municipality: str = ""
    kind: str = ""

    @property
    def suffix(self) -> str:
        """Return what a file's name ends with."""
        return "".join(f"-{part}" for part in (self.municipality, self.kind) if part)


def checked(cut: Cut) -> Cut:
    """Return a cut whose municipality and kind exist; raise Invalid."""
    if cut.municipality and cut.municipality not in {item.code for item in registry.municipalities()}:
        raise Invalid("There is no such municipality. Take a code from /api/v1/municipalities.", field="municipality")
    if cut.kind and cut.kind not in {view.kind for view in registry.views()}:
        raise Invalid("No programme has this kind. Take one that /api/v1/programmes shows.", field="kind")
    return cut


def chosen(cut: Cut) -> list[ProgrammeView]:
    """Return the programmes of a cut by id; those of the whole metropolis concern every municipality."""
    return [
        view
        for view in registry.views()
        if (not cut.kind or view.kind == cut.kind)
        and (not cut.municipality or view.area is None or cut.municipality in view.area)
    ]


def meta(stamp: Stamp) -> dict[str, Any]:
    """Return licence, attribution, date and sequence."""
    day = timezone.localdate(stamp.changed_at)
    return {
        "licence": LICENCE, "attribution": ATTRIBUTION, "as_of": day.isoformat(), "sequence": stamp.sequence
    }  # fmt: skip


def item(view: ProgrammeView) -> dict[str, Any]:
    """Return a programme as JSON: its identity, version and the whole record in the pack's form."""
    return {
        "id": view.id,
        "psid": list(registry.psids(view)),
        "version": view.version,
        "published_at": view.published_at.isoformat(),
        "organisation": view.organisation_id,
        "record": dict(view.content),
    }


def as_json(cut: Cut, stamp: Stamp) -> bytes:
    """Return the programmes as one JSON document."""
    items = [item(view) for view in chosen(cut)]
    body = {"meta": meta(stamp), "total": len(items), "items": items}
    return json.dumps(body, ensure_ascii=False).encode()


def as_lines(cut: Cut, stamp: Stamp) -> bytes:
    """Return the programmes as one JSON document per line; the first line is the meta data."""
    lines = [{"meta": meta(stamp)}, *(item(view) for view in chosen(cut))]
    return "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()


def as_csv(cut: Cut, stamp: Stamp) -> bytes:
    """Return the programmes as CSV (UTF-8 with BOM)."""
    buffer = io.StringIO()
    buffer.write("\ufeff")
    writer = csv.writer(buffer)
    writer.writerow(CSV_COLUMNS)
    about = meta(stamp)
    for view in chosen(cut):
        cells = [*_csv_row(view), about["licence"], about["as_of"], about["sequence"], ";".join(registry.psids(view))]
        writer.writerow([_safe(cell) for cell in cells])
    return buffer.getvalue().encode()


def _csv_row(view: ProgrammeView) -> list[Any]:
    area = "tokyo" if view.area is None else ";".join(view.area)
    online = {True: "yes", False: "no", None: "unknown"}[view.online]
    return [
        view.id, view.version, view.name.ja, view.name.en, view.kana, view.kind, view.organisation_id, area, view.subject,
        view.condition, view.summary.ja, view.summary.en, online, view.checked_on, view.review_on or "",
        ";".join(view.unconfirmed), view.sources[0].url,
    ]  # fmt: skip


def _safe(value: Any) -> Any:
    """Keep spreadsheets from reading a text as a formula."""
    return f"'{value}" if isinstance(value, str) and value[:1] in "=+-@\t\r" and value else value


def as_parquet(cut: Cut, stamp: Stamp) -> bytes:
    """Return the programmes as Parquet with typed columns; licence, date and sequence stand in the file's metadata."""
    buffer = io.BytesIO()
    about = {key: str(value) for key, value in {**meta(stamp), "licence_url": LICENCE_URL}.items()}
    frame(chosen(cut)).write_parquet(buffer, compression="zstd", metadata=about)
    return buffer.getvalue()


def frame(views: Sequence[ProgrammeView]) -> "polars.DataFrame":
    """Return programmes as a table; an empty list where a programme has none, null where something is not known."""
    import polars as pl  # imported late: only this file form needs it

    rows = [_typed(view) for view in views]
    texts, lists = pl.String, pl.List(pl.String)
    special: dict[str, Any] = {
        "version": pl.Int32, "value_yen": pl.Int64, "online": pl.Boolean, "checked_on": pl.Date, "review_on": pl.Date,
        "effective_from": pl.Date, "effective_to": pl.Date, "window_opens": pl.Date, "window_closes": pl.Date,
        "published_at": pl.Datetime("us", "UTC"), "psid": lists, "area": lists, "life_events": lists, "documents": lists,
        "source_urls": lists, "unconfirmed": lists,
    }  # fmt: skip
    schema = {name: special.get(name, texts) for name in _COLUMNS}
    return pl.DataFrame(rows, schema=schema, orient="row")


_COLUMNS = (
    "id", "psid", "version", "name_ja", "name_en", "name_easy", "kana", "kind", "organisation", "organisation_ja", "area",
    "subject", "condition", "condition_tree", "summary_ja", "summary_en", "summary_easy", "benefit_ja", "benefit_en",
    "window_kind", "window_ja", "window_en", "window_opens", "window_closes", "how_ja", "how_en", "office_ja", "office_en",
    "online", "law", "value_yen", "life_events", "documents", "source_urls", "unconfirmed", "checked_on", "review_on",
    "effective_from", "effective_to", "published_at", "record",
)  # fmt: skip


def _typed(view: ProgrammeView) -> tuple[Any, ...]:
    window: Mapping[str, Any] = view.content["window"]
    return (
        view.id, list(registry.psids(view)), view.version, view.name.ja, view.name.en or None, view.name.easy or None,
        view.kana, view.kind, view.organisation_id, view.organisation_name.ja,
        None if view.area is None else list(view.area), view.subject, view.condition,
        json.dumps(registry.condition_tree(view.id), ensure_ascii=False), view.summary.ja, view.summary.en or None,
        view.summary.easy or None, view.benefit.ja, view.benefit.en or None, window.get("kind"), view.window.ja,
        view.window.en or None, _day(window.get("opens")), _day(window.get("closes")), view.how.ja, view.how.en or None,
        view.office.ja, view.office.en or None, view.online, view.law or None, view.content.get("value_yen"),
        list(view.life_events), list(view.documents), [source.url for source in view.sources], list(view.unconfirmed),
        view.checked_on, view.review_on, view.effective_from, view.effective_to, view.published_at,
        json.dumps(dict(view.content), ensure_ascii=False),
    )  # fmt: skip


def _day(text: Any) -> date | None:
    return date.fromisoformat(str(text)) if text else None


@dataclass(frozen=True, slots=True)
class Form:
    """One form of file: how it is made and how it is named."""

    build: Callable[[Cut, Stamp], bytes]
    media_type: str
    name: str
    packs: bool = True


FORMS: Mapping[str, Form] = {
    "json": Form(as_json, "application/json; charset=utf-8", "JSON"),
    "ndjson": Form(as_lines, "application/x-ndjson; charset=utf-8", "NDJSON"),
    "csv": Form(as_csv, "text/csv; charset=utf-8", "CSV"),
    "parquet": Form(as_parquet, "application/vnd.apache.parquet", "Parquet", packs=False),
}
