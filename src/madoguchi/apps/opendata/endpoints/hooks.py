"""Webhooks over HTTP: register an address, prove it, look at it, try it, replay, change the secret, end it."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, TypeVar

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Path, Router, Schema, Status

from madoguchi.apps.opendata import admission
from madoguchi.apps.opendata.contracts import HookState, HookView, Invalid
from madoguchi.apps.opendata.endpoints.common import KEY_ERRORS, invalid
from madoguchi.apps.opendata.models import ApiKey
from madoguchi.apps.opendata.webhooks import registering
from madoguchi.apps.opendata.webhooks.calling import Outcome
from madoguchi.core.problems import not_found

router = Router(tags=["webhooks"])
_auth = admission.KeyAuth()
_Id = Annotated[str, Path(max_length=20)]
T = TypeVar("T")


class HookIn(Schema):
    """Which address is told of which changes; empty filters mean every change."""

    url: Annotated[str, Field(min_length=1, max_length=500)]
    organisation: Annotated[str, Field(max_length=40)] = ""
    municipality: Annotated[str, Field(max_length=6)] = ""
    kind: Annotated[str, Field(max_length=40)] = ""


class HookOut(Schema):
    """One webhook. `cursor` is the last sequence that it has; `reason` says why it is paused or the last try failed."""

    id: str
    url: str
    organisation: str
    municipality: str
    kind: str
    state: HookState
    reason: str
    cursor: int
    delivered: int
    failing_since: datetime | None
    next_attempt_at: datetime
    last_at: datetime | None
    last_status: int | None
    created_at: datetime


class HookMade(HookOut):
    """A webhook with its signing secret, shown this once."""

    secret: str


class HookList(Schema):
    """The webhooks of a key."""

    items: list[HookOut]


class Tried(Schema):
    """How a call to the address went."""

    taken: bool
    status: int | None
    reason: str
    state: HookState


class ReplayIn(Schema):
    """Everything after this sequence is sent again."""

    since: Annotated[int, Field(ge=0, le=2**62)]


def _held(request: HttpRequest) -> ApiKey:
    found: ApiKey = request.auth  # type: ignore[attr-defined] # set by Ninja from KeyAuth
    return found


def _there(found: T | None) -> T:
    if found is None:
        raise not_found()
    return found


def _tried(work: Callable[[], T]) -> T:
    try:
        return work()
    except Invalid as problem:
        raise invalid(problem) from None


def _out(view: HookView) -> HookOut:
    return HookOut.model_validate(view, from_attributes=True)


def _made(view: HookView, secret: str) -> HookMade:
    return HookMade(**_out(view).model_dump(), secret=secret)


@router.post("/webhooks", response={201: HookMade, **KEY_ERRORS}, auth=_auth)
def make_hook(request: HttpRequest, body: HookIn) -> Status[HookMade]:
    """Register an https address. Keep the secret, then call …/verify: nothing is sent before the address is proven."""
    _count_outgoing(request)
    made = _tried(
        lambda: registering.register(
            _held(request),
            body.url,
            organisation=body.organisation,
            municipality=body.municipality,
            kind=body.kind,
            now=timezone.now(),
        )
    )
    return Status(201, _made(*made))


def _count_outgoing(request: HttpRequest) -> None:
    admission.count(f"od:out:k:{_held(request).pk.hex}", admission.OUTGOING_PER_MINUTE)


@router.get("/webhooks", response={200: HookList, **KEY_ERRORS}, auth=_auth)
def list_hooks(request: HttpRequest) -> HookList:
    """Read the webhooks of your key."""
    return HookList(items=[_out(view) for view in registering.hooks_of(_held(request))])


@router.get("/webhooks/{hook_id}", response={200: HookOut, **KEY_ERRORS}, auth=_auth)
def read_hook(request: HttpRequest, hook_id: _Id) -> HookOut:
    """Read where a webhook stands."""
    return _out(_there(registering.hook_of(_held(request), hook_id)))


@router.delete("/webhooks/{hook_id}", response={204: None, **KEY_ERRORS}, auth=_auth)
def end_hook(request: HttpRequest, hook_id: _Id) -> Status[None]:
    """Delete a webhook."""
    if not registering.remove(_held(request), hook_id):
        raise not_found()
    return Status(204, None)


@router.post("/webhooks/{hook_id}/verify", response={200: Tried, **KEY_ERRORS}, auth=_auth)
def verify_hook(request: HttpRequest, hook_id: _Id) -> Tried:
    """Send the challenge to the address; when it gives the word back, it is told of changes from then on."""
    _count_outgoing(request)
    view, outcome = _there(registering.verify(_held(request), hook_id, now=timezone.now()))
    return _how(outcome, view.state)


@router.post("/webhooks/{hook_id}/ping", response={200: Tried, **KEY_ERRORS}, auth=_auth)
def ping_hook(request: HttpRequest, hook_id: _Id) -> Tried:
    """Send a signed test message to the address."""
    _count_outgoing(request)
    view = _there(registering.hook_of(_held(request), hook_id))
    return _how(_there(registering.ping(_held(request), hook_id, now=timezone.now())), view.state)


def _how(outcome: Outcome, state: HookState) -> Tried:
    return Tried(taken=outcome.taken, status=outcome.status, reason=outcome.reason, state=state)


@router.post("/webhooks/{hook_id}/replay", response={200: HookOut, **KEY_ERRORS}, auth=_auth)
def replay_hook(request: HttpRequest, hook_id: _Id, body: ReplayIn) -> HookOut:
    """Send everything after a sequence again, in order."""
    return _out(_there(_tried(lambda: registering.replay(_held(request), hook_id, body.since, now=timezone.now()))))


@router.post("/webhooks/{hook_id}/resume", response={200: HookOut, **KEY_ERRORS}, auth=_auth)
def resume_hook(request: HttpRequest, hook_id: _Id) -> HookOut:
    """Go on after a pause; what happened meanwhile is sent first."""
    return _out(_there(_tried(lambda: registering.resume(_held(request), hook_id, now=timezone.now()))))


@router.post("/webhooks/{hook_id}/rotate", response={200: HookMade, **KEY_ERRORS}, auth=_auth)
def rotate_hook(request: HttpRequest, hook_id: _Id) -> HookMade:
    """Get a new secret; for one day every call carries a signature of each."""
    return _made(*_there(registering.rotate(_held(request), hook_id, now=timezone.now())))
