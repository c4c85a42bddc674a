"""What the pages share: for whom the caller applies, the language, the stamp of an opened page."""

import re
import uuid
from collections.abc import Callable, Iterable
from datetime import date
from functools import wraps
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from madoguchi.apps.applications.contracts import Applicant, Known
from madoguchi.apps.applications.opened import Opened
from madoguchi.apps.cases import api as cases
from madoguchi.apps.procedures import api as procedures
from madoguchi.core.access import View
from madoguchi.engines import forms

_SALT = "applications.opened"
LONGEST_SECONDS = 86_400
_KEY = re.compile("[0-9a-f]{32}")


def posted(page: str) -> Callable[[View], View]:
    """Let a view answer to POST only; who comes by GET (after signing in anew) is sent to the page that has the button."""

    def decorate(view: View) -> View:
        @wraps(view)
        def wrapper(request: HttpRequest, **place: Any) -> HttpResponseBase:
            if request.method == "POST":
                return view(request, **place)
            return redirect(page, **place) if request.method in ("GET", "HEAD") else HttpResponseNotAllowed(["POST"])

        return wrapper

    return decorate


def own(request: HttpRequest) -> Applicant:
    """Return for whom the signed-in account applies; raise Http404 while it stands for nobody."""
    found = cases.find_applicant(request)
    if found is None:
        raise Http404
    return found


def language() -> str:
    """Return the language of the page."""
    return get_language() or "ja"


def stamp() -> str:
    """Return a signed mark of when a page was shown."""
    return signing.dumps(int(timezone.now().timestamp()), salt=_SALT)


def seconds_since(text: str) -> int:
    """Return how many seconds ago a mark was made; 0 for one that is none."""
    try:
        made = signing.loads(text, salt=_SALT, max_age=LONGEST_SECONDS)
    except signing.BadSignature:
        return 0
    return max(0, int(timezone.now().timestamp()) - int(made))


def number_in(request: HttpRequest) -> int:
    """Return the number of the draft that a form was shown with; 0 when it is none, which is older than all."""
    text = request.POST.get("number", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def is_shown(number: int, opened: Opened) -> bool:
    """Tell whether a form carries a number with which a page of the draft was shown; one without is none of ours."""
    return 0 < number <= opened.row.number


def remark_in(request: HttpRequest) -> str:
    """Return the remark without signs that nobody sees or that turn the direction of reading."""
    return forms.printable(request.POST.get("remark", "").replace("\r\n", "\n")).strip()


def key_in(request: HttpRequest) -> str:
    """Return the key of the form that begins a draft; a fresh one when what was sent is no key that a page gave out."""
    text = request.POST.get("key", "")
    return text if _KEY.fullmatch(text) else uuid.uuid4().hex


def whole_problem(problems: Iterable[forms.Problem]) -> str:
    """Return in words what is wrong with a sent page as a whole, so that none of it was read; empty when nothing is."""
    if all(problem.path for problem in problems):
        return ""
    return _("送られた内容が多すぎるため、受け取れませんでした。文章を短くして、もう一度送ってください。")


def note_of(field: forms.Field, known: Known) -> procedures.SourceNote:
    """Return a known value as a page shows it."""
    words = "、".join(procedures.value_in_words(field, known.value, language()))
    return procedures.SourceNote(words, known.source, day(known.as_of))


def day(text: Any) -> date | None:
    """Return an ISO date, None when it is none."""
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def field_at(form: forms.Form, path: str) -> forms.Field:
    """Return the question of a path; KeyError when there is none."""
    group, bracket, rest = path.partition("[")
    if not bracket:
        return form.fields[path]
    found = form.fields[group].group
    if found is None:
        raise KeyError(path)
    return found.fields[rest.partition("].")[2]]
