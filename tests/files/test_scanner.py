"""The scanner: quarantine until it answered, content gone when it found something, and no answer that frees by mistake."""

import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.http import Http404

from madoguchi.apps.files import api, scanner, scanning, tasks
from madoguchi.apps.files.models import Content, Piece
from madoguchi.core.models import AuditEntry, OutboxEvent

from .fake_clamd import SIGNATURE, FakeClamd
from .samples import pdf, stream
from .world import CASE, DRAFT, NOW, PERSON, send

LATER = NOW + timedelta(hours=2)
BAD = pdf(stream(b"", SIGNATURE))


@pytest.fixture
def clamd(settings: Any) -> Iterator[FakeClamd]:
    server = FakeClamd()
    settings.CLAMD_URL = server.address
    yield server
    server.stop()


def test_a_clean_stream_is_clean_over_tcp_and_unix_sockets(tmp_path: Path) -> None:
    data = bytes(700_000)
    for server in (FakeClamd(), FakeClamd(path=tmp_path / "clamd.sock")):
        assert scanner.scan(data, address=server.address).clean
        assert server.seen == [data]
        server.stop()


def test_a_find_names_its_signature() -> None:
    server = FakeClamd()
    verdict = scanner.scan(b"..." + SIGNATURE, address=server.address)
    server.stop()
    assert (verdict.clean, verdict.signature) == (False, "Test.Signature")


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"\0", b"OK\0", b"stream: OK", b"stream: ok\0", b"stream: OK\0\0x", b"stream:  FOUND\0", b"\xff\xfe\0",
        b"stream: OK\nstream: OK\0", b"INSTREAM size limit exceeded. ERROR\0", b"stream: Evil FOUND ERROR\0",
        b"x" * 10_000, b"HTTP/1.1 200 OK\r\n\r\n\0", b"stream: A\x1b[2J FOUND\0",
    ],
)  # fmt: skip
def test_no_unclear_answer_is_a_verdict(answer: bytes) -> None:
    server = FakeClamd(answer=lambda data: answer)
    with pytest.raises(scanner.ScannerFailed):
        scanner.scan(b"x", address=server.address)
    server.stop()


def test_a_scanner_that_says_nothing_is_left_after_the_time_limit() -> None:
    server = FakeClamd(answer=lambda data: None)
    with pytest.raises(scanner.ScannerFailed):
        scanner.scan(b"x", address=server.address, timeout_seconds=0.2)
    server.stop()


def test_a_stream_over_the_limit_of_the_scanner_is_no_verdict() -> None:
    server = FakeClamd()
    server.max_bytes = 1_000
    with pytest.raises(scanner.ScannerFailed):
        scanner.scan(bytes(3_000_000), address=server.address)
    server.stop()


@pytest.mark.parametrize("address", ["tcp://127.0.0.1", "clamd", "http://127.0.0.1:3310", "unix://"])
def test_an_address_that_names_no_scanner_says_what_to_write(address: str) -> None:
    with pytest.raises(scanner.ScannerFailed, match=r"MADOGUCHI_CLAMD.*tcp://host:port"):
        scanner.scan(b"x", address=address)


def test_a_scanner_that_is_not_there_fails() -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    for address in (f"tcp://127.0.0.1:{port}", "unix:///nowhere/clamd.sock"):
        with pytest.raises(scanner.ScannerFailed):
            scanner.scan(b"x", address=address)


@pytest.mark.django_db
def test_an_upload_waits_in_quarantine_until_the_task_has_scanned_it(clamd: FakeClamd) -> None:
    view = send(pdf())
    assert view.state is api.State.QUARANTINED
    with pytest.raises(api.FileWaiting):
        api.content(view.id, owner=DRAFT)
    answer = api.response(view.id, DRAFT)
    assert answer.status_code == 409
    assert answer.content.decode() == api.refusal("waiting")
    assert api.reusable(PERSON, "所得証明書", NOW) == ()
    assert tasks.scan.call(str(Content.objects.get().pk)) is True
    assert api.ref(view.id, owner=DRAFT).state is api.State.CLEAN
    assert api.content(view.id, owner=DRAFT) == pdf()
    assert clamd.seen == [pdf()]


