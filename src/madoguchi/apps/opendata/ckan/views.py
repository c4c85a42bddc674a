"""The Action API over HTTP: parameters from the address or a JSON body, CKAN's form of answers and errors, its statuses."""

import json
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from madoguchi.apps.opendata import admission
from madoguchi.apps.opendata.addresses import base_of
from madoguchi.apps.opendata.ckan import actions
from madoguchi.apps.opendata.ckan.catalogue import current
from madoguchi.apps.opendata.ckan.searching import Refused
from madoguchi.core.access import public
from madoguchi.core.problems import Problem

MOST_BODY_BYTES = 20_000


class _BadBody(ValueError):
    """The body is no JSON object."""


@public
@csrf_exempt
@require_http_methods(["GET", "POST"])
def action(request: HttpRequest, name: str) -> HttpResponse:
    """Carry out a read action for anybody; nothing here changes anything, so no form of another site can do harm."""
    try:
        admission.admit(request, "ckan")
        known = actions.ACTIONS.get(name)
        if known is None:
            return _unknown(request, name)
        return _answer(request, name, True, known(current(base_of(request)), _parameters(request)))
    except _BadBody as problem:
        return JsonResponse(f"Bad request - {problem}", safe=False, status=400)
    except actions.NotFound:
        return _error(request, name, 404, "Not Found Error", message="Not found")
    except Refused as refused:
        return _error(request, name, 409, "Validation Error", **{refused.field: [str(refused)]})
    except Problem as problem:
        answer = _error(request, name, problem.status, "Authorization Error", message=str(problem))
        for key, value in problem.headers.items():
            answer.headers[key] = value
        return answer


def _unknown(request: HttpRequest, name: str) -> HttpResponse:
    if name.endswith(actions.WRITES):
        return _error(request, name, 403, "Authorization Error", message="Access denied: this catalogue is read-only")
    return JsonResponse(f"Bad request - Action name not known: {name[:80]}", safe=False, status=400)


def _parameters(request: HttpRequest) -> dict[str, Any]:
    if request.method == "GET":
        return {key: request.GET.getlist(key)[-1] for key in request.GET}
    if request.content_type != "application/json" and request.POST:
        return {key: request.POST.getlist(key)[-1] for key in request.POST}
    if len(request.body) > MOST_BODY_BYTES:
        raise _BadBody(f"The body is longer than {MOST_BODY_BYTES} bytes")
    try:
        given = json.loads(request.body or b"{}")
    except (ValueError, RecursionError):
        raise _BadBody("JSON Error: the body is no JSON") from None
    if not isinstance(given, dict):
        raise _BadBody("Request data JSON decoded to something else than an object")
    return {str(key): value for key, value in given.items()}


def _answer(request: HttpRequest, name: str, success: bool, content: Any, *, status: int = 200) -> HttpResponse:
    body = {
        "help": f"{base_of(request)}/api/3/action/help_show?name={name[:80]}",
        "success": success,
        "result" if success else "error": content,
    }
    return JsonResponse(body, status=status, json_dumps_params={"ensure_ascii": False})


def _error(request: HttpRequest, name: str, status: int, kind: str, **content: Any) -> HttpResponse:
    return _answer(request, name, False, {"__type": kind, **content}, status=status)
