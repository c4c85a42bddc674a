"""Contents into rows: new, changed as a new version, or the same. The caller holds the transaction."""

from datetime import datetime

from madoguchi.apps.grants import mapping
from madoguchi.apps.grants.contracts import CallContent, Source, as_json
from madoguchi.apps.grants.models import Call, CallVersion
from madoguchi.engines.merkle import canonical, leaf
from madoguchi.engines.search import fold


def take(content: CallContent, source: Source, now: datetime) -> str:
    """Store what a source says about a call; return new, changed or same. A call that was withdrawn comes back."""
    values = dict(as_json(content))
    digest = leaf(canonical(values)).hex()
    row = Call.objects.select_for_update().filter(pk=content.id).first()
    if row is not None and row.source != source:
        raise mapping.Unreadable(f"id: {content.id} is a call of another source.")
    if row is not None and row.hash == digest:
        Call.objects.filter(pk=row.pk).update(seen_at=now, withdrawn_at=None)
        return "same"
    is_new = row is None
    row = row or Call(id=content.id, source=source, version=0)
    row.content, row.hash, row.taken_at, row.seen_at, row.withdrawn_at = values, digest, now, now, None
    row.version += 1
    _draw(row, content)
    row.save()
    CallVersion.objects.create(call=row, number=row.version, content=values, hash=digest, taken_at=now)
    return "new" if is_new else "changed"


def _draw(row: Call, content: CallContent) -> None:
    """Set the columns that searches use."""
    row.opens_at, row.closes_at = content.opens_at, content.closes_at
    words = (
        content.title,
        content.number,
        content.catch_phrase,
        content.institution,
        *content.purposes,
        content.detail,
    )
    row.words = fold("\n".join(words))
    row.areas, row.industries = _barred(content.areas), _barred(content.industries)
    row.employees_from, row.employees_to = mapping.employees_band(content.employees)


def _barred(names: tuple[str, ...]) -> str:
    return f"|{'|'.join(names)}|" if names else ""
