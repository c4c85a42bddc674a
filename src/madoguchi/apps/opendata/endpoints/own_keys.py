"""Keys over HTTP: make one, look at it, end it with its own secret."""

from datetime import datetime
from typing import Annotated

from django.http import HttpRequest
from django.utils import timezone
from ninja import Field, Router, Schema, Status

from madoguchi.apps.opendata import admission, keys
from madoguchi.apps.opendata.contracts import Invalid, NewKey
from madoguchi.apps.opendata.endpoints.common import KEY_ERRORS, OPEN_ERRORS, invalid
from madoguchi.apps.opendata.models import ApiKey
from madoguchi.core import network
from madoguchi.core.problems import Problem

router = Router(tags=["keys"])
_auth = admission.KeyAuth()


class KeyIn(Schema):
    """The name of the app; an e-mail address only if you want to be told of changes of the API."""

    name: Annotated[str, Field(min_length=1, max_length=80)]
    email: Annotated[str, Field(max_length=254)] = ""


class KeyOut(Schema):
    """A fresh key. `key` is shown this once; keep it."""

    id: str
    name: str
    key: str
    calls_per_minute: int = admission.KEY_PER_MINUTE
    unused_for_days_ends: int = keys.LIFE.days


class KeyStateOut(Schema):
    """A key as its holder sees it."""

    id: str
    name: str
    created_at: datetime
    calls_per_minute: int = admission.KEY_PER_MINUTE
    ends_when_unused_until: datetime


def made_for(request: HttpRequest, name: str, email: str) -> NewKey:
    """Make a key for whoever calls; raise Problem when the network asks too often or what was given is not right."""
    where = network.key_of(request)
    admission.count(f"od:newkey:{where}", admission.NEW_KEYS_PER_MINUTE)
    try:
        return keys.create(name, email, network=where, now=timezone.now())
    except keys.TooManyKeys as problem:
        raise Problem(429, "too-many-keys", str(problem), headers={"Retry-After": "86400"}) from None


@router.post("/keys", response={201: KeyOut, **OPEN_ERRORS}, auth=None)
def make_key(request: HttpRequest, body: KeyIn) -> Status[KeyOut]:
    """Make a key at once, without an account. It raises your limits and carries webhooks."""
    try:
        made = made_for(request, body.name, body.email)
    except Invalid as problem:
        raise invalid(problem) from None
    return Status(201, KeyOut(id=made.id, name=made.name, key=made.secret))


def _held(request: HttpRequest) -> ApiKey:
    found: ApiKey = request.auth  # type: ignore[attr-defined] # set by Ninja from KeyAuth
    return found


@router.get("/keys/current", response={200: KeyStateOut, **KEY_ERRORS}, auth=_auth)
def read_key(request: HttpRequest) -> KeyStateOut:
    """Look at the key that you send."""
    row = _held(request)
    return KeyStateOut(
        id=str(row.pk), name=row.name, created_at=row.created_at, ends_when_unused_until=row.used_at + keys.LIFE
    )


@router.delete("/keys/current", response={204: None, **KEY_ERRORS}, auth=_auth)
def end_key(request: HttpRequest) -> Status[None]:
    """End the key that you send, with its webhooks. It cannot be undone."""
    keys.revoke(_held(request))
    return Status(204, None)
