"""Writes of hooks: registering, proving the address, changing the secret, going back in the feed, going on, ending.

Each one checks, locks, changes and records. What is called out happens outside of any transaction.
"""

from collections.abc import Callable
from datetime import datetime

from django.db import transaction

from madoguchi.apps.opendata import bulk
from madoguchi.apps.opendata.bulk import Cut
from madoguchi.apps.opendata.contracts import HookState, HookView, Invalid
from madoguchi.apps.opendata.models import ApiKey, Hook
from madoguchi.apps.opendata.webhooks import calling, signing
from madoguchi.apps.opendata.webhooks.calling import Outcome
from madoguchi.apps.registry import api as registry
from madoguchi.core import audit, outbound
from madoguchi.core.permissions import SYSTEM

MOST_HOOKS = 20
MOST_URL_LETTERS = 500


def register(
    owner: ApiKey, url: str, *, organisation: str = "", municipality: str = "", kind: str = "", now: datetime
) -> tuple[HookView, str]:
    """Register an address for changes from now on; return it and its signing secret, shown once. Raise Invalid."""
    _check(url, organisation, Cut(municipality, kind))
    with transaction.atomic():
        ApiKey.objects.select_for_update().get(pk=owner.pk)
        if Hook.objects.filter(owner=owner).count() >= MOST_HOOKS:
            raise Invalid(f"A key carries at most {MOST_HOOKS} webhooks. Delete one first.", field="url")
        row = Hook(
            owner=owner,
            url=url,
            organisation=organisation,
            municipality=municipality,
            kind=kind,
            cursor=registry.latest_sequence(),
            next_attempt_at=now,
            created_at=now,
        )
        held = signing.Secrets(signing.fresh())
        signing.put(row, held)
        row.save(force_insert=True)
        _note(row, "opendata.hook.register")
    return view_of(row), held.current


def _check(url: str, organisation: str, cut: Cut) -> None:
    if len(url) > MOST_URL_LETTERS:
        raise Invalid(f"The address has more than {MOST_URL_LETTERS} letters.", field="url")
    try:
        outbound.require_public(url)
    except outbound.OutboundError as problem:
        raise Invalid(str(problem), field="url") from None
    if organisation and organisation not in {row.id for row in registry.organisations()}:
        raise Invalid("There is no such organisation. Take an id from /api/v1/organisations.", field="organisation")
    bulk.checked(cut)


def hooks_of(owner: ApiKey) -> list[HookView]:
    """Return the hooks of a key, oldest first."""
    return [view_of(row) for row in Hook.objects.filter(owner=owner)]


def hook_of(owner: ApiKey, hook_id: str) -> HookView | None:
    """Return one hook of a key, None for an unknown or foreign one."""
    row = Hook.objects.filter(owner=owner, pk=hook_id).first()
    return view_of(row) if row else None


def verify(owner: ApiKey, hook_id: str, *, now: datetime) -> tuple[HookView, Outcome] | None:
    """Send the challenge; the address that gives it back is told of changes. None for a foreign hook."""
    row = Hook.objects.filter(owner=owner, pk=hook_id).first()
    if row is None:
        return None
    outcome = calling.challenge(row, now=now)

    def change(hook: Hook) -> None:
        hook.last_at, hook.last_status, hook.reason = now, outcome.status, outcome.reason
        if outcome.taken:
            _start(hook, now)

    return (_changed(owner, hook_id, "opendata.hook.verify", change) or view_of(row)), outcome


def ping(owner: ApiKey, hook_id: str, *, now: datetime) -> Outcome | None:
    """Send a test message; None for a foreign hook."""
    row = Hook.objects.filter(owner=owner, pk=hook_id).first()
    return calling.ping(row, now=now) if row else None


def resume(owner: ApiKey, hook_id: str, *, now: datetime) -> HookView | None:
    """Go on after a pause, from where it stopped; raise Invalid for an address that was never proven."""

    def change(hook: Hook) -> None:
        _must_be_proven(hook)
        _start(hook, now)

    return _changed(owner, hook_id, "opendata.hook.resume", change)


def replay(owner: ApiKey, hook_id: str, since: int, *, now: datetime) -> HookView | None:
    """Send everything after a sequence again; raise Invalid for a sequence that is still to come."""
    if not 0 <= since <= registry.latest_sequence():
        raise Invalid("The feed has not come so far. Give a sequence from /api/v1/changes.", field="since")

    def change(hook: Hook) -> None:
        _must_be_proven(hook)
        _start(hook, now)
        hook.cursor = since

    return _changed(owner, hook_id, "opendata.hook.replay", change)


def rotate(owner: ApiKey, hook_id: str, *, now: datetime) -> tuple[HookView, str] | None:
    """Give the hook a fresh secret; the old one signs beside it for a day. Return it, shown once."""
    made: list[str] = []

    def change(hook: Hook) -> None:
        held = signing.secrets_of(hook).rotated(now=now)
        signing.put(hook, held)
        made.append(held.current)

    view = _changed(owner, hook_id, "opendata.hook.rotate", change)
    return (view, made[0]) if view else None


@transaction.atomic
def remove(owner: ApiKey, hook_id: str) -> bool:
    """Delete a hook; false for an unknown or foreign one."""
    row = Hook.objects.select_for_update().filter(owner=owner, pk=hook_id).first()
    if row is None:
        return False
    _note(row, "opendata.hook.remove")
    row.delete()
    return True


def _must_be_proven(hook: Hook) -> None:
    if hook.state == Hook.State.UNVERIFIED:
        raise Invalid("The address is not proven yet. Call …/verify first.", field="state")


def _start(hook: Hook, now: datetime) -> None:
    """Make a hook active; a worker that is at it loses its lease, so that it does not move the cursor any more."""
    hook.state, hook.reason = Hook.State.ACTIVE, ""
    hook.attempts, hook.failing_since, hook.next_attempt_at = 0, None, now
    hook.lease, hook.leased_until = "", None


@transaction.atomic
def _changed(owner: ApiKey, hook_id: str, action: str, change: Callable[[Hook], None]) -> HookView | None:
    row = Hook.objects.select_for_update().filter(owner=owner, pk=hook_id).first()
    if row is None:
        return None
    change(row)
    row.save()
    _note(row, action)
    return view_of(row)


def _note(row: Hook, action: str) -> None:
    detail = {"key": str(row.owner_id), "state": row.state}
    audit.record(
        actor=SYSTEM, organisation_id="", action=action, object_kind="webhook", object_id=row.pk, detail=detail
    )


def view_of(row: Hook) -> HookView:
    """Return a hook as its owner sees it."""
    return HookView(
        id=row.pk,
        url=row.url,
        organisation=row.organisation,
        municipality=row.municipality,
        kind=row.kind,
        state=HookState(row.state),
        reason=row.reason,
        cursor=row.cursor,
        delivered=row.delivered,
        failing_since=row.failing_since,
        next_attempt_at=row.next_attempt_at,
        last_at=row.last_at,
        last_status=row.last_status,
        created_at=row.created_at,
    )