@pytest.mark.django_db
def test_an_infected_upload_loses_its_content_and_its_owner_is_told(clamd: FakeClamd) -> None:
    view = send(BAD)
    copy = api.copy_to(view.id, CASE, subject_id=PERSON)
    assert scanning.scan_waiting(NOW) == 1
    assert Piece.objects.count() == 0
    for known, owner in ((view, DRAFT), (copy, CASE)):
        assert api.ref(known.id, owner=owner).state is api.State.INFECTED
        with pytest.raises(api.FileMissing):
            api.content(known.id, owner=owner)
        with pytest.raises(Http404):
            api.response(known.id, owner)
    told = OutboxEvent.objects.filter(name="FileRefusedByScanner")
    assert {(event.payload["owner_kind"], event.payload["owner_id"]) for event in told} == {
        ("draft", "draft-1"),
        ("case", "case-1"),
    }
    assert AuditEntry.objects.filter(action="file.infected").count() == 2
    with pytest.raises(api.FileRefused) as refused:
        api.attach([view.id], from_owner=DRAFT, to_owner=CASE)
    assert refused.value.code == "infected"
    with pytest.raises(api.FileMissing):
        api.copy_to(view.id, CASE, subject_id=PERSON)
    api.remove(view.id, DRAFT)
    assert api.refs(DRAFT) == ()


@pytest.mark.django_db
def test_a_scanner_that_is_down_is_asked_again_with_growing_pauses(settings: Any) -> None:
    with socket.create_server(("127.0.0.1", 0)) as door:
        settings.CLAMD_URL = f"tcp://127.0.0.1:{door.getsockname()[1]}"
    view = send(pdf())
    moment, tries = NOW, []
    for minute in range(200):
        moment = NOW + timedelta(minutes=minute)
        before = Content.objects.get().scan_attempts
        assert scanning.scan_waiting(moment) == 0
        tries += [minute] if Content.objects.get().scan_attempts > before else []
    assert tries == [0, 1, 3, 7, 15, 31, 63, 123, 183]
    assert api.ref(view.id, owner=DRAFT).state is api.State.QUARANTINED
    server = FakeClamd()
    settings.CLAMD_URL = server.address
    assert scanning.scan_waiting(moment + timedelta(hours=1)) == 1
    server.stop()
    assert api.ref(view.id, owner=DRAFT).state is api.State.CLEAN


@pytest.mark.django_db
def test_uploads_from_before_the_scanner_stay_usable_and_are_scanned_later(settings: Any) -> None:
    view, bad = send(pdf()), send(BAD)
    assert view.state is api.State.UNSCANNED
    assert scanning.scan_waiting(LATER) == 0
    server = FakeClamd()
    settings.CLAMD_URL = server.address
    assert api.content(view.id, owner=DRAFT) == pdf()
    assert scanning.scan_waiting(LATER) == 2
    assert scanning.scan_waiting(LATER) == 0
    server.stop()
    assert [known.state.value for known in api.refs(DRAFT)] == sorted(
        ["clean", "infected"], key=lambda state: [view.id, bad.id][state == "infected"]
    )


@pytest.mark.django_db
def test_what_waits_becomes_usable_and_marked_when_the_scanner_is_taken_away(clamd: FakeClamd, settings: Any) -> None:
    view = send(pdf())
    settings.CLAMD_URL = ""
    assert scanning.scan_one(Content.objects.get().pk, NOW) is False
    assert tasks.scan_waiting.call() == 1
    assert api.ref(view.id, owner=DRAFT).state is api.State.UNSCANNED


@pytest.mark.django_db
@pytest.mark.parametrize("verdict", [scanner.Verdict(), scanner.Verdict("Test.Signature")])
def test_a_file_that_is_removed_while_the_scanner_works_is_not_brought_back(
    clamd: FakeClamd, monkeypatch: pytest.MonkeyPatch, verdict: scanner.Verdict
) -> None:
    view = send(pdf())

    def slow(data: bytes, **given: Any) -> scanner.Verdict:
        api.remove(view.id, DRAFT)
        return verdict

    monkeypatch.setattr(scanner, "scan", slow)
    assert scanning.scan_one(Content.objects.get().pk, NOW) is False
    assert Content.objects.get().state == api.State.DELETED
    assert not OutboxEvent.objects.exists()
