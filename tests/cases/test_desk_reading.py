"""What officers read in a case: files, what is left after the retention, the trace of every reading; who may work at all."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from madoguchi.apps.accounts import api as accounts
from madoguchi.apps.accounts.models import User
from madoguchi.apps.cases.models import Case
from madoguchi.apps.cases.services.closing import erase_words
from madoguchi.apps.files import api as files
from madoguchi.core.models import AuditEntry
from madoguchi.core.permissions import Actor, Permission, Role
from tests.cases import desk_world as desk
from tests.cases.desk_world import PERSON, at, enter, open_one, words
from tests.files.samples import png

pytestmark = pytest.mark.django_db


def test_a_file_is_handed_out_to_its_own_office_only_and_the_reading_is_recorded(
    people: dict[str, User], examiner: Client
) -> None:
    ref, other = open_one("a"), open_one("b")
    upload = SimpleUploadedFile("領収書.png", png(), content_type="image/png")
    kept = files.receive(
        upload,
        owner=files.Owner(files.OwnerKind.CASE, ref.id),
        subject_id=PERSON.subject_id,
        document="income_certificate",
        accepts=["image"],
        actor=Actor(PERSON.account_id, ""),
        now=timezone.now(),
    )
    page = words(examiner.get(at(ref)))
    assert "領収書.png" in page
    assert "所得の証明" in page
    before = AuditEntry.objects.filter(action="file.read").count()
    answer = examiner.get(at(ref, f"files/{kept.id}/"))
    assert answer.content == png()
    assert answer["Content-Disposition"].startswith("attachment")
    assert AuditEntry.objects.filter(action="file.read").count() == before + 1
    assert examiner.get(at(other, f"files/{kept.id}/")).status_code == 404
    assert enter(people["stranger"]).get(at(ref, f"files/{kept.id}/")).status_code == 404
    assert "領収書.png" in words(examiner.get(at(ref, "correction/")))


def test_a_case_whose_words_are_gone_still_shows_what_happened(people: dict[str, User], examiner: Client) -> None:
    ref = open_one("a")
    desk.notified(ref, people["examiner"], people["decider"])
    erase_words(Case.objects.get(pk=ref.id))
    for part in ("", "correction/", "decision/", "objection/"):
        assert examiner.get(at(ref, part)).status_code == 200
    page = words(examiner.get(at(ref)))
    assert "保存の期間が終わったので、内容は消えています" in page
    assert "調布 花子" not in page
    assert "結果を通知しました" in page


def test_every_reading_of_a_case_is_recorded(people: dict[str, User], examiner: Client) -> None:
    ref = open_one("a")
    examiner.get(at(ref))
    rows = AuditEntry.objects.filter(action="case.read", object_id=ref.id, actor_id=str(people["examiner"].pk))
    assert {json.loads(bytes(row.payload))["detail"]["what"] for row in rows} >= {"case", "answers"}


def test_staff_who_may_work_are_listed_by_name(people: dict[str, User]) -> None:
    desk.officer("reader", "あ 読む人", Role.READER)
    closed = desk.officer("closed", "い 辞めた人", Role.EXAMINER)
    closed.is_active = False
    closed.save()
    accounts.ensure_staff(
        username="both", display_name="両方", password="a long sample password",
        roles={desk.CHOFU: {Role.EXAMINER, Role.DECIDER}},
    )  # fmt: skip
    found = accounts.staff_of(desk.CHOFU, Permission.WORK_CASES)
    assert sorted(name for _key, name in found) == sorted(["両方", "審査 一郎", "決裁 三郎", "決裁 二郎"])
    assert [name for _key, name in accounts.staff_of(desk.OTHER, Permission.ASSIGN_CASES)] == ["板橋 四郎"]
