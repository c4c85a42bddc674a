"""Jobs of the accounts room: forgetting what has run out."""

from django.utils import timezone
from django_tasks import task

from madoguchi.apps.accounts import services, sessions
from madoguchi.apps.accounts.delegation.models import AgentCode
from madoguchi.apps.accounts.models import FailedSignIn, SignedInSession, SignInAttempt
from madoguchi.apps.accounts.oidc import authorise
from madoguchi.apps.accounts.passkeys.models import PasskeyChallenge


@task()
def forget_expired() -> int:
    """Remove run-out attempts, challenges and codes, old failures and ended sessions; return how many rows went.

    An attempt stays for a day after its start, so that a replay is told apart; an ended session for 90 days.
    """
    now = timezone.now()
    gone = (
        SignInAttempt.objects.filter(created_at__lt=now - authorise.KEPT),
        PasskeyChallenge.objects.filter(ends_at__lte=now),
        AgentCode.objects.filter(ends_at__lte=now),
        FailedSignIn.objects.filter(at__lt=now - services.WINDOW),
        SignedInSession.objects.filter(ended_at__lt=now - sessions.KEEP_ENDED),
    )
    return sum(rows.delete()[0] for rows in gone)
