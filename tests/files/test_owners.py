"""Files and their owners: nobody else's file is reached, files move and are copied, kept, forgotten, erased, exported."""

from datetime import date, timedelta

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.utils import timezone

from madoguchi.apps.files import api, limits, personal, tasks
from madoguchi.apps.files.downloads import disposition
from madoguchi.apps.files.models import Content, Piece, StoredFile
from madoguchi.core import personal_data, rotation, vault
from madoguchi.core.models import AuditEntry
from madoguchi.core.permissions import Actor

from .samples import image, pdf, stream
from .world import CASE, DRAFT, HANAKO, NOW, PERSON, send

pytestmark = pytest.mark.django_db
OTHER = api.Owner("draft", "draft-2")
SAME_ID_OTHER_KIND = api.Owner("case", "draft-1")
STRANGER = "0190b3a0-0000-7000-8000-000000000099"
BIG = pdf(stream(b"", bytes(range(256)) * 12_000))


def test_what_was_received_comes_back_and_says_what_it_is() -> None:
    view = send(BIG, "所得.pdf")
    assert (view.name, view.size, view.document) == ("所得.pdf", len(BIG), "所得証明書")
    assert view.uploaded_at == NOW
    assert api.refs(DRAFT) == (view,)
    assert api.content(view.id, owner=DRAFT) == BIG
    assert Piece.objects.count() == 3


def test_nothing_readable_lies_in_the_database() -> None:
    send(pdf(stream(b"", b"secret of Hanako")), "山田花子の証明.pdf")
    rows = [bytes(row.sealed) for model in (StoredFile, Piece) for row in model.objects.all()]
    assert not [row for row in rows if b"Hanako" in row or "山田".encode() in row or b"\\u5c71" in row]
    assert "山田" not in "".join(bytes(entry.payload).decode() for entry in AuditEntry.objects.all())


@pytest.mark.parametrize("owner", [OTHER, SAME_ID_OTHER_KIND])
def test_a_file_of_somebody_else_is_not_there(owner: api.Owner) -> None:
    view = send(pdf())
    for call in (
        lambda: api.ref(view.id, owner=owner),
        lambda: api.content(view.id, owner=owner),
        lambda: api.remove(view.id, owner),
        lambda: api.attach([view.id], from_owner=owner, to_owner=CASE),
        lambda: api.copy_to(view.id, owner, subject_id=STRANGER),
        lambda: api.copy_to(view.id, owner, subject_id=""),
    ):
        with pytest.raises(api.FileMissing):
            call()
    with pytest.raises(Http404):
        api.response(view.id, owner)
    assert api.refs(owner) == ()
    assert api.content(view.id, owner=DRAFT) == pdf()


@pytest.mark.parametrize("wrong", ["", "1", "../1", "x" * 500, "00000000-0000-0000-0000-000000000000", "١٢٣"])
def test_a_made_up_id_is_not_there(wrong: str) -> None:
    send(pdf())
    for call in (lambda: api.content(wrong, owner=DRAFT), lambda: api.copy_to(wrong, DRAFT, subject_id=PERSON)):
        with pytest.raises(api.FileMissing):
            call()
    with pytest.raises(Http404):
        api.response(wrong, DRAFT)


def test_a_download_is_never_shown_by_the_browser() -> None:
    view = send(image("PNG"), '証明"書; v.png')
    officer = Actor("officer-1", "")
    answer = api.response(view.id, DRAFT, actor=officer)
    assert answer.content == image("PNG")
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Disposition"].startswith("attachment; filename=")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["Cache-Control"] == "no-store"
    assert AuditEntry.objects.filter(action="file.read", actor_id="officer-1", object_id=view.id).count() == 1


def test_names_in_headers_follow_the_standard() -> None:
    assert disposition("a b.pdf") == "attachment; filename=\"a_b.pdf\"; filename*=UTF-8''a%20b.pdf"
    value = disposition('証"\r\n\\;明.pdf')
    assert value.isascii()
    assert "\r" not in value
    assert value.count('"') == 2
    assert "%E8%A8%BC%22%0D%0A%5C%3B%E6%98%8E.pdf" in value


