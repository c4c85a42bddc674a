"""Hostile uploads through the pages, and hostile things done to drafts that began, were sent or belong to a stranger."""

import html
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from madoguchi.apps.applications.models import Draft, Receipt
from madoguchi.apps.applications.services import settling
from madoguchi.apps.cases.models import ActionWords, Case
from madoguchi.apps.files import api as files
from tests.applications import hostile_world as hostile
from tests.applications.hostile_world import ANSWERS, OTHERS_WORDS, SECRET_FILE, Stage, multipart, words
from tests.applications.world import NOW, Family
from tests.files.samples import ELF, image, object_stream, pdf, png, workbook
from tests.files.world import send as send_file

pytestmark = pytest.mark.django_db
CERTIFICATE, CARD = "income_certificate", "health_insurance_card"
PROGRAM = "プログラムのファイルは、安全のため受け取れません"
MARKUP = "ウェブページや図形（HTML、SVG、XML）のファイルは、安全のため受け取れません"
ATTACHED = "ファイルの前か後ろに、別のデータがついています"
ACTIVE = "このPDFには、開くと動く命令が入っています"
SCRIPT = pdf(b"<</S/JavaScript/JS(app.alert(1))>>")


@pytest.fixture
def stage(hanako: Family, browser: Client) -> Stage:
    return hostile.stage(hanako, browser)


def picture(name: str = "a.png", data: bytes | None = None) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, png() if data is None else data, content_type="image/png")


def owned(stage: Stage) -> tuple[files.FileRef, ...]:
    return files.refs(files.Owner("draft", stage.draft))


