"""Words that people and staff write about a person lie sealed, turn with the keys, and hold no individual number."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client as Browser
from django.utils import timezone

from madoguchi.apps.accounts.models import User
from madoguchi.apps.consents import disclosing, queries
from madoguchi.apps.consents.api import disclose, export
from madoguchi.apps.consents.contracts import Basis
from madoguchi.apps.consents.models import AccessEntry, AccessQuestion, BreakGlass, PreviewRequest
from madoguchi.apps.consents.services import clients, emergencies, previews, questions
from madoguchi.core import rotation, vault
from madoguchi.core.permissions import Role
from madoguchi.core.vault_models import VaultKey
from tests.consents import world
from tests.consents.opened import everything
from tests.consents.world import HERSELF, NOW, PERSON, Memory

pytestmark = pytest.mark.django_db
WORDS = {
    "question": "夫に住所を知られていませんか",
    "answer": "窓口の係が資格を確かめるために見ました",
    "reason": "階段から落ちて意識がないとの通報",
    "note": "通報者に電話して確かめた",
    "request": "保育の必要性を確かめるため",
    "case": "CASE-SECRET-77",
}


@pytest.fixture
def written(terms: Memory) -> dict[str, Any]:
    """Let everybody write once: question and answer, emergency and review, a request that waits."""
    entry = disclose(world.ask(), NOW)
    question = questions.ask(HERSELF, PERSON, entry.id, text=WORDS["question"], now=NOW)
    questions.answer(world.member("shinjuku", Role.AUDITOR), question.pk, text=WORDS["answer"], now=NOW)
    rescuer, auditor = world.member("shinjuku", Role.EMERGENCY), world.member("shinjuku", Role.AUDITOR)
    row = emergencies.open_emergency(rescuer, "shinjuku", "rescue.shinjuku", PERSON, reason=WORDS["reason"], now=NOW)
    emergencies.review(auditor, row.pk, outcome=BreakGlass.Outcome.JUSTIFIED, note=WORDS["note"], now=NOW)
    client, _ = clients.create(
        "shinjuku-childcare", organisation_id="shinjuku", name="保育", purposes=["childcare"], now=NOW
    )
    request = previews.ask(
        client,
        purpose_id="childcare",
        attributes=["氏名"],
        now=NOW,
        expected_subject=PERSON,
        reason=WORDS["request"],
        case_reference=WORDS["case"],
    )
    return {"question": question.pk, "emergency": row.pk, "request": request.pk}


def read(ids: dict[str, Any]) -> dict[str, str]:
    question = AccessQuestion.objects.get(pk=ids["question"])
    emergency = BreakGlass.objects.get(pk=ids["emergency"])
    request = PreviewRequest.objects.get(pk=ids["request"])
    return {
        "question": question.text,
        "answer": question.answer,
        "reason": emergency.reason,
        "note": emergency.review_note,
        "request": request.reason,
        "case": request.case_reference,
    }


def test_no_word_lies_in_clear_and_each_is_read_back(written: dict[str, Any]) -> None:
    assert read(written) == WORDS
    clear, opened = everything(opened=False), everything(opened=True)
    assert [name for name, text in WORDS.items() if text in clear or json.dumps(text) in clear] == []
    assert [name for name, text in WORDS.items() if text not in opened] == [], "the test opens what is sealed"


def test_a_rotation_seals_every_word_anew(written: dict[str, Any]) -> None:
    before = vault.sealer().key.id
    later = timezone.now() + 2 * rotation.GRACE
    rotation.rotate(now=later)
    after = vault.sealer().key.id
    assert after != before
    for model in (AccessQuestion, BreakGlass, PreviewRequest):
        assert set(model._default_manager.values_list("key_id", flat=True)) == {after}, model
    assert read(written) == WORDS
    rotation.rotate(now=later + 2 * rotation.GRACE)
    assert before not in VaultKey.objects.values_list("pk", flat=True), "the old key is gone, and nothing needed it"
    assert read(written) == WORDS


def test_words_open_in_no_other_row(written: dict[str, Any]) -> None:
    row = BreakGlass.objects.get(pk=written["emergency"])
    other = BreakGlass(pk="another", sealed=row.sealed, key_id=row.key_id)
    with pytest.raises(vault.Tampered):
        _ = other.reason


def test_an_individual_number_is_cut_out_of_everything_that_is_written(terms: Memory) -> None:
    written = "番号は１２３４ ５６７８ ９０１８です。電話は03-5320-1111、法人番号は8000020130001"
    entry = disclose(world.ask_by_law(reason=written), timezone.now())
    question = questions.ask(HERSELF, PERSON, entry.id, text=written, now=timezone.now())
    for text in (AccessEntry.objects.get().reason, AccessQuestion.objects.get(pk=question.pk).text):
        assert "9018" not in text
        assert "９０１８" not in text
        assert "消しました" in text
        assert "03-5320-1111" in text
        assert "8000020130001" in text, "a corporate number is no individual number"
    assert world.ask_by_law(reason="第１号").reason == "第１号", "what holds none stays as it was written"


def test_the_log_holds_no_reason_of_an_emergency_but_the_person_reads_it(terms: Memory) -> None:
    user = User.objects.create(username="hanako", display_name="東京 花子", kind="resident")
    terms.accounts[str(user.pk)] = PERSON
    rescuer, now = world.member("shinjuku", Role.EMERGENCY), timezone.now()
    row = emergencies.open_emergency(rescuer, "shinjuku", "rescue.shinjuku", PERSON, reason=WORDS["reason"], now=now)
    asked = world.ask(
        purpose_id="rescue",
        attributes=("氏名",),
        basis=Basis.BREAK_GLASS,
        actor=rescuer,
        case_reference=row.pk,
        reason=WORDS["reason"],
    )
    entry = disclose(asked, now)
    assert entry.values
    assert AccessEntry.objects.get().reason == ""
    browser = Browser()
    browser.force_login(user)
    assert WORDS["reason"] in browser.get(f"/me/access/{entry.id}/").content.decode()
    assert [item["reason"] for item in export(PERSON)["emergencies"]] == [WORDS["reason"]]
    AccessEntry.objects.update(hidden_until=now + timedelta(days=1))
    assert "emergencies" not in export(PERSON), "what a law hides from the person is in no file either"


def test_the_reason_of_a_collected_request_is_read_where_it_was_written(written: dict[str, Any]) -> None:
    request = PreviewRequest.objects.get(pk=written["request"])
    seen = previews.look(request, PERSON, NOW)
    marks = {fact.attribute: disclosing.seen_mark(request.pk, fact) for fact in seen.facts}
    previews.approve(request, PERSON, marks, actor=HERSELF, now=NOW)
    asked = world.ask(attributes=("氏名",), client_id=request.client_id)
    entry_id = disclosing.disclose(asked, NOW, extra=disclosing.Extra(preview_id=request.pk)).id
    entry = AccessEntry.objects.get(pk=entry_id)
    assert (entry.reason, queries.written_reason(entry)) == ("", WORDS["request"])