def test_files_move_to_the_case_all_or_none_and_a_retry_changes_nothing() -> None:
    first, second = send(pdf()), send(image("PNG"))
    with pytest.raises(api.FileMissing):
        api.attach([first.id, "00000000-0000-0000-0000-000000000000"], from_owner=DRAFT, to_owner=CASE)
    assert len(api.refs(DRAFT)) == 2
    for _ in range(2):
        api.attach([first.id, second.id], from_owner=DRAFT, to_owner=CASE)
    assert api.refs(DRAFT) == ()
    assert {view.id for view in api.refs(CASE)} == {first.id, second.id}
    assert AuditEntry.objects.filter(action="file.attach").count() == 2
    with pytest.raises(api.FileMissing):
        api.content(first.id, owner=DRAFT)


def test_a_copy_shares_the_content_and_outlives_the_first_file() -> None:
    first = send(pdf())
    copy = api.copy_to(first.id, CASE, subject_id=PERSON)
    assert copy.id != first.id
    assert (copy.sha256, copy.uploaded_at, copy.document) == (first.sha256, NOW, "所得証明書")
    assert Content.objects.count() == 1
    api.remove(first.id, DRAFT)
    assert api.content(copy.id, owner=CASE) == pdf()
    assert api.remove_all(CASE) == 1
    assert Piece.objects.count() == 0
    assert Content.objects.get().state == api.State.DELETED


def test_a_removed_file_leaves_no_name_and_is_not_removed_twice() -> None:
    view = send(pdf(), "山田.pdf")
    api.remove(view.id, DRAFT, actor=HANAKO)
    with pytest.raises(api.FileMissing):
        api.remove(view.id, DRAFT)
    assert Piece.objects.count() == 0
    from madoguchi.apps.files import storing

    assert storing.words_of(StoredFile.objects.get()) == {"name": "", "sha256": view.sha256}


def test_earlier_uploads_of_the_same_person_are_offered_once_newest_first() -> None:
    old = send(pdf(), now=NOW - timedelta(days=400))
    older_copy = send(image("PNG"), now=NOW - timedelta(days=9))
    newer = send(image("PNG"), owner=OTHER, now=NOW - timedelta(days=2))
    send(BIG, document="住民票")
    send(BIG, owner=OTHER, subject_id=STRANGER)
    found = api.reusable(PERSON, "所得証明書", NOW - timedelta(days=90))
    assert [view.id for view in found] == [newer.id]
    assert [view.id for view in api.reusable(PERSON, "所得証明書", NOW - timedelta(days=900))] == [newer.id, old.id]
    assert older_copy.sha256 == newer.sha256
    assert api.reusable("", "所得証明書", NOW - timedelta(days=900)) == ()


def test_an_owner_holds_so_many_files_and_bytes_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILES", 3)
    monkeypatch.setattr(limits, "MAX_OWNER_BYTES", 3 * len(pdf()) + 10)
    views = [send(pdf()) for _ in range(3)]
    with pytest.raises(api.FileRefused) as refused:
        send(pdf())
    assert (refused.value.code, refused.value.params) == ("too_many", {"most": 3})
    api.remove(views[0].id, DRAFT)
    with pytest.raises(api.FileRefused) as refused:
        send(image("PNG", (300, 300)))
    assert refused.value.code == "total_too_large"
    one = send(pdf(), owner=OTHER)
    api.copy_to(one.id, DRAFT, subject_id=PERSON)
    with pytest.raises(api.FileRefused):
        api.copy_to(one.id, DRAFT, subject_id=PERSON)
    with pytest.raises(api.FileRefused):
        api.attach([one.id], from_owner=OTHER, to_owner=DRAFT)
    assert len(api.refs(DRAFT)) == 3
    assert len(api.refs(OTHER)) == 1


