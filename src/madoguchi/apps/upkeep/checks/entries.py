"""Turns programmes and imported records into what the checks look at."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from madoguchi.apps.registry import api as registry
from madoguchi.apps.upkeep.checks.model import AgeSpan, Entry
from madoguchi.apps.upkeep.checks.spans import span_of
from madoguchi.core.models import Organisation
from madoguchi.engines.calendars import fiscal_year
from madoguchi.engines.eligibility import ConditionError, Subject
from madoguchi.engines.identifiers import IdentifierError, parse_psid

TEXT_FIELDS = ("name", "summary", "benefit_text", "window", "how", "office")
IMPORTED_TEXTS = ("summary", "description", "remarks")
_RECORD_NAME = 120
_MIDDLE = (10, 1)
"""Ages are measured in the middle of the fiscal year: at its ends a school year and a birthday differ by chance."""


def programmes(today: date) -> Iterator[Entry]:
    """Yield every published programme."""
    kinds = dict(Organisation.objects.values_list("pk", "kind"))
    rulebook = registry.rulebook()
    for view in registry.views():
        said, structured, quote = _ages(view.content, today, rulebook)
        yield Entry(
            id=view.id,
            organisation_id=view.organisation_id,
            owner_kind=kinds.get(view.organisation_id, ""),
            name=view.name.ja,
            summary=view.summary.ja,
            benefit=view.benefit.ja,
            codes=frozenset(view.area or ()),
            um=view.content.get("um"),
            content=view.content,
            texts={field: text for field in TEXT_FIELDS if (text := (view.content.get(field) or {}).get("ja"))},
            urls=tuple(source.url for source in view.sources),
            said=said,
            structured=structured,
            quote=quote,
        )


def _ages(content: Mapping[str, Any], today: date, rulebook: Any) -> tuple[tuple[AgeSpan, ...], AgeSpan | None, str]:
    """Return ages of the words, ages of the condition, and the wordings; nothing where the words state none."""
    pieces = registry.ages_said(content)
    day = date(fiscal_year(today), *_MIDDLE)
    if not pieces or content["subject"] == Subject.HOUSEHOLD:
        return (), None, ""
    try:
        subject, node = registry.condition_of(content)
    except (ConditionError, ValueError):  # told by the registry itself
        return (), None, ""
    spans = [span_of(test, subject, today=day, rulebook=rulebook) for _, test in pieces]
    quote = "、".join(dict.fromkeys(words for words, _ in pieces))[:200]
    structured = span_of(node, subject, today=day, rulebook=rulebook) or AgeSpan(0, None)
    return tuple(span for span in spans if span is not None), structured, quote


def imported() -> Iterator[Entry]:
    """Yield the newest imported records of municipalities that this installation knows."""
    owners = {row.code: row for row in Organisation.objects.exclude(code="")}
    for item in registry.imported():
        owner = owners.get(item.area_code)
        if owner is None:
            continue
        support = item.record.get("support") if isinstance(item.record.get("support"), Mapping) else {}
        texts = {field: str(text) for field in IMPORTED_TEXTS if (text := item.record.get(field))}
        is_municipal = owner.kind == Organisation.Kind.MUNICIPALITY
        yield Entry(
            id=item.key[:_RECORD_NAME],
            organisation_id=owner.pk,
            owner_kind=owner.kind,
            name=item.name,
            summary=texts.get("summary", ""),
            benefit=str((support or {}).get("monetarySupport") or ""),
            codes=frozenset({item.area_code}) if is_municipal else frozenset(),
            um=_um(item.psid),
            content=item.record,
            texts=texts,
            field_conflicts=tuple(registry.ages_said_imported(item.record)),
            is_imported=True,
        )


def _um(psid: str) -> int | None:
    try:
        return parse_psid(psid).um_number
    except IdentifierError:
        return None
