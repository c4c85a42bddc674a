"""Set-up of the cases room's tests: Tokyo's organisations and the procedures that they use."""

from functools import cache
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from madoguchi.apps.accounts.models import User
from madoguchi.apps.procedures import pack, services
from madoguchi.core import organisations, vault
from madoguchi.core.packs import LoadReport
from tests.cases import desk_world, world


@cache
def _contents() -> pack.Contents:
    contents, errors = pack.read(Path(settings.PACK_DIR))
    assert errors == []
    return contents


def build() -> None:
    """Load Tokyo's organisations and publish the procedures of the world."""
    contents = _contents()
    organisations.load(Path(settings.PACK_DIR), LoadReport(), world.NOW)
    bank = services.keep_bank(contents.fields, contents.documents, now=world.NOW)
    for _file, record in contents.records:
        if record["id"] in world.PLACES:
            services.publish_from_pack(record, bank=bank, now=world.NOW)
    vault.forget_opened()


@pytest.fixture
def tokyo(db: None) -> None:
    """Put Tokyo's organisations and procedures into the database."""
    build()


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """Return the officers of the small desk."""
    return desk_world.build()


@pytest.fixture
def examiner(people: dict[str, User]) -> Client:
    """Return the browser of who examines."""
    return desk_world.enter(people["examiner"])


@pytest.fixture
def decider(people: dict[str, User]) -> Client:
    """Return the browser of who decides."""
    return desk_world.enter(people["decider"])
