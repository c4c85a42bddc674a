"""After an erasure nothing of the person is readable by any key, and every proof still holds."""

from typing import Any

import pytest
from django.utils import timezone

from madoguchi.apps.accounts.models import User
from madoguchi.apps.consents import journal, revisions
from madoguchi.apps.consents.api import disclose
from madoguchi.apps.consents.contracts import Basis, Request
from madoguchi.apps.consents.models import BreakGlass, ConsentRecord
from madoguchi.apps.consents.services import clients, consent, emergencies, previews, questions, terms
from madoguchi.apps.people import api as people
from madoguchi.apps.people.contracts import PersonErased
from madoguchi.core import audit, personal_data
from madoguchi.core.models import OutboxEvent
from madoguchi.core.permissions import SYSTEM, Actor, Role
from tests.consents import desk_world, world
from tests.consents.desk_world import CHOFU
from tests.consents.opened import everything
from tests.people.conftest import NOW, register

pytestmark = pytest.mark.django_db
PRIVATE = (
    "消田 秘子",
    "ケシダ ヒメコ",
    "見本町9-8-7",
    "7654321",
    "1987-06-05",
    "夫に知られて",
    "倒れている",
    "電話した",
    "保育の決定",
)


@pytest.fixture
def lived() -> str:
    """Return a person about whom every table of people and consents holds something."""
    desk_world.build()
    rescue = world.rescue(id=f"rescue.{CHOFU}", organisation=CHOFU)
    words = {"ja": "救命", "en": "rescue", "easy": "きゅうめい"}
    terms.put_purpose({"id": "rescue", "subject": "person", "name": words, "description": words}, 5, now=NOW)
    terms.put_agreements([rescue], now=NOW)
    account = str(User.objects.create(username="himeko", display_name="住民", kind="resident").pk)
    person_id = people.create_person(SYSTEM, "", now=NOW, account_id=account).id
    values = {"氏名": PRIVATE[0], "氏名カナ": PRIVATE[1], "住所": PRIVATE[2], "所得": 7_654_321, "生年月日": PRIVATE[4]}
    people.record_verified(
        SYSTEM, "", people.Subject.person(person_id), values, provenance=register("r1"), obtained_at=NOW
    )
    people.declare(account, {"就労中": True, "家賃月額": 87_000}, key="k", now=NOW)
    _ask_and_answer(person_id, _decide_and_look(person_id, account))
    return person_id


def _decide_and_look(person_id: str, account: str) -> str:
    now, herself = timezone.now(), Actor(account, "本人")
    consent.grant(person_id, f"childcare.{CHOFU}", actor=herself, now=now)
    client, _ = clients.create("chofu-core", organisation_id=CHOFU, name="保育", purposes=["childcare"], now=now)
    ask = {"purpose_id": "childcare", "attributes": ["氏名"], "now": now, "reason": PRIVATE[8]}
    waiting = previews.ask(client, expected_subject=person_id, **ask)  # type: ignore[arg-type] # a plain mapping
    previews.look(previews.ask(client, **ask), person_id, now)  # type: ignore[arg-type] # a plain mapping
    assert waiting.reason == PRIVATE[8]
    asked = Request(
        organisation_id=CHOFU,
        client_id="chofu-core",
        subject_id=person_id,
        purpose_id="childcare",
        attributes=("氏名", "住所", "所得"),
        basis=Basis.CONSENT,
    )
    shown = disclose(asked, now)
    assert len(shown.values) == 3
    return shown.id


def _ask_and_answer(person_id: str, entry_id: str) -> None:
    now = timezone.now()
    auditor = Actor("auditor", "監督者", {CHOFU: frozenset({Role.AUDITOR})})
    rescuer = Actor("rescuer", "救命", {CHOFU: frozenset({Role.EMERGENCY})})
    question = questions.ask(Actor("a", "本人"), person_id, entry_id, text="夫に知られていませんか", now=now)
    questions.answer(auditor, question.pk, text="夫に知られてはいません", now=now)
    row = emergencies.open_emergency(
        rescuer, CHOFU, f"rescue.{CHOFU}", person_id, reason="倒れているとの通報があった", now=now
    )
    emergencies.review(auditor, row.pk, outcome=BreakGlass.Outcome.JUSTIFIED, note="電話した", now=now)


def test_nothing_is_readable_by_any_key_and_every_proof_holds(lived: str) -> None:
    before = everything()
    assert [text for text in PRIVATE if text not in before] == [], "the test reads what is there"
    kept = personal_data.erase_all(lived, timezone.now())
    after = everything()
    assert [text for text in PRIVATE if text in after] == []
    assert people.facts_of(lived, on=desk_world.today()) == ()
    world.seal_everything()
    assert audit.verify().problems == ()
    assert journal.verify() == []
    assert revisions.verify() == []
    assert set(ConsentRecord.objects.values_list("state", flat=True)) == {"withdrawn"}
    told = " ".join(line for result in kept.values() for line in result.kept)
    assert "だれが見たかの記録1件" in told
    assert "同意の記録1件" in told


def test_the_erasure_is_told_to_other_rooms_and_opens_no_door(lived: str) -> None:
    personal_data.erase_all(lived, timezone.now())
    names = list(OutboxEvent.objects.values_list("name", flat=True))
    assert [name for name in names if name.endswith(PersonErased.__name__)]
    asked = Request(
        organisation_id=CHOFU,
        client_id="chofu-core",
        subject_id=lived,
        purpose_id="childcare",
        attributes=("氏名",),
        basis=Basis.CONSENT,
    )
    assert disclose(asked, timezone.now()).values == ()
    assert people.find(staff(), CHOFU, name=PRIVATE[0], birth=desk_world.BORN) == ()
    again: dict[str, Any] = personal_data.erase_all(lived, timezone.now())
    assert again["people"].kept == ()
    assert journal.verify() == []


def staff() -> Actor:
    return Actor("worker", "職員", {CHOFU: frozenset({Role.CASEWORKER})})


def test_looking_at_what_would_stay_changes_no_word(lived: str) -> None:
    personal_data.preview_erasure(lived, timezone.now())
    opened = everything()
    assert [text for text in PRIVATE if text not in opened] == []
