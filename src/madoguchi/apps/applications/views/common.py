"""What the pages share: for whom the caller applies, the language, the stamp of an opened page."""

from datetime import date
from typing import Any

from django.core import signing
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import get_language

from madoguchi.apps.applications.contracts import Applicant, Known
from madoguchi.apps.applications.subjects import applicant_of
from madoguchi.apps.procedures import api as procedures
from madoguchi.engines import forms

_SALT = "applications.opened"
LONGEST_SECONDS = 86_400


def own(request: HttpRequest) -> Applicant:
    """Return for whom the signed-in account applies; raise Http404 while it stands for nobody."""
    found = applicant_of(request)
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
