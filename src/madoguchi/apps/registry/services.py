"""Writes of the registry: drafts, publishing, withdrawing. Each one checks, locks, changes, records and publishes.

Publishing takes the lock of the one feed row, so the order of the changes feed is the order of commits. The same
content published twice stays one version.
"""

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from madoguchi.apps.registry import catalogue, searchindex
from madoguchi.apps.registry.checking import Flaw, flaws
from madoguchi.apps.registry.contracts import ProgrammePublished
from madoguchi.apps.registry.hashing import digest
from madoguchi.apps.registry.models import ChangeEntry, FeedCounter, Programme, ProgrammeDraft, ProgrammeVersion
from madoguchi.core import audit, events
from madoguchi.core.permissions import SYSTEM, Actor, Permission, require
from madoguchi.engines.eligibility import VERSION
from madoguchi.engines.search import document_tokens


class Conflict(Exception):
    """Somebody else changed the draft in the meantime: nothing was saved."""


class NotFit(Exception):
    """The record cannot be published; carries every flaw."""

    def __init__(self, found: list[Flaw]) -> None:
        super().__init__(" ".join(f"{flaw.field}: {flaw.message} {flaw.remedy}" for flaw in found))
        self.flaws = found


def _lock_feed() -> FeedCounter:
    """Take the lock of the feed. Always the first lock of a write, so that two writes never wait for each other."""
    FeedCounter.objects.get_or_create(pk=1)
    return FeedCounter.objects.select_for_update().get(pk=1)


def _next_sequence(feed: FeedCounter) -> int:
    feed.value += 1
    feed.token = uuid.uuid4().hex
    feed.save(update_fields=["value", "token"])
    return feed.value


def _release(
    feed: FeedCounter,
    programme: Programme,
    content: Mapping[str, Any],
    *,
    origin: str,
    actor: Actor,
    note: str,
    now: datetime,
    draft_revision: int = 0,
) -> ProgrammeVersion:
    """Make the next version, its feed entry, its audit row and its event; the caller holds the transaction."""
    sequence = _next_sequence(feed)
    last = programme.versions.order_by("-number").first()
    version = ProgrammeVersion.objects.create(
        programme=programme,
        number=last.number + 1 if last else 1,
        content=dict(content),
        content_hash=digest(content),
        engine_version=VERSION,
        origin=origin,
        draft_revision=draft_revision,
        note=note,
        created_by=actor.id,
        published_at=now,
    )
    programme.current = version
    programme.withdrawn = False
    programme.organisation_id = content["organisation"]
    programme.save(update_fields=["current", "withdrawn", "organisation"])
    kind = ChangeEntry.Kind.UPDATED if last else ChangeEntry.Kind.CREATED
    ChangeEntry.objects.create(sequence=sequence, programme=programme, version=version.number, kind=kind, at=now)
    searchindex.replace(programme.pk, document_tokens(catalogue.document(content).texts()))
    audit.record(
        actor=actor,
        organisation_id=programme.organisation_id,
        action="programme.publish",
        object_kind="programme",
        object_id=programme.pk,
        detail={"version": version.number, "hash": version.content_hash},
    )
    events.publish(ProgrammePublished(programme.pk, version.number, programme.organisation_id, sequence))
    return version


@transaction.atomic
def publish_from_pack(content: Mapping[str, Any], *, now: datetime) -> str:
    """Publish a record of the pack; return created, updated, unchanged, or kept (staff changed or withdrew it)."""
    feed = _lock_feed()
    programme, created = Programme.objects.get_or_create(
        pk=content["id"], defaults={"organisation_id": content["organisation"]}
    )
    current = programme.current
    if current and current.content_hash == digest(content):
        return "unchanged"
    if current and (programme.withdrawn or current.origin == ProgrammeVersion.Origin.DESK):
        return "kept"
    _release(feed, programme, content, origin=ProgrammeVersion.Origin.PACK, actor=SYSTEM, note="", now=now)
    return "created" if created else "updated"


@transaction.atomic
def save_draft(
    actor: Actor, programme_id: str, content: Mapping[str, Any], *, revision: int, now: datetime
) -> ProgrammeDraft:
    """Keep changes without publishing. `revision` is the one that the editor saw (0 = no draft yet)."""
    programme = Programme.objects.select_for_update().get(pk=programme_id)
    require(actor, Permission.EDIT_PROGRAMME, programme.organisation_id)
    draft = ProgrammeDraft.objects.filter(programme=programme).first()
    if (draft.revision if draft else 0) != revision:
        raise Conflict
    kept = {**content, "id": programme.pk, "organisation": programme.organisation_id}
    base = programme.current.number if programme.current else 0
    row, _ = ProgrammeDraft.objects.update_or_create(
        programme=programme,
        defaults={
            "content": kept,
            "base_version": base if draft is None else draft.base_version,
            "revision": revision + 1,
            "updated_by": actor.id,
            "updated_at": now,
        },
    )
    _note(actor, programme, "programme.draft")
    return row


