"""Many at once on PostgreSQL: of many editors one is kept, of many publishers one version comes, loading twice is once."""

import threading
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection

from madoguchi.apps.procedures import services
from madoguchi.apps.procedures.models import FieldBank, ProcedureVersion
from madoguchi.core.permissions import Actor, Role
from tests.procedures import records
from tests.procedures.records import NOW, record

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.postgres]
ID = "inu-touroku"
MANY = 12


def actor(name: str) -> Actor:
    return Actor(id=name, name=name, roles={"tokyo-hoken": frozenset({Role.PUBLISHER})})


def at_once(deed: Callable[[int], Any]) -> list[Any]:
    """Do a deed in many threads that begin together; return what each gave or raised."""
    found: list[Any] = [None] * MANY
    gate = threading.Barrier(MANY)

    def run(number: int) -> None:
        gate.wait()
        try:
            found[number] = deed(number)
        except Exception as problem:
            found[number] = problem
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(MANY)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


def save(number: int) -> ProcedureVersion:
    return services.save_draft(actor(f"e{number}"), ID, record(law=f"法律{number}"), revision=0, now=NOW)


def test_of_many_editors_one_is_kept_and_the_others_are_told() -> None:
    records.published()
    found = at_once(save)
    kept = [item for item in found if isinstance(item, ProcedureVersion)]
    assert len(kept) == 1
    assert all(isinstance(item, services.Conflict) for item in found if item not in kept)
    assert ProcedureVersion.objects.get(state="draft").record == kept[0].record


def test_of_many_publishers_one_version_comes() -> None:
    records.published()
    save(0)

    def publish(number: int) -> ProcedureVersion:
        return services.publish(actor(f"p{number}"), ID, revision=1, effective_from=date(2026, 12, 1), note="", now=NOW)

    found = at_once(publish)
    assert sum(isinstance(item, ProcedureVersion) for item in found) == 1
    assert {type(item) for item in found} == {ProcedureVersion, services.Conflict}
    assert sorted(ProcedureVersion.objects.values_list("number", flat=True)) == [1, 2]


def test_publishing_and_saving_at_once_lose_nothing() -> None:
    records.published()
    save(0)

    def either(number: int) -> ProcedureVersion:
        if number % 2:
            day = date(2026, 12, 1)
            return services.publish(actor(f"p{number}"), ID, revision=1, effective_from=day, note="", now=NOW)
        return services.save_draft(actor(f"e{number}"), ID, record(law=f"法律{number}"), revision=1, now=NOW)

    found = at_once(either)
    assert sum(isinstance(item, ProcedureVersion) for item in found) == 1
    states = sorted(ProcedureVersion.objects.values_list("state", flat=True))
    assert states in (["draft", "published"], ["published", "published"])


def test_loading_the_same_record_at_once_makes_one_version() -> None:
    records.organisations()

    def load(number: int) -> str:
        bank: FieldBank = records.bank()
        return services.publish_from_pack(record(), bank=bank, now=NOW)

    found = at_once(load)
    assert sorted(map(str, found)) == ["created"] + ["unchanged"] * (MANY - 1)
    assert ProcedureVersion.objects.count() == FieldBank.objects.count() == 1
