"""What the room keeps of a person: handing it out, erasing it, sealing it anew; who is eligible; what a pack may say."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings
from django_tasks_db.models import DBTaskResult

from madoguchi.apps.benefits import pack, personal, sealing, services, tasks
from madoguchi.apps.benefits import residence as door
from madoguchi.apps.benefits.contracts import BenefitScheme, RunState
from madoguchi.apps.benefits.errors import Refusal, Refused
from madoguchi.apps.benefits.models import FilePart, Invitation, Payment, Recipient, Run, Scheme
from madoguchi.apps.benefits.services import refreshing
from madoguchi.core import rotation, vault
from madoguchi.core.models import AuditEntry, OutboxEvent
from madoguchi.core.permissions import SYSTEM, NotPermitted

from .conftest import (
    FOREIGN,
    NOW,
    PREPARER,
    SCHEME,
    answer,
    calculated,
    drafted,
    enrol,
    exported,
    load_scheme,
    residence,
    sent,
)

pytestmark = pytest.mark.django_db


def test_the_payee_gets_everything_the_child_no_account(scheme: Scheme) -> None:
    services.list_eligible(SYSTEM, SCHEME, ["a"], source="register", now=NOW)
    enrol("a", payee="p", number=1_234_567)
    run = sent()
    services.settle(PREPARER, str(run.pk), answer(run), now=NOW)
    to_payee, to_child = personal.export("p"), personal.export("a")
    assert to_payee["benefits"][0]["account"][3] == "1234567"
    assert to_payee["payments"] == [
        {
            "scheme": SCHEME,
            "transfer_on": "2026-08-15",
            "months": ["2026-04", "2026-05", "2026-06", "2026-07"],
            "yen": 20_000,
            "state": "paid",
        }
    ]
    assert "account" not in to_child["benefits"][0]
    assert to_child["benefits"][0]["born"] == "2020-06-15"
    assert to_child["invitations"][0]["state"] == "decided"
    assert personal.export("nobody") == {}


def test_erasing_removes_the_account_and_stops_payments(scheme: Scheme) -> None:
    enrol("a", payee="p")
    run = sent()
    services.settle(PREPARER, str(run.pk), answer(run), now=NOW)
    result = personal.erase("p", NOW)
    row, payment = Recipient.objects.get(), Payment.objects.get()
    assert (row.state, row.sealed, payment.sealed) == ("stopped", None, None)
    assert payment.amount_yen == 20_000
    assert "地方自治法" in result.kept[0]
    assert calculated(12).payments_count == 0
    assert services.correct_account(SYSTEM, "p", account_of(), scheme_id=SCHEME) == 0
    assert services.take_back("case-a") == 1


def account_of() -> Any:
    from .conftest import account

    return account(9)


def test_an_account_that_the_bank_needs_stays_until_it_has_answered(scheme: Scheme) -> None:
    enrol("a", payee="p")
    run = exported()
    result = personal.erase("a", NOW)
    assert Payment.objects.get().sealed is not None
    assert any("口座" in line and "1件" in line for line in result.kept)
    services.mark_sent(PREPARER, str(run.pk), now=NOW)
    services.settle(PREPARER, str(run.pk), answer(run), now=NOW)
    personal.erase("a", NOW)
    assert Payment.objects.get().sealed is None
    assert not Invitation.objects.exists()


def test_everything_sealed_takes_part_in_a_rotation(scheme: Scheme) -> None:
    enrol("a", number=1_234_567)
    run = exported()
    before = services.file_of(PREPARER, str(run.pk))[1]
    old = {row.key_id for row in (Recipient.objects.get(), Run.objects.get(), FilePart.objects.get())}
    old.add(Payment.objects.get().key_id or 0)
    rotation.rotate(now=NOW)
    vault.forget_opened()
    fresh = {row.key_id for row in (Recipient.objects.get(), Run.objects.get(), FilePart.objects.get())}
    fresh.add(Payment.objects.get().key_id or 0)
    assert not old & fresh
    assert services.file_of(PREPARER, str(run.pk))[1] == before
    content = sealing.content_of(Recipient.objects.get())
    assert content is not None
    assert content[0] is not None
    assert content[0].number == "1234567"


def test_a_sealed_account_opens_only_in_its_own_row(scheme: Scheme) -> None:
    enrol("a")
    enrol("b")
    first, second = Recipient.objects.order_by("pk")
    first.sealed = second.sealed
    with pytest.raises(vault.VaultError):
        sealing.content_of(first)


def test_the_eligible_are_listed_once_in_batches(scheme: Scheme, monkeypatch: pytest.MonkeyPatch) -> None:
    from madoguchi.apps.benefits.services import eligible

    monkeypatch.setattr(eligible, "BATCH", 3)
    people = [f"child-{number}" for number in range(8)]
    lines = [*(f" {name}\n" for name in people), "", "child-1\n"]
    assert services.list_eligible(PREPARER, SCHEME, lines, source="register", now=NOW) == (8, 1)
    assert services.list_eligible(PREPARER, SCHEME, people, source="matching", now=NOW) == (0, 8)
    assert set(Invitation.objects.values_list("source", flat=True)) == {"register"}
    assert services.invite(PREPARER, SCHEME, now=NOW, most=5) == 5
    assert services.invite(PREPARER, SCHEME, now=NOW) == 3
    assert services.invite(PREPARER, SCHEME, now=NOW) == 0
    told = [
        name for event in OutboxEvent.objects.filter(name="InvitationsMade") for name in event.payload["subject_ids"]
    ]
    assert sorted(told) == people
    assert AuditEntry.objects.filter(action="benefit.invite").count() == 2


def test_who_is_listed_never_moves_back(scheme: Scheme) -> None:
    assert services.note_application("tokyo-018-newborn", ["a", "a"], "case-a", now=NOW) == 1
    assert services.note_application("tokyo-018", ["a"], "case-b", now=NOW) == 0
    assert services.note_application("unknown", ["a"], "case-b", now=NOW) == 0
    enrol("a")
    assert services.note_application("tokyo-018", ["a"], "case-c", now=NOW) == 0
    row = Invitation.objects.get()
    assert (row.state, row.source) == ("decided", "application")


def test_another_organisation_lists_and_invites_nobody(scheme: Scheme) -> None:
    with pytest.raises(NotPermitted):
        services.list_eligible(FOREIGN, SCHEME, ["a"], source="register", now=NOW)
    with pytest.raises(NotPermitted):
        services.invite(FOREIGN, SCHEME, now=NOW)
    with pytest.raises(Refused) as caught:
        services.invite(PREPARER, "no-such-scheme", now=NOW)
    assert caught.value.reason is Refusal.NOT_FOUND


def test_a_job_works_in_slices_and_ends_once(scheme: Scheme, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(7):
        enrol(f"child-{number}", told=residence(as_of=date(2026, 8, 2)))
    run = drafted()
    asked: list[str] = []
    monkeypatch.setattr(door, "_sources", [Asked(asked)])
    monkeypatch.setattr(refreshing, "BATCH", 3)
    monkeypatch.setattr(tasks, "SLICE_SECONDS", 1e-9)
    assert tasks.calculate.call(str(run.pk)) == 0
    assert (asked, queued()) == ([], [[str(run.pk), 0]])
    monkeypatch.setattr(tasks, "SLICE_SECONDS", 20.0)
    assert tasks.calculate.call(str(run.pk), 0) == 7
    assert sorted(asked) == [f"child-{number}" for number in range(7)]
    assert tasks.calculate.call(str(run.pk), 0) == 7
    assert (len(asked), len(queued())) == (7, 1)
    assert tasks.calculate.call("00000000-0000-4000-8000-000000000000") == 0
    assert Run.objects.get().state == RunState.CALCULATED


class Asked:
    """A register that tells nothing and notes for whom it was asked."""

    def __init__(self, asked: list[str]) -> None:
        self.asked = asked

    def residence_of(self, terms: BenefitScheme, subject_id: str, **_: object) -> None:
        self.asked.append(subject_id)


def queued() -> list[Any]:
    """Return with what the next slices will be called."""
    return [row.args_kwargs["args"] for row in DBTaskResult.objects.all()]


def test_a_run_that_is_cancelled_while_it_waits_is_left_alone(scheme: Scheme) -> None:
    enrol("a")
    run = drafted()
    services.cancel(PREPARER, str(run.pk), now=NOW)
    assert tasks.calculate.call(str(run.pk)) == 0
    assert not Payment.objects.exists()


def folder_with(tmp_path: Path, **changes: Any) -> Path:
    source = Path(settings.PACK_DIR)
    data = yaml.safe_load((source / "benefits.yaml").read_text(encoding="utf-8"))
    data["schemes"][0].update(changes)
    more = data["schemes"][0].pop("more", None)
    data["schemes"] += [{**data["schemes"][0], **more}] if more else []
    for name in ("source",):
        for item in data["schemes"]:
            item[name] = {key: str(value) for key, value in item[name].items()}
    (tmp_path / "benefits.yaml").write_text(yaml.safe_dump(data, allow_unicode=True), encoding="utf-8")
    (tmp_path / "organisations.yaml").write_text(
        (source / "organisations.yaml").read_text(encoding="utf-8"), encoding="utf-8"
    )
    return tmp_path


PAYER = {
    "originator_code": "9999999999", "originator_name": "ﾐﾎﾝ", "bank_code": "9999", "bank_name": "ﾐﾎﾝ",
    "branch_code": "999", "branch_name": "ﾎﾝﾃﾝ", "kind": "1", "number": "9999999",
}  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"organisation": "nowhere"}, "organisation"),
        ({"payer": {**PAYER, "bank_code": "銀行"}}, "payer"),
        ({"payer": {**PAYER, "originator_name": "見本"}}, "payer"),
        ({"months": {"residence_day": 31, "last": "none"}}, "months"),
        ({"months": {"residence_day": 1, "last": "whenever"}}, "months"),
        ({"payment_months": {"8": [4, 5], "12": [5]}}, "payment_months"),
        ({"purpose": None}, ""),
        ({"yen_per_month": 0}, ""),
        ({"procedures": []}, ""),
        ({"more": {"id": "second"}}, "procedures"),
        ({"more": {"procedures": ["another"]}}, "id"),
    ],
)
def test_a_wrong_scheme_is_refused_with_its_place(tmp_path: Path, changes: dict[str, Any], place: str) -> None:
    found = pack.check(folder_with(tmp_path, **changes))
    assert found
    assert not place or place in {error.field for error in found}
    assert all(error.message and error.remedy for error in found)


def test_the_scheme_of_tokyo_is_sound_and_a_pack_without_schemes_too(tmp_path: Path) -> None:
    assert pack.check(Path(settings.PACK_DIR)) == []
    assert pack.check(folder_with(tmp_path)) == []
    assert pack.check(tmp_path / "nothing") == []


def test_loading_twice_changes_nothing(scheme: Scheme) -> None:
    load_scheme()
    assert Scheme.objects.count() == 1
    assert Scheme.objects.get().terms.procedures == ("tokyo-018", "tokyo-018-newborn")
    assert Scheme.objects.get().terms.starts <= (date(2026, 1, 1).year, 1)
