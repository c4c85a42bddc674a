"""The once-only API for other agencies: a token, then exactly the facts that the person or a law allows.

Every answer that is not a success is a problem document. It knows clients and purposes, never who is signed in.
"""

import hashlib
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import wraps
from typing import Annotated, Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from ninja import Field, Form, Header, Router, Schema
from ninja.security import HttpBearer

from madoguchi.apps.consents import disclosing, queries, tokens
from madoguchi.apps.consents.contracts import MAX_ATTRIBUTES, Basis, Disclosure, Request, SubjectKind
from madoguchi.apps.consents.models import AccessEntry, PreviewRequest
from madoguchi.apps.consents.services import previews
from madoguchi.core import limits, network
from madoguchi.core.jsonable import plain
from madoguchi.core.problems import Problem, ProblemBody, not_found
from madoguchi.core.problems import response as problem_response
from madoguchi.engines.merkle import canonical

router = Router(tags=["once-only"])
TOKEN_PATH = "/api/v1/once-only/token"  # noqa: S105 # an address
TOKEN_CALLS_PER_MINUTE = 30
_Name = Annotated[str, Field(min_length=1, max_length=40)]
_Case = Annotated[str, Field(max_length=100, description="Number of your case; the person reads it. No personal data.")]
_Reason = Annotated[
    str,
    Field(
        max_length=500,
        description=(
            "What the facts are for; the person reads it, and it stays in the log. No personal data: name the procedure, "
            "not the person. What looks like an individual number is cut out."
        ),
    ),
]
_Key = Annotated[str, Header(alias="Idempotency-Key", max_length=80)]
_ERRORS = {401: ProblemBody, 403: ProblemBody, 422: ProblemBody, 429: ProblemBody}


class TokenIn(Schema):
    """The form of RFC 6749 section 4.4; a signing client adds its assertion."""

    grant_type: str
    scope: Annotated[str, Field(max_length=2_000)] = ""
    client_assertion_type: str = ""
    client_assertion: str = ""


class TokenOut(Schema):
    """A bearer token (RFC 6749 section 5.1)."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 # the name of a type
    expires_in: int
    scope: str


class PurposeOut(Schema):
    """What the client may ask for one purpose."""

    purpose: str
    name: dict[str, str]
    subject: SubjectKind
    basis: Basis
    article: str
    attributes: list[str]
    retention_days: int
    revision: str


class AskIn(Schema):
    """A request for facts about one subject."""

    subject: Annotated[str, Field(min_length=1, max_length=64)]
    purpose: Annotated[str, Field(max_length=60)]
    attributes: Annotated[list[_Name], Field(min_length=1, max_length=MAX_ATTRIBUTES)]
    basis: Annotated[str, Field(pattern="^(consent|law)$")] = Basis.CONSENT.value
    case: _Case = ""
    reason: _Reason = ""


class FactOut(Schema):
    """One fact with where it comes from and since when it is known."""

    attribute: str
    value: Any
    source: str
    as_of: date | datetime | None
    verified: bool


class WithheldOut(Schema):
    """One attribute that was withheld, and why."""

    attribute: str
    reason: str


class DisclosureOut(Schema):
    """What was disclosed. `id` stands in the log that the person sees."""

    id: str
    repeated: bool
    values: list[FactOut]
    withheld: list[WithheldOut]
    retention_days: int | None
    """For so many days the facts may be kept."""


class PreviewIn(Schema):
    """A request that waits for the person. `subject` when the agency knows who she is: nobody else can open it."""

    purpose: Annotated[str, Field(max_length=60)]
    attributes: Annotated[list[_Name], Field(min_length=1, max_length=MAX_ATTRIBUTES)]
    subject: Annotated[str, Field(max_length=64)] = ""
    case: _Case = ""
    reason: _Reason = ""


class PreviewOut(Schema):
    """Where a waiting request stands; `link` is for the person."""

    id: str
    state: str
    link: str
    attributes: list[str]
    approved: list[str]
    expires_at: datetime


class ClientAuth(HttpBearer):
    """Lets a client in that holds a live token; `request.auth` is then its `tokens.Bearer`."""

    def __call__(self, request: HttpRequest) -> tokens.Bearer:
        """Return who calls; raise 401 as a problem, also when no token was sent."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        bearer = self.authenticate(request, token.strip()) if scheme.lower() == "bearer" else None
        if bearer is None:
            raise Problem(
                401,
                "unauthorised",
                "The token is missing, wrong or run out.",
                remedy=f"Get a new one at {TOKEN_PATH}.",
                headers={"WWW-Authenticate": 'Bearer realm="once-only"'},
            )
        return bearer

    def authenticate(self, request: HttpRequest, token: str) -> tokens.Bearer | None:
        """Return the bearer of a token, None for a wrong one."""
        return tokens.bearer_of(token, now=timezone.now())


