"""How rooms that must not know each other are joined: facts for the one door of consents, principals for delegation."""

from collections.abc import Mapping, Sequence
from datetime import date

from django.utils.translation import get_language

from madoguchi.apps.accounts.delegation.directory import Choice
from madoguchi.apps.businesses import api as businesses
from madoguchi.apps.consents import api as consents
from madoguchi.apps.people import api as people
from madoguchi.apps.registry import api as registry

_BUSINESS_ATTRIBUTES = frozenset(item.value for item in businesses.Attribute)


class PeopleSource:
    """Facts about people. The people room itself hides where a protected person (支援措置) lives and with whom."""

    def facts_of(
        self, subject_id: str, attributes: Sequence[str], on: date, *, protected_too: bool
    ) -> Sequence[people.FactView]:
        """Return the known facts among the attributes."""
        sight = people.Sight.BREAK_GLASS if protected_too else people.Sight.ORDINARY
        return people.facts_of(subject_id, attributes, on=on, sight=sight)

    def standing(self, subject_id: str) -> consents.Standing | None:
        """Return OPEN: protection hides places, it does not shut a person out of services. A stranger has no facts."""
        return consents.Standing.OPEN

    def subject_of_account(self, account_id: str) -> str | None:
        """Return the person of an account."""
        found = people.person_of_account(account_id)
        return found.id if found else None


class BusinessSource:
    """Facts about businesses, one per attribute: a verified one before a declared one, then the newest."""

    def facts_of(
        self, subject_id: str, attributes: Sequence[str], on: date, *, protected_too: bool
    ) -> Sequence[businesses.FactView]:
        """Return the best known fact of each attribute."""
        found = businesses.facts_of(subject_id, [name for name in attributes if name in _BUSINESS_ATTRIBUTES])
        best = {fact.attribute: fact for fact in sorted(found, key=lambda f: (f.verified, f.as_of or date.min))}
        return list(best.values())

    def standing(self, subject_id: str) -> consents.Standing | None:
        """Return OPEN: businesses are not under protection, and one that is not there has no facts."""
        return consents.Standing.OPEN

    def subject_of_account(self, account_id: str) -> str | None:
        """Return the business that an account acts for."""
        found = businesses.business_of_account(account_id)
        return found.id if found else None


class Principals:
    """Who stands behind an account, for delegation."""

    def principal_of(self, account_id: str) -> str | None:
        """Return the person or business that an account itself is."""
        return PeopleSource().subject_of_account(account_id) or BusinessSource().subject_of_account(account_id)

    def wards_of(self, account_id: str, on: date) -> Mapping[str, str]:
        """Return the minor children of the account's person, by verified household records."""
        found = people.person_of_account(account_id)
        return people.children_of(found.id, on) if found else {}

    def name_of(self, principal_id: str) -> str:
        """Return the name of a person or business; empty when it is unknown."""
        return people.name_of(principal_id) or _business_name(principal_id)

    def may_edit(self, organisation_id: str, principal_id: str) -> bool:
        """Tell whether an organisation keeps the records of this person."""
        return people.may_edit(organisation_id, principal_id)

    def procedures(self) -> tuple[Choice, ...]:
        """Return the published programmes by name."""
        return tuple(Choice(key, name) for key, name in registry.programme_names(get_language() or "ja"))

    def attributes(self) -> tuple[Choice, ...]:
        """Return the attributes of people that can be read."""
        return tuple(Choice(name, label) for name, label in people.attribute_names())


def _business_name(principal_id: str) -> str:
    found = businesses.get_by_id(principal_id)
    return found.name if found else ""
