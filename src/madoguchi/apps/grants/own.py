"""What a signed-in business is, so that calls can be marked for it. Only its own record is read, and nothing is stored."""

from typing import Any

from madoguchi.apps.businesses import api as businesses
from madoguchi.apps.grants.fitting import Traits
from madoguchi.core.access import Kind


def traits_of(user: Any) -> Traits | None:
    """Return the traits of the business that an account acts for; None for everybody else."""
    if getattr(user, "kind", None) != Kind.BUSINESS:
        return None
    view = businesses.business_of_account(str(user.pk))
    if view is None:
        return None
    facts = businesses.facts_of(view.id, [businesses.Attribute.EMPLOYEES])
    numbers = [fact.value for fact in facts if isinstance(fact.value, int) and not isinstance(fact.value, bool)]
    return Traits(prefecture=view.address.prefecture, employees=numbers[0] if numbers else None)
