"""The published registry in memory: views, engine rules, search documents. Rebuilt when the feed or the pack moves.

One small query per use tells whether the shelf is still current; nothing here is ever written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from threading import Lock
from typing import Any

from madoguchi.apps.registry import book as books
from madoguchi.apps.registry.book import Book, as_date
from madoguchi.apps.registry.checking import Known
from madoguchi.apps.registry.contracts import ProgrammeView, Source, Text
from madoguchi.apps.registry.models import FeedCounter, PackPart, Programme
from madoguchi.core.models import Organisation
from madoguchi.engines.eligibility import Rule
from madoguchi.engines.search import Document

STALE_DAYS = 365


@dataclass(frozen=True, slots=True)
class Shelf:
    """Everything that is published, at one sequence of the changes feed."""

    sequence: int
    stamp: str
    parts: Mapping[str, Any]
    book: Book
    views: Mapping[str, ProgrammeView]
    rules: Mapping[str, Rule]
    documents: Mapping[str, Document]
    organisations: Mapping[str, Organisation]

    def part(self, name: str) -> Sequence[Mapping[str, Any]]:
        """Return one list of the pack."""
        items: Sequence[Mapping[str, Any]] = self.parts.get(name, [])
        return items


_shelf: Shelf | None = None
_lock = Lock()


def stamp() -> str:
    """Return what changes whenever the published registry or the pack's lists change."""
    token = FeedCounter.objects.filter(pk=1).values_list("token", flat=True).first() or ""
    hashes = PackPart.objects.order_by("name").values_list("content_hash", flat=True)
    return f"{token}:" + "".join(item[:8] for item in hashes)


def latest_sequence() -> int:
    """Return the newest sequence of the changes feed, 0 before the first entry."""
    return FeedCounter.objects.filter(pk=1).values_list("value", flat=True).first() or 0


def current() -> Shelf:
    """Return the published registry, rebuilt when it has changed."""
    global _shelf
    now = stamp()
    if _shelf is None or _shelf.stamp != now:
        with _lock:
            if _shelf is None or _shelf.stamp != now:
                _shelf = _build(now)
    return _shelf


def _build(now: str) -> Shelf:
    organisations = {row.pk: row for row in Organisation.objects.all()}
    parts = {row.name: row.content for row in PackPart.objects.all()}
    municipalities = [row.code for row in organisations.values() if row.kind == Organisation.Kind.MUNICIPALITY]
    book = books.build(parts or {"attributes": [], "questions": []}, municipalities)
    rows = Programme.objects.filter(withdrawn=False, current__isnull=False).select_related("current")
    contents = {row.pk: row for row in rows}
    views = {key: _view(row, organisations) for key, row in contents.items()}
    return Shelf(
        sequence=latest_sequence(),
        stamp=now,
        parts=parts,
        book=book,
        views=views,
        rules={key: book.rule(view.content) for key, view in views.items()},
        documents={key: document(view.content) for key, view in views.items()},
        organisations=organisations,
    )


def text(value: Mapping[str, str] | None) -> Text:
    """Return a text of the pack in its languages."""
    value = value or {}
    return Text(value.get("ja", ""), value.get("en", ""), value.get("easy", ""))


def _view(row: Programme, organisations: Mapping[str, Organisation]) -> ProgrammeView:
    version = row.current
    if version is None:
        raise ValueError(f"{row.pk} has no published version.")
    content: dict[str, Any] = version.content
    owner = organisations[row.organisation_id]
    area = content["area"]
    return ProgrammeView(
        id=row.pk,
        version=version.number,
        organisation_id=owner.pk,
        organisation_name=Text(owner.name_ja, owner.name_en),
        kind=content["kind"],
        name=text(content["name"]),
        kana=content["kana"],
        summary=text(content["summary"]),
        area=None if isinstance(area, str) else tuple(area),
        subject=content["subject"],
        condition=content["condition"],
        life_events=tuple(content["life_events"]),
        documents=tuple(content.get("documents") or ()),
        benefit=text(content["benefit_text"]),
        window=text(content["window"]),
        how=text(content["how"]),
        office=text(content["office"]),
        online=content.get("online"),
        law=content.get("law") or "",
        sources=tuple(Source(item["title"], item["url"]) for item in content["sources"]),
        unconfirmed=tuple(content.get("unconfirmed") or ()),
        checked_on=as_date(content["checked_on"]) or date.min,
        review_on=as_date(content.get("review_on")),
        effective_from=as_date(content.get("effective_from")),
        effective_to=as_date(content.get("effective_to")),
        value_yen=content.get("value_yen") or 0,
        published_at=version.published_at,
        content=content,
    )


def review_due(view: ProgrammeView, today: date) -> bool:
    """Tell whether a record's review date has passed, or it was last checked more than a year ago."""
    passed = view.review_on is not None and view.review_on <= today
    return passed or (today - view.checked_on).days > STALE_DAYS


def document(content: Mapping[str, Any]) -> Document:
    """Return what search knows of a programme."""
    name, summary = content["name"], content["summary"]
    return Document.build(
        content["id"],
        names=[name["ja"], content["kana"], name.get("en", ""), name.get("easy", "")],
        keywords=content.get("keywords") or [],
        summary=list(summary.values()),
        body=[*content["benefit_text"].values(), *content["how"].values(), content.get("law") or ""],
        weight=min(1.0, (content.get("value_yen") or 0) / 1_000_000),
    )


def known(shelf: Shelf) -> Known:
    """Return what records may refer to."""
    return Known(
        shelf.organisations.keys(),
        {item["id"] for item in shelf.part("documents")},
        {item["id"] for item in shelf.part("life_events")},
        shelf.book.rulebook.municipalities,
    )
