"""The sample person agrees to be told first, and is told: so that a demonstration's inbox shows something.

Made through the rooms' own services and once: whoever has chosen before, or stopped it, is left alone.
"""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone

from madoguchi.apps.accounts import identities
from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.models import Identity, Purpose, User
from madoguchi.apps.consents.services import consent
from madoguchi.apps.notifications import api as notifications
from madoguchi.apps.outreach import api as outreach
from madoguchi.apps.outreach.models import Enrolment
from madoguchi.apps.people import api as people
from madoguchi.core import events
from madoguchi.core.access import Kind
from madoguchi.core.permissions import Actor
from madoguchi.site import demonstration
from madoguchi.site.identity import registration, samples, tokens
from madoguchi.site.identity.issuers import CARD, IssuerName

CARD_ID = "hanako"
AGREEMENT = "service-improvement.tokyo-digital"
TOPICS = ("children", "health")
MOST_EVENTS = 20


def tell() -> dict[str, Any]:
    """Let the sample person agree, choose two topics and be told; return how many messages lie in her inbox."""
    user = _account()
    if user is None:
        return {"messages": 0}
    while events.deliver_pending(limit=MOST_EVENTS):
        pass
    person = people.person_of_account(str(user.pk))
    if person is not None and not Enrolment.objects.filter(person_id=person.id).exists():
        now = timezone.now()
        consent.grant(person.id, AGREEMENT, actor=Actor(str(user.pk), ""), now=now)
        outreach.choose(person.id, str(user.pk), TOPICS, now=now)
        outreach.daily(now)
    return {"messages": len(notifications.inbox(str(user.pk), "ja"))}


def _account() -> User | None:
    """Return the account that the sample card opens, made as by a first sign-in; None without the local provider."""
    provider = demonstration.sample_providers().get(Kind.RESIDENT)
    cards = samples.load(Path(settings.PACK_DIR))[IssuerName.CARD] if provider else ()
    card = next((item for item in cards if item.id == CARD_ID), None)
    if provider is None or card is None:
        return None
    salt = registration.salt(Path(settings.DATA_DIR))
    subject = tokens.subject(CARD, provider.client_id, card.id, salt=salt)
    known = Identity.objects.select_related("user").filter(issuer=provider.issuer, subject=subject).first()
    if known is not None:
        return known.user
    now = timezone.now()
    proof = identities.Proof(
        provider=provider.name,
        kind=Kind.RESIDENT,
        issuer=provider.issuer,
        subject=subject,
        level=AssuranceLevel.CARD,
        at=now,
        claims=card.claims,
    )
    return identities.resolve(proof, purpose=Purpose.SIGN_IN, caller=None, now=now)
