"""The one door: exactly what is open leaves, every look is logged, and without the log nothing leaves."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection

from madoguchi.apps.consents import journal, revisions
from madoguchi.apps.consents.api import Basis, disclose
from madoguchi.apps.consents.models import AccessEntry, ConsentRecord, DataAgreement, Revision
from madoguchi.apps.consents.services import consent, emergencies
from madoguchi.apps.consents.services import terms as terms_service
from madoguchi.core import audit, rotation
from madoguchi.core.models import AuditEntry, OutboxEvent
from madoguchi.core.permissions import NotPermitted, Role
from tests.consents.world import (
    ATTRIBUTES,
    HERSELF,
    NOW,
    OTHER,
    PERSON,
    Memory,
    agreement,
    ask,
    ask_by_law,
    given,
    grant,
    held_back,
    law,
    member,
    revision_hash,
    withdraw,
)

pytestmark = pytest.mark.django_db


def test_without_a_consent_nothing_leaves_and_the_attempt_is_logged(terms: Memory) -> None:
    answer = disclose(ask(), NOW)
    assert given(answer) == {}
    assert set(held_back(answer).values()) == {"no_consent"}
    assert terms.asked == []
    entry = AccessEntry.objects.get()
    assert (entry.id, entry.result, entry.client_id) == (answer.id, "withheld", "shinjuku-childcare")


def test_a_consent_opens_exactly_the_attributes_that_were_ticked(terms: Memory) -> None:
    grant(attributes=["氏名", "所得"])
    answer = disclose(ask(attributes=("所得", "氏名", "住所")), NOW)
    assert given(answer) == {"所得": 3_200_000, "氏名": "東京 花子"}
    assert held_back(answer) == {"住所": "no_consent"}
    assert terms.asked == [("所得", "氏名")], "the source is asked only for what is open"
    assert answer.retention_days == 365
    fact = answer.values[0]
    assert (fact.source, fact.verified, str(fact.as_of)) == ("住民基本台帳", True, "2026-11-01")


def test_what_people_least_want_to_give_is_off_unless_they_tick_it(terms: Memory) -> None:
    grant()
    assert held_back(disclose(ask(), NOW)) == {"口座・カード番号": "no_consent"}
    grant(attributes=ATTRIBUTES)
    assert given(disclose(ask(), NOW))["口座・カード番号"] == "0001-001-1234567"


def test_a_consent_of_one_person_opens_nothing_of_another(terms: Memory) -> None:
    grant()
    assert not given(disclose(ask(subject_id=OTHER), NOW))


def test_a_consent_for_one_organisation_or_purpose_opens_nothing_for_another(terms: Memory) -> None:
    grant()
    assert held_back(disclose(ask(organisation_id="nenkin"), NOW)) == dict.fromkeys(ATTRIBUTES, "no_agreement")
    assert held_back(disclose(ask(purpose_id="pension"), NOW)) == dict.fromkeys(ATTRIBUTES, "no_agreement")


def test_an_attribute_outside_the_agreement_never_leaves(terms: Memory) -> None:
    terms.put(PERSON, 病歴="secret")
    grant()
    assert held_back(disclose(ask(attributes=("氏名", "病歴")), NOW)) == {"病歴": "not_in_agreement"}


def test_withdrawing_shuts_the_door_at_once_and_the_reason_does_not_tell_it(terms: Memory) -> None:
    grant()
    assert withdraw() == 1
    assert set(held_back(disclose(ask(), NOW)).values()) == {"no_consent"}
    assert withdraw() == 0, "withdrawing twice does nothing more"


def test_a_consent_ends_with_its_time(terms: Memory) -> None:
    record = grant()
    last = record.valid_until - timedelta(microseconds=1)
    assert given(disclose(ask(), last))
    assert not given(disclose(ask(), record.valid_until))


def test_a_revised_agreement_needs_a_new_consent(terms: Memory) -> None:
    old = revision_hash()
    grant()
    assert terms_service.put_agreements([agreement(retention_days=9)], now=NOW)["revised"] == 1
    assert not given(disclose(ask(), NOW))
    with pytest.raises(consent.TermsChanged):
        consent.grant(PERSON, "childcare.shinjuku", actor=HERSELF, now=NOW, seen_hash=old)
    consent.grant(PERSON, "childcare.shinjuku", actor=HERSELF, now=NOW, seen_hash=revision_hash())
    assert given(disclose(ask(), NOW))
    assert ConsentRecord.objects.count() == 2


def test_loading_the_same_terms_again_changes_nothing(terms: Memory) -> None:
    grant()
    assert terms_service.put_agreements([agreement(), law()], now=NOW) == {"unchanged": 2}
    assert given(disclose(ask(), NOW))


def test_a_retired_agreement_opens_nothing(terms: Memory) -> None:
    grant()
    terms_service.put_agreements([agreement(active=False)], now=NOW)
    assert set(held_back(disclose(ask(), NOW)).values()) == {"no_agreement"}


def test_a_consent_record_that_was_tampered_with_opens_nothing(terms: Memory) -> None:
    grant()
    ConsentRecord.objects.update(revision_hash="0" * 64)
    assert not given(disclose(ask(), NOW))


def test_a_law_opens_what_its_agreement_names_for_a_case(terms: Memory) -> None:
    assert given(disclose(ask_by_law(), NOW)) == {"氏名": "東京 花子", "所得": 3_200_000}
    assert set(held_back(disclose(ask_by_law(case_reference=""), NOW)).values()) == {"case_required"}
    assert held_back(disclose(ask_by_law(attributes=("生年月日",)), NOW)) == {"生年月日": "not_in_agreement"}


def test_a_purpose_by_consent_is_not_opened_by_naming_a_law(terms: Memory) -> None:
    asked = ask(basis=Basis.LAW, case_reference="X")
    assert set(held_back(disclose(asked, NOW)).values()) == {"no_agreement"}


def test_unknown_subjects_and_unknown_facts_are_not_available(terms: Memory) -> None:
    del terms.facts[PERSON]["所得"]
    assert held_back(disclose(ask_by_law(), NOW)) == {"所得": "not_available"}
    assert set(held_back(disclose(ask_by_law(subject_id="nobody"), NOW)).values()) == {"not_available"}


def test_a_protected_person_is_withheld_and_nothing_outside_tells_that_she_is_protected(terms: Memory) -> None:
    grant()
    terms.protected.add(PERSON)
    by_consent, by_law = disclose(ask(), NOW), disclose(ask_by_law(), NOW)
    assert set(held_back(by_consent).values()) == {"no_consent"}
    assert set(held_back(by_law).values()) == {"not_available"}
    assert {reason for entry in AccessEntry.objects.all() for _, reason in entry.withheld} >= {"protected"}


def test_staff_need_the_permission_to_read_people(terms: Memory) -> None:
    grant()
    caseworker = member("shinjuku", Role.CASEWORKER)
    assert given(disclose(ask(actor=caseworker), NOW))
    assert AccessEntry.objects.get().actor_id == caseworker.id
    for stranger in (member("shinjuku", Role.READER), member("nenkin", Role.CASEWORKER)):
        with pytest.raises(NotPermitted):
            disclose(ask(actor=stranger), NOW)
    assert AccessEntry.objects.count() == 1


def test_facts_of_businesses_need_the_permission_for_businesses(terms: Memory) -> None:
    consent.grant(PERSON, "grant.shinjuku", actor=HERSELF, now=NOW)
    wanted: dict[str, Any] = {"purpose_id": "grant", "attributes": ("氏名",)}
    assert given(disclose(ask(actor=member("shinjuku", Role.BUSINESS_REVIEWER), **wanted), NOW))
    with pytest.raises(NotPermitted):
        disclose(ask(actor=member("shinjuku", Role.CASEWORKER), **wanted), NOW)


def test_a_request_names_a_client_or_staff_and_at_least_one_attribute() -> None:
    with pytest.raises(ValueError, match="exactly one"):
        ask(client_id="")
    with pytest.raises(ValueError, match="1 to 50"):
        ask(attributes=())


def test_break_glass_opens_for_half_an_hour_for_its_opener_only(terms: Memory) -> None:
    rescuer, colleague = member("shinjuku", Role.EMERGENCY), member("shinjuku", Role.EMERGENCY, Role.READER)
    asked: dict[str, Any] = {"purpose_id": "rescue", "basis": Basis.BREAK_GLASS, "attributes": ("氏名", "所得")}
    assert held_back(disclose(ask(actor=rescuer, **asked), NOW))["氏名"] == "no_emergency"
    emergencies.open_emergency(
        rescuer, "shinjuku", "rescue.shinjuku", PERSON, reason="応答がなく倒れている疑い", now=NOW
    )
    terms.protected.add(PERSON)
    answer = disclose(ask(actor=rescuer, **asked), NOW)
    assert given(answer) == {"氏名": "東京 花子"}
    assert held_back(answer) == {"所得": "not_in_agreement"}
    assert not given(disclose(ask(actor=colleague, **asked), NOW))
    assert not given(disclose(ask(actor=rescuer, subject_id=OTHER, **asked), NOW))
    assert not given(disclose(ask(actor=rescuer, **asked), NOW + emergencies.LIFE))
    assert OutboxEvent.objects.filter(name="BreakGlassUsed").count() == 1


def test_a_reviewed_emergency_is_shut_and_nobody_reviews_her_own(terms: Memory) -> None:
    both = member("shinjuku", Role.EMERGENCY, Role.AUDITOR)
    row = emergencies.open_emergency(
        both, "shinjuku", "rescue.shinjuku", PERSON, reason="火災で連絡がつかない", now=NOW
    )
    again = emergencies.open_emergency(
        both, "shinjuku", "rescue.shinjuku", PERSON, reason="火災で連絡がつかない", now=NOW
    )
    assert row.pk == again.pk
    outcome = row.Outcome.JUSTIFIED
    with pytest.raises(NotPermitted):
        emergencies.review(both, row.pk, outcome=outcome, note="自分で", now=NOW)
    with pytest.raises(NotPermitted):
        emergencies.review(member("nenkin", Role.AUDITOR), row.pk, outcome=outcome, note="よそ", now=NOW)
    emergencies.review(member("shinjuku", Role.AUDITOR), row.pk, outcome=outcome, note="通報記録と一致", now=NOW)
    asked = ask(actor=both, purpose_id="rescue", basis=Basis.BREAK_GLASS, attributes=("氏名",))
    assert not given(disclose(asked, NOW))


def test_an_emergency_needs_a_reason(terms: Memory) -> None:
    with pytest.raises(emergencies.EmergencyInvalid, match="too short"):
        emergencies.open_emergency(
            member("shinjuku", Role.EMERGENCY), "shinjuku", "rescue.shinjuku", PERSON, reason="急ぎ", now=NOW
        )


def test_the_entry_says_who_what_why_and_the_audit_row_holds_its_hash_but_no_personal_data(terms: Memory) -> None:
    record = grant(attributes=["氏名"])
    answer = disclose(ask(case_reference="C-1", reason="入所の審査", attributes=("氏名", "住所")), NOW)
    entry = AccessEntry.objects.get(pk=answer.id)
    assert (entry.disclosed, entry.withheld) == (["氏名"], [["住所", "no_consent"]])
    assert (entry.consent_id, entry.revision_hash) == (record.pk, revision_hash())
    assert (entry.case_reference, entry.reason, entry.basis) == ("C-1", "入所の審査", "consent")
    row = AuditEntry.objects.get(pk=entry.audit_id)
    assert (row.action, row.object_id, row.actor_id) == ("facts.disclose", answer.id, "client:shinjuku-childcare")
    assert PERSON not in bytes(row.payload).decode()
    assert "C-1" not in bytes(row.payload).decode()


def test_the_audit_row_of_the_door_has_the_form_of_every_audit_row(terms: Memory) -> None:
    disclose(ask(), NOW)
    audit.record(actor=HERSELF, organisation_id="", action="x", object_kind="y", object_id="z")
    door, other = (json.loads(bytes(row.payload)) for row in AuditEntry.objects.order_by("-id")[:2])
    assert set(door) == set(other)
    assert audit.verify().problems == ()
    rows = AuditEntry.objects.order_by("-id")[:2]
    assert len({row.transaction for row in rows}) == 1, "both carry the transaction they were written in"


def test_an_edited_or_removed_log_entry_is_found(terms: Memory) -> None:
    first, second = disclose(ask(), NOW), disclose(ask_by_law(), NOW)
    assert journal.verify() == []
    AccessEntry.objects.filter(pk=first.id).update(purpose_id="changed")
    AccessEntry.objects.filter(pk=second.id).delete()
    assert [problem.split(": ")[1] for problem in journal.verify()] == [
        "the entry differs from its audit row",
        "the entry was removed",
    ]
    assert set(journal.verify()) <= set(audit.verify().problems), "audit verify tells it, too"


@pytest.mark.parametrize("changed", ["removed", "of another entry", "spoilt"])
def test_exchanged_or_spoilt_words_of_the_log_are_found(terms: Memory, changed: str) -> None:
    first, other = (disclose(ask(reason=words), NOW) for words in ("面談のため", "別の理由"))
    foreign = AccessEntry.objects.get(pk=other.id)
    new = {"removed": None, "of another entry": foreign.sealed, "spoilt": bytes(foreign.sealed or b"")[:-1] + b"x"}
    AccessEntry.objects.filter(pk=first.id).update(sealed=new[changed])
    assert journal.verify() == [f"access {first.id}: the entry differs from its audit row"]


def test_words_of_the_log_stay_whole_through_a_rotation_of_keys(terms: Memory) -> None:
    made = disclose(ask(reason="面談のため", case_reference="C-9"), NOW)
    rotation.rotate(now=NOW)
    entry = AccessEntry.objects.get(pk=made.id)
    assert (entry.case_reference, entry.reason) == ("C-9", "面談のため")
    assert journal.verify() == []


def test_if_the_log_cannot_be_written_nothing_is_disclosed(terms: Memory) -> None:
    grant()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'full'; END $$;"
                "CREATE TRIGGER full_disk BEFORE INSERT ON consents_accessentry "
                "FOR EACH ROW EXECUTE FUNCTION full_disk()"
            )
        else:
            cursor.execute(
                "CREATE TRIGGER full_disk BEFORE INSERT ON consents_accessentry BEGIN SELECT RAISE(ABORT, 'full'); END"
            )
    rows = AuditEntry.objects.count()
    with pytest.raises(DatabaseError):
        disclose(ask(), NOW)
    assert AuditEntry.objects.count() == rows, "the audit row went with it"


def test_revisions_are_chained_and_an_edited_snapshot_is_found(terms: Memory) -> None:
    grant()
    withdraw()
    assert revisions.verify() == []
    chain = Revision.objects.filter(schema_name="ConsentRecord").order_by("number")
    assert [json.loads(bytes(row.snapshot))["state"] for row in chain] == ["granted", "withdrawn"]
    assert chain[1].predecessor_hash == chain[0].hash
    Revision.objects.filter(pk=chain[0].pk).update(snapshot=b'{"state":"refused"}')
    assert len(revisions.verify()) == 1
    assert "edited" in revisions.verify()[0]
    Revision.objects.filter(schema_name="DataAgreement").update(number=5)
    assert any("removed" in problem for problem in revisions.verify())


def test_a_decision_sent_twice_is_one_decision(terms: Memory) -> None:
    first, second = grant(), grant()
    assert first.own_revision_id == second.own_revision_id
    consent.refuse(PERSON, "childcare.shinjuku", actor=HERSELF, now=NOW)
    consent.refuse(PERSON, "childcare.shinjuku", actor=HERSELF, now=NOW)
    assert OutboxEvent.objects.filter(name="ConsentChanged").count() == 2
    assert ConsentRecord.objects.get().state == "refused"


def test_one_cannot_consent_to_what_was_not_asked(terms: Memory) -> None:
    for agreement_id, chosen in (
        ("childcare.shinjuku", ["病歴"]),
        ("childcare.shinjuku", []),
        ("pension.nenkin", None),
    ):
        with pytest.raises(consent.NotAgreeable):
            consent.grant(PERSON, agreement_id, actor=HERSELF, now=NOW, attributes=chosen)
    assert not ConsentRecord.objects.exists()


def test_terms_are_revised_only_by_those_who_may(terms: Memory) -> None:
    changed = agreement(retention_days=1)
    for stranger in (member("shinjuku", Role.CASEWORKER), member("nenkin", Role.ADMINISTRATOR)):
        with pytest.raises(NotPermitted):
            terms_service.revise(stranger, changed, now=NOW)
    stolen = law(organisation="shinjuku", purpose="rescue")
    with pytest.raises(NotPermitted):
        terms_service.revise(member("shinjuku", Role.ADMINISTRATOR), stolen, now=NOW)
    assert terms_service.revise(member("shinjuku", Role.ADMINISTRATOR), changed, now=NOW) == "revised"
    assert DataAgreement.objects.get(pk="childcare.shinjuku").retention_days == 1
