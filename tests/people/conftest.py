"""Set-up of the people room's tests: the vocabulary of Tokyo without its programmes, people, staff, a resident's client."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.test import Client, RequestFactory
from django.utils import timezone

from madoguchi.apps.accounts import sessions
from madoguchi.apps.accounts.contracts import AssuranceLevel
from madoguchi.apps.accounts.contracts import Method as SignInMethod
from madoguchi.apps.accounts.models import User
from madoguchi.apps.people import services
from madoguchi.apps.people.contracts import Assurance, Method, Provenance
from madoguchi.apps.registry.models import PackPart
from madoguchi.core import organisations
from madoguchi.core.access import Kind
from madoguchi.core.packs import LoadReport, plain, read_yaml
from madoguchi.core.permissions import SYSTEM, Actor, Role

NOW = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)
TODAY = date(2026, 11, 24)
CHOFU = Actor("c", "c", {"132080": frozenset({Role.CASEWORKER})})
OTHER_CITY = Actor("o", "o", {"131121": frozenset({Role.CASEWORKER})})


def load_words() -> None:
    """Load what the vocabulary needs: organisations and attributes."""
    folder = Path(settings.PACK_DIR)
    organisations.load(folder, LoadReport(), NOW)
    data, _ = read_yaml(folder, "attributes.yaml")
    content = plain(data["attributes"])
    for name, part in {"attributes": content, "questions": []}.items():
        PackPart.objects.update_or_create(name=name, defaults={"content": part, "content_hash": f"{name}-test"})


def register(record: str, *, source: str = "住民基本台帳") -> Provenance:
    """Return the provenance of a register's record."""
    return Provenance(source, record, Method.REGISTRY, Assurance.CARD)


def new_person(account_id: str | None = None) -> str:
    """Return the id of a fresh person."""
    return services.create_person(SYSTEM, "", now=NOW, account_id=account_id).id


@pytest.fixture
def words(db: None) -> None:
    """Load the vocabulary."""
    load_words()


@pytest.fixture
def person_id(words: None) -> str:
    """Return somebody who has an account."""
    return new_person("account-1")


@pytest.fixture
def resident(words: None) -> User:
    """Return the account of a resident with a person."""
    user = User.objects.create(username="resident-1", display_name="住民", kind=Kind.RESIDENT)
    new_person(str(user.pk))
    return user


@pytest.fixture
def me(resident: User, client: Client) -> Client:
    """Return the browser of the resident, who has just proved herself with her card."""
    prove(client, resident)
    return client


def prove(client: Client, user: User, *, level: AssuranceLevel = AssuranceLevel.CARD) -> None:
    """Sign an account in at a level, as the provider's answer would."""
    request = RequestFactory().get("/")
    request.session, request.user = client.session, AnonymousUser()
    now = timezone.now()
    sessions.begin(request, user, level=level, method=SignInMethod.OPENID, authenticated_at=now)
    client.cookies[settings.SESSION_COOKIE_NAME] = str(request.session.session_key)