UPLOADS: dict[str, tuple[str, str, bytes | Callable[[], bytes], str]] = {
    "zip bomb as a workbook": (
        CARD, "a.xlsx", lambda: workbook({"xl/worksheets/sheet2.xml": bytes(40 << 20)}), "開くと大きくなりすぎます"),
    "bomb inside a pdf": (
        CERTIFICATE, "a.pdf",
        lambda: pdf(object_stream(bytes(90 << 20))), "開くと大きくなりすぎます"),
    "pdf that is also a page": (CERTIFICATE, "a.pdf", pdf() + b"<script>alert(1)</script>", ATTACHED),
    "picture that is also an archive": (CERTIFICATE, "a.jpg", image("JPEG") + b"PK\x03\x04" + bytes(40), ATTACHED),
    "pdf with a script": (CERTIFICATE, "a.pdf", SCRIPT, ACTIVE),
    "pdf with a script in a packed part": (
        CERTIFICATE, "a.pdf", pdf(object_stream(b"<</S/JavaScript/JS(app.alert(1))>>")), ACTIVE),
    "pdf with a file inside": (
        CERTIFICATE, "a.pdf", pdf(catalogue=b"/Names<</EmbeddedFiles 4 0 R>>"), "このPDFの中に、別のファイルが入っています"),
    "pdf with a password": (CERTIFICATE, "a.pdf", pdf(trailer=b"/Encrypt 5 0 R"), "パスワードがかかったファイル"),
    "svg as a picture": (CERTIFICATE, "a.png", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", MARKUP),
    "page as a pdf": (CERTIFICATE, "a.pdf", b"<!DOCTYPE html><script>alert(1)</script>", MARKUP),
    "windows program as a picture": (CERTIFICATE, "a.jpg", b"MZ\x90\0" + bytes(99), PROGRAM),
    "linux program as a pdf": (CERTIFICATE, "a.pdf", ELF, PROGRAM),
    "workbook with macros": (CARD, "a.xlsx", workbook({"xl/vbaProject.bin": b"x"}), "マクロ"),
    "workbook with a path upwards": (CARD, "a.xlsx", workbook({"../../etc/cron.d/a": "x"}), "ファイルがこわれています"),
    "archive": (CERTIFICATE, "a.zip", b"PK\x05\x06" + bytes(18), "まとめて圧縮したファイルは受け取れません"),
    "workbook where a picture is asked": (CERTIFICATE, "a.png", workbook(), "ここではExcel"),
    "picture where a workbook is asked": (CARD, "a.xlsx", png(), "ここでは画像"),
    "picture of a billion pixels": (CERTIFICATE, "a.png", png(100_000, 100_000), "画像の縦と横が大きすぎます"),
    "empty file": (CERTIFICATE, "a.pdf", b"", "ファイルの中身がありません"),
    "file over the limit": (CERTIFICATE, "a.pdf", lambda: b"%PDF-" + bytes(10 << 20), "ファイルが大きすぎます"),
    "random bytes": (CERTIFICATE, "a.pdf", bytes(range(255, 0, -1)) * 9, "ファイルの種類がわかりませんでした"),
}  # fmt: skip


@pytest.mark.parametrize("case", UPLOADS)
def test_a_hostile_file_for_a_document_is_refused_in_words(stage: Stage, case: str) -> None:
    document, name, data, says = UPLOADS[case]
    rows = hostile.counted()
    answer = stage.post("documents", {document: picture(name, data() if callable(data) else data)})
    assert answer.status_code == 400
    assert says in words(answer)
    assert f'href="#d-{document}"' in words(answer)
    assert hostile.counted() == rows
    assert "<script>alert" not in words(answer)


@pytest.mark.parametrize("case", [name for name, (document, *_) in UPLOADS.items() if document == CERTIFICATE][:12])
def test_the_same_file_for_a_question_is_refused_in_words(stage: Stage, case: str) -> None:
    _, name, data, says = UPLOADS[case]
    rows = hostile.counted()
    answer = stage.post(
        "pages/every-why", {"applicant.reason": "x", "photo.front": picture(name, data() if callable(data) else data)}
    )
    assert answer.status_code == 400
    assert says in words(answer)
    assert hostile.counted() == rows
    assert "photo.front" not in hostile.answers_of(stage.draft)


NAMES = {
    "path upwards": "../../etc/passwd",
    "path of windows": "..\\..\\boot\\a.png",
    "absolute path": "/etc/cron.d/a.png",
    "path in percent signs": "..%2f..%2fa.png",
    "NUL": "a.png\0.exe",
    "300 signs": "あ" * 300 + ".png",
    "turned reading": "a\u202egnp.exe",
    "script": "<script>alert(1)</script>.png",
    "attribute": "x' onmouseover='alert(1).png",
    "device": "con.png",
    "dots only": "....",
    "blanks only": "   ",
    "program": "a.png.exe",
    "template": "{{ settings.SECRET_KEY }}{% debug %}.png",
    "header": "a%0d%0aX-Evil: 1.png",
}


@pytest.mark.parametrize("case", NAMES)
def test_a_hostile_name_is_made_harmless(stage: Stage, case: str) -> None:
    body, kind = multipart((f'name="{CERTIFICATE}"; filename="{NAMES[case]}"', png()), ('name="upload"', b"1"))
    answer = stage.raw(f"/me/drafts/{stage.draft}/documents/", body, kind)
    assert answer.status_code == 200
    (file,) = owned(stage)
    assert file.name.endswith(".png")
    assert len(file.name) <= 120
    assert file.name.isprintable()
    assert not set(file.name) & set('/\\<>:"|?*')
    assert html.escape(file.name) in words(answer)
    assert "<script>alert" not in words(answer)
    sent = stage.browser.get(reverse("applications:file", args=[stage.draft, file.id]))
    assert sent["Content-Disposition"].startswith("attachment; ")
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert "X-Evil" not in sent


def test_a_name_of_5000_signs_is_refused(stage: Stage) -> None:
    rows = hostile.counted()
    body, kind = multipart((f'name="{CERTIFICATE}"; filename="{"a" * 5_000}.png"', png()))
    answer = stage.raw(f"/me/drafts/{stage.draft}/documents/", body, kind)
    assert (answer.status_code, hostile.counted()) == (400, rows)
    assert "ページを表示できません" in words(answer)


def test_the_twenty_first_file_is_refused(stage: Stage) -> None:
    many = [picture(f"{n}.png") for n in range(20)]
    assert stage.post("documents", {CERTIFICATE: many}).status_code == 200
    rows = hostile.counted()
    for place, field in (("documents", CERTIFICATE), ("pages/every-why", "photo.front")):
        answer = stage.post(place, {"applicant.reason": "x", field: picture()})
        assert answer.status_code == 400
        assert "ファイルは20個までです" in words(answer)
    assert hostile.counted() == rows


def test_a_hundred_and_one_files_at_once_are_not_even_read(stage: Stage) -> None:
    rows = hostile.counted()
    answer = stage.post("documents", {CERTIFICATE: [picture() for _ in range(101)]})
    assert (answer.status_code, hostile.counted()) == (400, rows)
    assert "ページを表示できません" in words(answer)


def test_a_bad_file_among_good_ones_is_told_and_the_good_ones_stay(stage: Stage) -> None:
    number = stage.number
    chosen = [picture("first.png"), picture("bad.pdf", SCRIPT), picture("last.png")]
    answer = stage.post("documents", {CERTIFICATE: chosen})
    assert answer.status_code == 400
    assert ACTIVE in words(answer)
    assert {file.name for file in owned(stage)} == {"first.png", "last.png"}
    assert stage.number > number


def test_a_file_for_an_unknown_document_or_another_draft_is_not_taken(stage: Stage) -> None:
    rows = hostile.counted()
    assert stage.post("documents", {"no_such_document": picture()}).status_code == 404
    answer = stage.send(f"/me/drafts/{stage.other_draft}/documents/", {CERTIFICATE: picture()})
    assert answer.status_code == 404
    assert "ページを表示できません" in words(answer)
    assert hostile.counted() == rows
    assert stage.post("pages/every-kinds", {"photo.front": picture(), "applicant.name": picture()}).status_code == 200
    assert hostile.counted() == rows


def test_nobody_is_offered_the_file_of_somebody_else(stage: Stage) -> None:
    mine = send_file(
        png(), "私の証明.png", owner=files.Owner("draft", stage.blank), subject_id=stage.me.parent, document=CERTIFICATE,
        now=hostile.today() - timedelta(days=1),
    )  # fmt: skip
    shown = words(stage.browser.get(f"/me/drafts/{stage.draft}/documents/"))
    assert "私の証明.png" in shown
    assert SECRET_FILE not in shown
    assert stage.post("documents", {"reuse": f"{CARD}|{mine.id}"}).status_code == 404
    assert owned(stage) == ()
    assert stage.post("documents", {"reuse": f"{CERTIFICATE}|{mine.id}"}).status_code == 200
    assert [file.name for file in owned(stage)] == ["私の証明.png"]


def test_a_file_of_a_question_is_removed_by_its_button_and_no_other(stage: Stage) -> None:
    stage.post("pages/every-why", {"applicant.reason": "x", "photo.front": [picture("one.png"), picture("two.png")]})
    stage.post("documents", {CERTIFICATE: picture("paper.png")})
    one, two, paper = sorted(owned(stage), key=lambda file: ("one.png", "two.png", "paper.png").index(file.name))
    for file_id in (stage.other_file, paper.id, hostile.some_id(), "../x"):
        stage.post("pages/every-why", {"applicant.reason": "x", "remove": f"file:{file_id}"})
    assert hostile.answers_of(stage.draft)["photo.front"] == [one.id, two.id]
    answer = stage.post("pages/every-why", {"applicant.reason": "x", "remove": f"file:{one.id}"})
    assert "one.png" not in words(answer)
    assert hostile.answers_of(stage.draft)["photo.front"] == [two.id]
    assert {file.id for file in owned(stage)} == {two.id, paper.id}


def test_an_old_window_neither_overwrites_nor_removes(stage: Stage) -> None:
    stage.post("pages/every-why", {"applicant.reason": "あたらしい", "photo.front": picture()})
    (file,) = owned(stage)
    old = {"number": "1", "applicant.reason": "ふるい", "remove": f"file:{file.id}"}
    answer = stage.post("pages/every-why", old)
    assert answer.status_code == 409
    assert "別の画面で先に変わっていました" in words(answer)
    assert hostile.answers_of(stage.draft)["applicant.reason"] == "あたらしい"
    assert [kept.id for kept in owned(stage)] == [file.id]


@pytest.mark.parametrize("key", ["", "a\0b", "k" * 5_000, "../../x", "\u202e", "ＡＢ" * 16])
def test_a_forged_key_begins_one_draft_of_the_version_in_force(stage: Stage, key: str) -> None:
    hostile.publish(version=2)
    before = Draft.objects.count()
    answer = stage.send("/apply/every/begin/", {"key": key, "version": "1", "procedure": "permit", "subject_id": "x"})
    assert answer.status_code == 200
    made = Draft.objects.exclude(pk__in=[stage.draft, stage.blank, stage.other_draft]).get()
    assert Draft.objects.count() == before + 1
    assert re.search("[0-9a-f]{32}$", made.start_key)
    assert (made.procedures, made.subject_id, made.account_id) == (
        [["every", 2]], stage.me.parent, str(stage.me.user.pk),
    )  # fmt: skip


def test_the_key_of_somebody_elses_form_does_not_reach_his_draft(stage: Stage) -> None:
    key = "ab" * 16
    theirs = hostile.browser_of(stage.other)
    theirs.post("/apply/simple/begin/", {"key": key})
    answer = stage.send("/apply/simple/begin/", {"key": key})
    assert answer.status_code == 200
    assert not [word for word in OTHERS_WORDS if word in words(answer)]
    assert Draft.objects.filter(account_id=str(stage.me.user.pk)).count() == 3


def test_an_event_begins_only_what_belongs_to_it(stage: Stage) -> None:
    answer = stage.send("/life/event/begin/", {"key": "cd" * 16, "procedure": ["visit", "every", "permit", "\0"]})
    assert answer.status_code == 200
    made = Draft.objects.get(bundle_id="event")
    assert [name for name, _ in made.procedures] == ["visit"]


def sent(stage: Stage, **more: object) -> HttpResponse:
    """Fill in what is missing in the blank draft, and send it."""
    address = f"/me/drafts/{stage.blank}/"
    number = Draft.objects.get(pk=stage.blank).number
    stage.send(f"{address}pages/simple-only/", {"number": number, "applicant.reason": "理由", "next": "1"})
    settling.settle(stage.me.applicant, stage.blank, NOW)
    return stage.send(f"{address}send/", {"number": Draft.objects.get(pk=stage.blank).number, **more})


@pytest.mark.parametrize("remark", ["\x01\x02", "\0", "\u202e", "\ufffd", "見て\0ください\u202e", "  \r\n\t "])
def test_a_remark_of_signs_that_nobody_sees_does_no_harm(stage: Stage, remark: str) -> None:
    answer = sent(stage, remark=remark)
    assert answer.status_code == 200
    assert Case.objects.get().number in words(answer)
    assert ActionWords.objects.filter(action__kind="message_in").count() == ("見て" in remark)


def test_what_was_sent_is_changed_by_nothing(stage: Stage) -> None:
    sent(stage)
    rows, answers = hostile.counted(), hostile.answers_of(stage.blank)
    number, closed = Case.objects.get().number, "この申請はすでに送ったか、消されています"
    for place, data, says in (
        ("pages/simple-only", {"applicant.reason": "あとから", "number": "3", "next": "1"}, number),
        ("documents", {CERTIFICATE: picture()}, closed),
        ("delete", {}, closed),
        ("send", {"number": "0", "remark": "もう一度"}, number),
    ):
        answer = stage.send(f"/me/drafts/{stage.blank}/{place}/", data)
        assert answer.status_code == 200, place
        assert says in words(answer), place
        assert (hostile.counted(), hostile.answers_of(stage.blank)) == (rows, answers), place
    receipt = Receipt.objects.get()
    stranger = hostile.browser_of(stage.other)
    for address in (f"/me/applications/{receipt.pk}/receipt/", f"/me/drafts/{stage.blank}/check/"):
        refused = stranger.get(address)
        assert refused.status_code == 404
        assert number not in words(refused)


def test_a_deleted_draft_takes_nothing_any_more(stage: Stage) -> None:
    stage.send(f"/me/drafts/{stage.draft}/delete/", {})
    rows = hostile.counted()
    assert stage.post("pages/every-why", {"applicant.reason": "x"}).status_code == 404
    assert stage.post("documents", {CERTIFICATE: picture()}).status_code == 404
    assert stage.post("send", {}).status_code == 404
    assert hostile.counted() == rows
    assert hostile.answers_of(stage.draft) == {} != ANSWERS


def test_there_are_at_least_thirty_cases_of_uploads() -> None:
    assert len(UPLOADS) + len(NAMES) >= 30
