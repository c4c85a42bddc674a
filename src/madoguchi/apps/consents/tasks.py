"""Jobs of consents: forgetting what has run out."""

from django.utils import timezone
from django_tasks import task

from madoguchi.apps.consents.models import AccessToken, PreviewRequest, UsedAssertion


@task()
def forget_expired() -> int:
    """Remove run-out tokens and assertions, empty approvals that ran out; return how many rows were touched."""
    now = timezone.now()
    tokens, _ = AccessToken.objects.filter(expires_at__lt=now).delete()
    assertions, _ = UsedAssertion.objects.filter(expires_at__lt=now).delete()
    open_states = (PreviewRequest.State.REQUESTED, PreviewRequest.State.PREVIEWED, PreviewRequest.State.APPROVED)
    ended = PreviewRequest.objects.filter(state__in=open_states, expires_at__lte=now)
    return tokens + assertions + ended.update(state=PreviewRequest.State.EXPIRED, approved={})
