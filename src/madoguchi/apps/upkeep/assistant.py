"""The update assistant: a page against a record gives proposed changes; accepted ones go into the registry's draft.

Nothing is ever published here. Asking again with the same page gives the same proposals, and what was decided stays
decided. A language model, where one is set, is asked outside of any transaction and may only add.
"""

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from madoguchi.apps.registry import api as registry
from madoguchi.apps.upkeep import services
from madoguchi.apps.upkeep.contracts import ChangeState, Origin, PageKind
from madoguchi.apps.upkeep.errors import Refusal, Refused
from madoguchi.apps.upkeep.models import ProposedChange, SourcePage
from madoguchi.apps.upkeep.pages import PageText
from madoguchi.core import audit
from madoguchi.core.language_model import LanguageModel, LanguageModelError
from madoguchi.core.permissions import Actor, Permission
from madoguchi.engines import revising

MAX_CHANGES = 200


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of the chosen changes. `advice`: change id → what to do by hand instead."""

    accepted: tuple[int, ...] = ()
    skipped: tuple[int, ...] = ()
    """Decided by somebody else meanwhile, or no longer proposed."""
    advice: Mapping[int, str] = field(default_factory=dict)
    revision: int = 0


def take_in(
    actor: Actor,
    programme_id: str,
    page: PageText,
    *,
    kind: PageKind,
    url: str,
    today: date,
    now: datetime,
    model: LanguageModel | None = None,
) -> SourcePage:
    """Keep a page of a programme and what it proposes; the same text again stays one row."""
    copy = services.copy_of(actor, programme_id, Permission.EDIT_PROGRAMME)
    row, created = SourcePage.objects.get_or_create(
        programme_id=programme_id,
        sha256=hashlib.sha256(page.text.encode()).hexdigest(),
        defaults={
            "organisation_id": copy.organisation_id,
            "kind": kind.value,
            "url": url[:2_000],
            "title": page.title[:300],
            "text": page.text,
            "is_cut": page.is_cut,
            "fetched_at": now,
            "by": actor.id,
        },
    )
    if created:
        audit.record(
            actor=actor, organisation_id=copy.organisation_id, action="upkeep.page", object_kind="programme",
            object_id=programme_id, detail={"page": str(row.pk), "sha256": row.sha256, "kind": row.kind},
        )  # fmt: skip
    else:
        row.fetched_at = now
        row.save(update_fields=["fetched_at"])
    read_again(row, copy.content, today=today, model=model)
    return row


def read_again(row: SourcePage, record: Mapping[str, Any], *, today: date, model: LanguageModel | None = None) -> None:
    """Compare a page with the record as it stands now and keep what it proposes."""
    page = page_of(row)
    proposal = revising.propose(page, record, today=today)
    found = {Origin.RULE: list(proposal.changes)[:MAX_CHANGES]}
    read: dict[str, Any] = {
        "about": proposal.about,
        "confirmed": [_stretch(item, value=item.value) for item in proposal.confirmed],
        "doubts": [_stretch(item, why=item.why) for item in proposal.doubts],
    }
    if model is not None:
        try:
            found[Origin.MODEL] = _asked(model, page, record, proposal, read)
        except LanguageModelError as trouble:
            read["trouble"] = trouble.failure.value
    with transaction.atomic():
        SourcePage.objects.select_for_update().get(pk=row.pk)
        _keep(row, found, asked=Origin.MODEL in found)
        row.read = read
        row.save(update_fields=["read"])


def _asked(
    model: LanguageModel,
    page: revising.Page,
    record: Mapping[str, Any],
    proposal: revising.Proposal,
    read: dict[str, Any],
) -> list[revising.Change]:
    """Return what the model adds; what it says without an exact quotation is refused and told."""
    answer = model.ask(revising.question(page, record, proposal))
    judged, refused = revising.judge(answer, page, record, proposal)
    read["refused"] = [{"item": item.item[:500], "reason": item.reason} for item in refused][:20]
    return [change for change in judged.changes if change not in proposal.changes][:MAX_CHANGES]


def _keep(row: SourcePage, found: Mapping[Origin, Sequence[revising.Change]], *, asked: bool) -> None:
    """Store proposals: new ones open, lost ones open again, open ones that are not proposed any more outdated."""
    known = {item.key: item for item in row.changes.all()}
    seen = set()
    for origin, changes in found.items():
        for change in changes:
            key = key_of(change)
            if key not in seen:
                seen.add(key)
                _keep_one(row, known.get(key), change, key, origin)
    for key, item in known.items():
        is_old = item.origin == Origin.RULE or asked
        if key not in seen and is_old and item.state == ChangeState.OPEN:
            item.state = ChangeState.OUTDATED
            item.save(update_fields=["state"])


def _keep_one(row: SourcePage, item: ProposedChange | None, change: revising.Change, key: str, origin: Origin) -> None:
    """A change that was accepted and is proposed again was lost with a discarded draft, so it is open again."""
    if item is None:
        item = ProposedChange(page=row, key=key, origin=origin.value, field=change.field.value)
    elif item.state in (ChangeState.ACCEPTED, ChangeState.OUTDATED):
        item.state = ChangeState.OPEN
    item.kind, item.old, item.new = change.kind.value, change.old, change.new
    item.quote, item.start, item.end, item.confidence = change.quote, change.start, change.end, change.confidence
    item.save()


def key_of(change: revising.Change) -> str:
    """Return what a change is known by: field, new value, words. The old value may change meanwhile."""
    parts = [change.field.value, change.new, change.quote]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def page_of(row: SourcePage) -> revising.Page:
    """Return a kept page as the engine takes it."""
    return revising.Page(text=row.text, title=row.title, read_on=timezone.localdate(row.fetched_at))


def _stretch(item: revising.Confirmed | revising.Doubt, **more: Any) -> dict[str, Any]:
    return {"field": item.field.value, "quote": item.quote, "start": item.start, "end": item.end, **more}


@transaction.atomic
def accept(
    actor: Actor, page_id: UUID, chosen: Collection[int], *, revision: int, today: date, now: datetime
) -> Outcome:
    """Put chosen changes into the registry's draft and publish nothing; raise Refused CHANGED and then keep nothing.

    `revision` is the draft's that was shown. What somebody decided meanwhile, or what the record has by now, is skipped.
    """
    row, copy = _locked(actor, page_id)
    if copy.revision != revision:
        raise Refused(Refusal.CHANGED)
    items = list(row.changes.filter(pk__in=chosen))
    if not items:
        raise Refused(Refusal.NOTHING_CHOSEN)
    still = {key_of(change): change for change in revising.propose(page_of(row), copy.content, today=today).changes}
    changes = {item.pk: change for item in items if (change := _current(item, still)) is not None}
    content, applied, advice = _applied(copy.content, changes)
    kept = revision
    if applied:
        try:
            kept = registry.save_draft(actor, copy.programme_id, content, revision=revision, now=now)
        except registry.Conflict as problem:
            raise Refused(Refusal.CHANGED) from problem
        row.changes.filter(pk__in=applied).update(state=ChangeState.ACCEPTED.value, by=actor.id, at=now)
        _note(actor, row, "upkeep.accept", applied)
    skipped = tuple(item.pk for item in items if item.pk not in changes)
    return Outcome(tuple(applied), skipped, advice, kept)


def _current(item: ProposedChange, still: Mapping[str, revising.Change]) -> revising.Change | None:
    """Return an open change with the value that the record has now; None for one that is decided or not proposed any more."""
    if item.state != ChangeState.OPEN:
        return None
    if item.origin == Origin.RULE:
        return still.get(item.key)
    return revising.Change(
        revising.Field(item.field), item.old, item.new, item.quote, item.start, item.end, item.confidence,
        revising.Kind(item.kind),
    )  # fmt: skip


def _applied(
    record: Mapping[str, Any], changes: Mapping[int, revising.Change]
) -> tuple[Mapping[str, Any], list[int], dict[int, str]]:
    """Apply the changes together; one that has no single place in the record is left out with its advice."""
    left = dict(changes)
    advice: dict[int, str] = {}
    while left:
        try:
            return revising.apply(record, list(left.values())), list(left), advice
        except revising.CannotApplyError as problem:
            lost = [key for key, change in left.items() if change == problem.change] or list(left)
            for key in lost:
                del left[key]
                advice[key] = str(problem)
    return record, [], advice


@transaction.atomic
def reject(actor: Actor, page_id: UUID, chosen: Collection[int], *, why: str, now: datetime) -> Outcome:
    """Decide that chosen changes are not taken; what is decided already is skipped."""
    row, _ = _locked(actor, page_id)
    items = list(row.changes.filter(pk__in=chosen))
    if not items:
        raise Refused(Refusal.NOTHING_CHOSEN)
    opened = [item.pk for item in items if item.state == ChangeState.OPEN]
    row.changes.filter(pk__in=opened).update(
        state=ChangeState.REJECTED.value, by=actor.id, at=now, why=why.strip()[:500]
    )
    if opened:
        _note(actor, row, "upkeep.reject", opened)
    return Outcome(tuple(opened), tuple(item.pk for item in items if item.pk not in opened))


@transaction.atomic
def reopen(actor: Actor, page_id: UUID, chosen: Collection[int]) -> Outcome:
    """Let rejected changes be open again."""
    row, _ = _locked(actor, page_id)
    found = list(row.changes.filter(pk__in=chosen, state=ChangeState.REJECTED).values_list("pk", flat=True))
    if not found:
        raise Refused(Refusal.NOTHING_CHOSEN)
    row.changes.filter(pk__in=found).update(state=ChangeState.OPEN.value, by="", at=None, why="")
    _note(actor, row, "upkeep.reopen", found)
    return Outcome(tuple(found))


def _locked(actor: Actor, page_id: UUID) -> tuple[SourcePage, registry.WorkingCopy]:
    """Return a page under its lock with the working copy of its programme; raise Refused or NotPermitted."""
    row = SourcePage.objects.select_for_update().filter(pk=page_id).first()
    if row is None:
        raise Refused(Refusal.NOT_THERE)
    return row, services.copy_of(actor, row.programme_id, Permission.EDIT_PROGRAMME)


def _note(actor: Actor, row: SourcePage, action: str, changes: Sequence[int]) -> None:
    audit.record(
        actor=actor, organisation_id=row.organisation_id, action=action, object_kind="programme",
        object_id=row.programme_id, detail={"page": str(row.pk), "changes": list(changes)},
    )  # fmt: skip
