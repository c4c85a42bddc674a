"""Errors of the API as RFC 9457 problem+json: what happened, why, what to do next; nothing of the inside leaks."""

import logging
from collections.abc import Mapping
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from madoguchi.core.permissions import NotPermitted

logger = logging.getLogger(__name__)
CONTENT_TYPE = "application/problem+json"


class ProblemBody(Schema):
    """The document of an error (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str
    errors: list[dict[str, str]] | None = None
    """For an invalid parameter: each place and what is wrong there."""


class Problem(Exception):
    """An error that a caller can do something about."""

    def __init__(
        self,
        status: int,
        kind: str,
        title: str,
        *,
        detail: str = "",
        remedy: str = "",
        extra: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{title} {detail} {remedy}".strip())
        self.status = status
        self.kind = kind
        self.title = title
        self.detail = detail
        self.remedy = remedy
        self.extra = dict(extra or {})
        self.headers = dict(headers or {})
        """Of the HTTP answer, such as WWW-Authenticate (RFC 9110 11.6.1) and Retry-After."""

    def body(self) -> dict[str, Any]:
        """Return the members of the problem document."""
        body = {
            "type": f"urn:madoguchi:problem:{self.kind}",
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "remedy": self.remedy,
        }
        return body | self.extra


def not_found() -> Problem:
    """Return a fresh problem: one instance must not be raised twice, or it keeps every caller's frames."""
    return Problem(404, "not-found", "Nothing is here.", remedy="Look the address up in /api/v1/openapi.json.")


def refused(status: int) -> Problem:
    """Return the problem of a request that the framework refused: no sign-in, no token of the session, no readable body."""
    title, remedy = {
        401: ("Nobody is signed in.", "Sign in, or send the credentials that the operation's description asks for."),
        403: (
            "The token of the session is missing.",
            "Send the X-CSRFToken header with the value of the csrftoken cookie.",
        ),
    }.get(status, ("The request cannot be read.", "Send the body as the operation's description says."))
    return Problem(status, f"http-{status}", title, remedy=remedy)


def internal() -> Problem:
    """Return the problem of a failure inside; it tells nothing of the inside."""
    return Problem(500, "internal", "The server failed.", remedy="Try again later; tell the operator if it stays.")


def response(problem: Problem) -> HttpResponse:
    """Return the HTTP answer of a problem."""
    return JsonResponse(problem.body(), status=problem.status, content_type=CONTENT_TYPE, headers=problem.headers)


def install(api: NinjaAPI) -> None:
    """Register the handlers, so that every error of the API is a problem document."""

    @api.exception_handler(Problem)
    def on_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
        return response(problem)

    @api.exception_handler(Http404)
    def on_missing(request: HttpRequest, error: Http404) -> HttpResponse:
        return response(not_found())

    @api.exception_handler(NotPermitted)
    def on_not_permitted(request: HttpRequest, error: NotPermitted) -> HttpResponse:
        return response(not_found())

    @api.exception_handler(ValidationError)
    def on_invalid(request: HttpRequest, error: ValidationError) -> HttpResponse:
        places = [{"place": ".".join(map(str, item["loc"])), "message": item["msg"]} for item in error.errors]
        problem = Problem(
            422, "invalid", "A parameter is not valid.", remedy="Correct it as told.", extra={"errors": places}
        )
        return response(problem)

    @api.exception_handler(HttpError)
    def on_refused(request: HttpRequest, error: HttpError) -> HttpResponse:
        return response(refused(error.status_code))

    @api.exception_handler(Exception)
    def on_failure(request: HttpRequest, error: Exception) -> HttpResponse:
        logger.exception("API request failed")
        return response(internal())