View = Callable[..., Any]


def _limited(view: View) -> View:
    """Count the call of the client; answer 429 with Retry-After when it calls too often."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        client = _bearer(request).client
        allowance = limits.count(client.pk, limit_per_minute=client.calls_per_minute, now=timezone.now())
        return view(request, *args, **kwargs) if allowance.allowed else _too_many(allowance)

    return wrapper


def _too_many(allowance: limits.Allowance) -> HttpResponse:
    seconds = allowance.retry_after_seconds
    return problem_response(
        Problem(
            429,
            "too-many",
            "The client calls too often.",
            remedy=f"Wait {seconds} seconds, then go on.",
            headers={"Retry-After": str(seconds)},
        )
    )


def _bearer(request: HttpRequest) -> tokens.Bearer:
    bearer = getattr(request, "auth", None)
    assert isinstance(bearer, tokens.Bearer)
    return bearer


@router.post("/once-only/token", response={200: TokenOut, 400: ProblemBody, **_ERRORS}, auth=None)
def token(request: HttpRequest, form: Form[TokenIn]) -> Any:
    """Give a token for ten minutes to a client that proves itself; scopes are purposes."""
    if form.grant_type != "client_credentials":
        raise _oauth(400, "unsupported_grant_type", "Only client_credentials is known.")
    now = timezone.now()
    allowance = limits.count(f"token:{network.key_of(request)}", limit_per_minute=TOKEN_CALLS_PER_MINUTE, now=now)
    if not allowance.allowed:
        return _too_many(allowance)
    try:
        client = _proven(request, form, now)
        grant = tokens.issue(client, form.scope.split(), now=now)
    except tokens.ClientRefused as problem:
        raise _oauth(401, "invalid_client", str(problem)) from None
    except tokens.ScopeRefused as problem:
        raise _oauth(400, "invalid_scope", str(problem)) from None
    return TokenOut(access_token=grant.token, expires_in=grant.lives_seconds, scope=" ".join(grant.purposes))


def _proven(request: HttpRequest, form: TokenIn, now: datetime) -> Any:
    if form.client_assertion_type == tokens.ASSERTION_TYPE:
        audience = request.build_absolute_uri(request.path)
        return tokens.by_assertion(form.client_assertion, audience=audience, now=now)
    return tokens.by_secret(request.headers.get("Authorization", ""))


def _oauth(status: int, error: str, detail: str) -> Problem:
    return Problem(
        status,
        error.replace("_", "-"),
        "No token was given.",
        detail=detail,
        remedy="See docs/once-only.md.",
        extra={"error": error},
        headers={"WWW-Authenticate": 'Basic realm="once-only"'} if status == 401 else {},
    )


@router.get("/once-only/purposes", response={200: list[PurposeOut], **_ERRORS}, auth=ClientAuth())
@_limited
def list_purposes(request: HttpRequest) -> Any:
    """List what this client may ask for: purposes with attributes, basis, law and retention."""
    bearer = _bearer(request)
    return queries.client_purposes(bearer.client.organisation_id, sorted(bearer.purposes))


@router.post("/once-only/disclosures", response={200: DisclosureOut, **_ERRORS}, auth=ClientAuth())
@_limited
def ask(request: HttpRequest, body: AskIn, idempotency_key: _Key = "") -> Any:
    """Give exactly the facts that are open for the purpose, the rest as withheld. The person sees the call.

    With the same Idempotency-Key and body the rules are checked anew, and the log marks the call as a repeat.
    """
    bearer = _bearer(request)
    _in_scope(bearer, body.purpose)
    _key_form(idempotency_key)
    asked = Request(
        organisation_id=bearer.client.organisation_id,
        client_id=bearer.client.pk,
        subject_id=body.subject,
        purpose_id=body.purpose,
        attributes=tuple(body.attributes),
        basis=Basis(body.basis),
        case_reference=body.case,
        reason=body.reason,
    )
    request_hash = _hash(body)
    extra = _extra(bearer, idempotency_key, request_hash)
    try:
        return _out(disclosing.disclose(asked, timezone.now(), extra=extra), extra)
    except IntegrityError:
        # Another call with the same key was committed in between: this one repeats it.
        if not extra.idempotency_key:
            raise
    extra = _extra(bearer, idempotency_key, request_hash)
    return _out(disclosing.disclose(asked, timezone.now(), extra=extra), extra)


def _extra(bearer: tokens.Bearer, key: str, request_hash: str) -> disclosing.Extra:
    """Return what marks a first call with a key, or a repeat of it; raise 422 for a key used otherwise."""
    held = AccessEntry.objects.filter(client_id=bearer.client.pk, idempotency_key=key).first() if key else None
    if held is None:
        return disclosing.Extra(idempotency_key=key, request_hash=request_hash)
    if held.request_hash != request_hash:
        raise _key_reused()
    return disclosing.Extra(request_hash=request_hash, repeat_of=held.pk)


def _key_reused() -> Problem:
    return Problem(
        422, "key-reused", "The Idempotency-Key was used for another request.", remedy="Make a new key per request."
    )


def _key_form(key: str) -> None:
    if key and not re.fullmatch(r"[\x21-\x7e]{8,80}", key):
        raise Problem(
            422, "key-form", "The Idempotency-Key is not of 8 to 80 visible ASCII letters.", remedy="Use a UUID."
        )


def _hash(body: Schema) -> str:
    return hashlib.sha256(canonical(body.model_dump(mode="json"))).hexdigest()


def _in_scope(bearer: tokens.Bearer, purpose: str) -> None:
    if purpose not in bearer.purposes:
        raise Problem(
            403,
            "insufficient-scope",
            "The token is not for this purpose.",
            remedy="Get a token whose scope names the purpose; GET /api/v1/once-only/purposes lists yours.",
            extra={"error": "insufficient_scope"},
        )


def _out(disclosure: Disclosure, extra: disclosing.Extra) -> DisclosureOut:
    return DisclosureOut(
        id=disclosure.id,
        repeated=bool(extra.repeat_of),
        values=[
            FactOut(
                attribute=fact.attribute,
                value=plain(fact.value),
                source=fact.source,
                as_of=fact.as_of,
                verified=fact.verified,
            )
            for fact in disclosure.values
        ],
        withheld=[WithheldOut(attribute=item.attribute, reason=item.reason.value) for item in disclosure.withheld],
        retention_days=disclosure.retention_days,
    )


@router.post("/once-only/requests", response={200: PreviewOut, **_ERRORS}, auth=ClientAuth())
@_limited
def put_request(request: HttpRequest, body: PreviewIn, idempotency_key: _Key = "") -> Any:
    """Put a request that waits for the person, and get the link for her. It lives 24 hours."""
    bearer = _bearer(request)
    _in_scope(bearer, body.purpose)
    _key_form(idempotency_key)
    try:
        row = previews.ask(
            bearer.client,
            purpose_id=body.purpose,
            attributes=body.attributes,
            expected_subject=body.subject,
            case_reference=body.case,
            reason=body.reason,
            idempotency_key=idempotency_key,
            request_hash=_hash(body),
            now=timezone.now(),
        )
    except previews.PreviewInvalid as problem:
        raise Problem(422, "not-agreed", "The request cannot be put.", remedy=str(problem)) from None
    except previews.KeyReused:
        raise _key_reused() from None
    return _preview_out(request, row)


@router.get(
    "/once-only/requests/{request_id}", response={200: PreviewOut, 404: ProblemBody, **_ERRORS}, auth=ClientAuth()
)
@_limited
def get_request(request: HttpRequest, request_id: str) -> Any:
    """Tell where a waiting request stands."""
    return _preview_out(request, _own_request(request, request_id))


@router.post(
    "/once-only/requests/{request_id}/collect",
    response={200: DisclosureOut, 404: ProblemBody, 409: ProblemBody, **_ERRORS},
    auth=ClientAuth(),
)
@_limited
def collect(request: HttpRequest, request_id: str) -> Any:
    """Give the facts that the person approved, with the values that she saw. Each call stands in her log."""
    row = _own_request(request, request_id)
    now = timezone.now()
    state = previews.state_of(row, now)
    if state != PreviewRequest.State.APPROVED:
        raise Problem(409, "not-approved", f"The request is {state.value}.", remedy="Wait until it is approved.")
    asked = Request(
        organisation_id=row.client.organisation_id,
        client_id=row.client_id,
        subject_id=row.subject_id,
        purpose_id=row.agreement.purpose_id,
        attributes=tuple(row.attributes),
        basis=Basis.CONSENT,
        case_reference=row.case_reference,
    )
    extra = disclosing.Extra(preview_id=row.pk)
    return _out(disclosing.disclose(asked, now, extra=extra), extra)


def _own_request(request: HttpRequest, request_id: str) -> PreviewRequest:
    bearer = _bearer(request)
    row = (
        PreviewRequest.objects.select_related("client", "agreement").filter(pk=request_id, client=bearer.client).first()
    )
    if row is None or row.agreement.purpose_id not in bearer.purposes:
        raise not_found()
    return row


def _preview_out(request: HttpRequest, row: PreviewRequest) -> PreviewOut:
    link = request.build_absolute_uri(reverse("consents:preview", args=[previews.link_token(row)]))
    return PreviewOut(
        id=row.pk,
        state=previews.state_of(row, timezone.now()).value,
        link=link,
        attributes=row.attributes,
        approved=sorted(row.approved),
        expires_at=row.expires_at,
    )