def test_the_browser_cannot_lie_about_the_size(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_FILE_BYTES", 1_000)
    upload = SimpleUploadedFile("a.pdf", pdf(stream(b"", bytes(3_000))))
    upload.size = 10
    with pytest.raises(api.FileRefused) as refused:
        api.receive(upload, owner=DRAFT, subject_id=PERSON, document="d", accepts=["pdf"], actor=HANAKO, now=NOW)
    assert refused.value.code == "too_large"


def test_contents_are_forgotten_after_their_last_day_in_tokyo() -> None:
    kept, gone = send(pdf(), owner=CASE), send(pdf(), owner=OTHER)
    api.keep_until(OTHER, date(2026, 11, 25))
    assert api.forget(NOW) == 0
    evening = NOW.replace(hour=14, minute=59)
    assert api.forget(evening) == 0
    assert api.forget(evening + timedelta(minutes=1)) == 1
    assert api.forget(evening + timedelta(minutes=1)) == 0
    with pytest.raises(api.FileMissing):
        api.content(gone.id, owner=OTHER)
    assert api.content(kept.id, owner=CASE) == pdf()
    assert AuditEntry.objects.filter(action="file.forget", object_id=gone.id).count() == 1
    api.keep_until(CASE, date(2020, 1, 1))
    api.keep_until(CASE, None)
    assert tasks.forget_expired.call() == 0


def test_erasing_a_person_takes_drafts_and_says_what_stays() -> None:
    send(pdf())
    decided, over = send(pdf(), owner=CASE), send(pdf(), owner=api.Owner("case", "case-9"))
    api.keep_until(CASE, date(2031, 3, 31))
    api.keep_until(api.Owner("case", "case-9"), date(2026, 11, 24))
    strange = send(pdf(), owner=OTHER, subject_id=STRANGER)
    result = personal.erase(PERSON, NOW)
    assert api.refs(DRAFT) == ()
    assert [view.id for view in api.refs(CASE)] == [decided.id]
    with pytest.raises(api.FileMissing):
        api.ref(over.id, owner=api.Owner("case", "case-9"))
    assert api.content(strange.id, owner=OTHER) == pdf()
    assert len(result.kept) == 1
    assert "1件" in result.kept[0]
    assert "保存期間" in result.kept[0]
    assert personal.erase(STRANGER, NOW).kept == ()
    assert personal.erase("", NOW).kept == ()


def test_the_export_lists_every_file_of_the_person_and_of_nobody_else() -> None:
    view = send(pdf(), "証明.pdf")
    send(pdf(), owner=OTHER, subject_id=STRANGER)
    exported = personal_data.export_all(PERSON)["files"]["files"]
    assert [item["name"] for item in exported] == ["証明.pdf"]
    assert exported[0]["sha256"] == view.sha256
    assert exported[0]["belongs_to"] == "draft"
    assert personal.export("nobody") == {}


def test_files_open_after_the_keys_were_rotated() -> None:
    views = [send(BIG), send(pdf())]
    names = {store.name for store in vault.stores()}
    assert {"files.file", "files.piece"} <= names
    before = {row.key_id for row in Piece.objects.all()}
    rotation.rotate(now=timezone.now())
    vault.forget_opened()
    assert before.isdisjoint(row.key_id for row in Piece.objects.all())
    assert before.isdisjoint(row.key_id for row in StoredFile.objects.all())
    assert [api.content(view.id, owner=DRAFT) for view in views] == [BIG, pdf()]


def test_a_piece_that_was_swapped_or_lost_is_noticed() -> None:
    view, other = send(BIG), send(BIG)
    rows = list(Piece.objects.filter(content=StoredFile.objects.get(pk=view.id).content).order_by("number"))
    strange = Piece.objects.filter(content=StoredFile.objects.get(pk=other.id).content).first()
    assert strange is not None
    sealed = rows[0].sealed
    Piece.objects.filter(pk=rows[0].pk).update(sealed=strange.sealed)
    with pytest.raises(vault.Tampered):
        api.content(view.id, owner=DRAFT)
    Piece.objects.filter(pk=rows[0].pk).update(sealed=sealed)
    rows[-1].delete()
    with pytest.raises(vault.Tampered):
        api.content(view.id, owner=DRAFT)


def test_without_a_setting_no_scanner_is_asked() -> None:
    assert getattr(settings, "CLAMD_URL", "") == ""
    assert send(pdf()).state is api.State.UNSCANNED
    assert api.state_in_words(api.State.UNSCANNED) == "ウイルス検査をしていません"
    assert {api.state_in_words(state) for state in api.State} - {""} == {
        api.state_in_words(state) for state in api.State
    }
    assert [api.size_in_words(size) for size in (1, 2_048, 1_048_576, 1_600_000)] == ["1 KB", "2 KB", "1 MB", "1.5 MB"]