@transaction.atomic
def discard_draft(actor: Actor, programme_id: str) -> None:
    """Throw unpublished changes away."""
    programme = Programme.objects.get(pk=programme_id)
    require(actor, Permission.EDIT_PROGRAMME, programme.organisation_id)
    ProgrammeDraft.objects.filter(programme=programme).delete()
    _note(actor, programme, "programme.discard")


def _note(actor: Actor, programme: Programme, action: str) -> None:
    audit.record(
        actor=actor,
        organisation_id=programme.organisation_id,
        action=action,
        object_kind="programme",
        object_id=programme.pk,
    )


@transaction.atomic
def publish(actor: Actor, programme_id: str, *, revision: int, note: str, now: datetime) -> ProgrammeVersion:
    """Publish the draft that the editor saw; asked again, give the same version back.

    Raise Conflict, NotFit or NotPermitted, and then change nothing.
    """
    feed = _lock_feed()
    programme = Programme.objects.select_for_update().get(pk=programme_id)
    require(actor, Permission.PUBLISH_PROGRAMME, programme.organisation_id)
    draft = ProgrammeDraft.objects.filter(programme=programme).first()
    current = programme.current
    if draft is None and current and current.draft_revision == revision and current.created_by == actor.id:
        return current
    if draft is None or draft.revision != revision or (current and current.number != draft.base_version):
        raise Conflict
    shelf = catalogue.current()
    found = flaws(draft.content, book=shelf.book, known=catalogue.known(shelf))
    if found:
        raise NotFit(found)
    if current and current.content_hash == digest(draft.content):
        draft.delete()
        return current
    version = _release(
        feed,
        programme,
        draft.content,
        origin=ProgrammeVersion.Origin.DESK,
        actor=actor,
        note=note[:500],
        now=now,
        draft_revision=revision,
    )
    draft.delete()
    return version


@transaction.atomic
def confirm(
    actor: Actor, programme_id: str, *, version: int, dates: Mapping[str, str], note: str, now: datetime
) -> ProgrammeVersion:
    """Publish that a record was looked at and nothing changed: the next version with `checked_on`, `review_on` moved.

    `version` is the one that was looked at; raise Conflict when another one is published by now, NotFit, NotPermitted.
    A draft goes on from the new version, with its own dates where somebody set them.
    """
    feed = _lock_feed()
    programme = Programme.objects.select_for_update().get(pk=programme_id)
    require(actor, Permission.PUBLISH_PROGRAMME, programme.organisation_id)
    current = programme.current
    if current is None or programme.withdrawn or current.number != version:
        raise Conflict
    content = {**current.content, "checked_on": dates["checked_on"], "review_on": dates["review_on"]}
    shelf = catalogue.current()
    if found := flaws(content, book=shelf.book, known=catalogue.known(shelf)):
        raise NotFit(found)
    origin = ProgrammeVersion.Origin.DESK
    released = _release(feed, programme, content, origin=origin, actor=actor, note=note[:500], now=now)
    _rebase(current, released)
    return released


def _rebase(old: ProgrammeVersion, new: ProgrammeVersion) -> None:
    """Let a draft that began from the old version go on from the new one; dates that it had not changed move along."""
    draft = ProgrammeDraft.objects.select_for_update().filter(pk=old.programme_id, base_version=old.number).first()
    if draft is None:
        return
    kept = [key for key in ("checked_on", "review_on") if draft.content.get(key) == old.content.get(key)]
    draft.content = {**draft.content, **{key: new.content[key] for key in kept}}
    draft.base_version = new.number
    draft.save(update_fields=["content", "base_version"])


@transaction.atomic
def withdraw(actor: Actor, programme_id: str, *, now: datetime) -> None:
    """Take a programme out of the public registry; its versions stay readable by their number."""
    feed = _lock_feed()
    programme = Programme.objects.select_for_update().get(pk=programme_id)
    require(actor, Permission.PUBLISH_PROGRAMME, programme.organisation_id)
    if programme.withdrawn or programme.current is None:
        return
    programme.withdrawn = True
    programme.save(update_fields=["withdrawn"])
    kind = ChangeEntry.Kind.WITHDRAWN
    ChangeEntry.objects.create(
        sequence=_next_sequence(feed), programme=programme, version=programme.current.number, kind=kind, at=now
    )
    searchindex.replace(programme.pk, "")
    _note(actor, programme, "programme.withdraw")
