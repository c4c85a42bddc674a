"""Values that every page's template may use."""

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, object]:
    """Return the version, whether this is a demonstration with sample data, and the languages to choose from."""
    return {"version": settings.VERSION, "demo": settings.DEMO, "languages": settings.LANGUAGES}
