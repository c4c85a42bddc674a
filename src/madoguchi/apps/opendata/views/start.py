"""The page for app makers: from nothing to a first answer in ten minutes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from madoguchi.apps.opendata import admission, examples, keys
from madoguchi.apps.opendata.addresses import base_of
from madoguchi.apps.registry import api as registry
from madoguchi.core.access import public


@public
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Four steps with examples to copy, then everything else that an app needs."""
    base, stamp = base_of(request), registry.stamp()
    context = {
        "steps": {step: examples.of(step, base) for step in examples.STEPS},
        "hook": examples.HOOK.replace("BASE", base),
        "verify": examples.VERIFY,
        "linked": examples.LINKED.replace("BASE", base),
        "ckan": examples.CKAN.replace("BASE", base),
        "base": base,
        "programmes": len(registry.views()),
        "as_of": timezone.localdate(stamp.changed_at),
        "sequence": stamp.sequence,
        "without_key": admission.ANONYMOUS_PER_MINUTE,
        "with_key": admission.KEY_PER_MINUTE,
        "days": keys.LIFE.days,
    }
    return render(request, "opendata/start.html", context)
