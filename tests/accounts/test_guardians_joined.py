"""Registering a guardian with the people room joined: real ids of invented people, their names, unknown ids."""

from collections.abc import Iterable

import pytest
from django.utils import timezone

from madoguchi.apps.accounts import api
from madoguchi.apps.accounts.delegation.models import DelegationRow
from madoguchi.apps.people import api as people
from madoguchi.apps.people.api import Assurance, Method, Provenance, Subject
from madoguchi.apps.people.vocabulary import NAME
from madoguchi.core.permissions import SYSTEM
from tests.accounts.test_delegation import account
from tests.accounts.test_guardians import DESK, at_desk, clerk, code_of, entry
from tests.people.conftest import NOW, load_words

pytestmark = pytest.mark.django_db


def person(name: str, account_id: str | None = None) -> str:
    """Return the id of an invented person with a verified name."""
    found = people.create_person(SYSTEM, "", now=NOW, account_id=account_id).id
    told = Provenance("住民基本台帳", f"見本 {name}", Method.REGISTRY, Assurance.CARD)
    people.record_verified(SYSTEM, "", Subject.person(found), {NAME: name}, provenance=told, obtained_at=NOW)
    return found


def shown(parts: Iterable[str], page: str) -> list[str]:
    return [part for part in parts if part in page]


def test_staff_see_the_name_of_who_handed_over_the_code_and_never_that_of_the_ward() -> None:
    load_words()
    guardian = account("guardian")
    person("見本 太郎", str(guardian.pk))
    ward = person("見本 花子")
    desk, code = at_desk(clerk()), code_of(guardian)
    page = desk.post(DESK, entry(code, ward, step="check")).content.decode()
    assert shown(("見本 太郎", "見本 花子", ward), page) == ["見本 太郎", ward]
    assert desk.post(DESK, entry(code, ward)).status_code == 302
    assert shown(("見本 太郎", "見本 花子", ward), desk.get(DESK).content.decode()) == [ward]
    assert api.may_act(str(guardian.pk), ward, api.Scope(frozenset({"any"})), timezone.localdate())
    assert DelegationRow.objects.get().principal_id == ward


@pytest.mark.parametrize("principal", ["00000000-0000-4000-8000-000000000000", "nobody", "1234567890123", "'; --"])
def test_an_unknown_id_is_refused_in_words(principal: str) -> None:
    load_words()
    guardian = account("guardian")
    for step in ("check", "register"):
        answer = at_desk(clerk(f"clerk-{step}")).post(DESK, entry(code_of(guardian), principal, step=step))
        assert answer.status_code == 400
        assert "この番号の方が見つかりません" in answer.content.decode()
    assert not DelegationRow.objects.exists()
