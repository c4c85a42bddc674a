"""What an account can prove itself with, and how sure the surest of it is.

It looks at passkeys and linked providers; what a session has proven is known to `sessions`.
"""

from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.models import User
from madoguchi.apps.accounts.oidc import flow
from madoguchi.apps.accounts.oidc.providers import ProviderSettings
from madoguchi.core.access import Kind

FRESH_MINUTES = 10
"""How old the proof may be with which somebody changes the means of an account: a passkey, a linked provider."""


def surest_level(user: User) -> AssuranceLevel:
    """Return the level that must be proven before staff change their own means of sign-in.

    It is that of the surest means which the account holds, so that a stolen password adds no passkey beside the owner's;
    at most PASSKEY, since a new passkey opens no more. Accounts of people are opened by their providers: EMAIL.
    """
    if user.kind != Kind.STAFF:
        return AssuranceLevel.EMAIL
    held = [AssuranceLevel.EMAIL, *(found.reach() for found in linked_providers(user))]
    if user.passkeys.exists():
        held.append(AssuranceLevel.PASSKEY)
    return min(max(held), AssuranceLevel.PASSKEY)


def linked_providers(user: User, *, level: AssuranceLevel = AssuranceLevel.NONE) -> list[ProviderSettings]:
    """Return the providers linked with an account that can prove a level."""
    linked = set(user.identities.values_list("issuer", flat=True))
    return [found for found in flow.providers_for(Kind(user.kind), level=level) if found.issuer in linked]
