"""Imports: idempotent, versions kept, taken up where they stopped, withdrawn only when the source no longer knows a call."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from madoguchi.apps.grants import importing, jgrants, queries
from madoguchi.apps.grants.contracts import CallState
from madoguchi.apps.grants.jgrants import JGrants
from madoguchi.apps.grants.models import Call, CallVersion, ImportRun
from madoguchi.core.models import AuditEntry

from .fake_jgrants import ROOT, FakeJGrants, row, serving

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)


class Service:
    """A fake service with a client, whose pauses are noted instead of slept."""

    def __init__(self, fake: FakeJGrants, address: str) -> None:
        self.fake, self.address, self.slept = fake, address, list[float]()

    def run(self, *, at: datetime = NOW) -> ImportRun:
        client = JGrants(self.address, sleep=self.slept.append)
        try:
            return importing.from_service(client, clock=lambda: at)
        finally:
            client.client.close()


@pytest.fixture
def service() -> Iterator[Service]:
    fake = FakeJGrants(*(row(number) for number in range(1, 6)))
    with serving(fake) as address:
        yield Service(fake, address)


def details(service: Service) -> list[str]:
    return [path for path in service.fake.asked if "/id/" in path]


def test_every_open_call_is_taken_once_and_a_second_import_changes_nothing(service: Service) -> None:
    first = service.run()
    assert first.state == "done"
    assert first.counts == {"read": 5, "new": 5}
    assert len(details(service)) == 5
    before = list(Call.objects.values_list("pk", "hash", "version", "taken_at"))
    second = service.run(at=NOW + timedelta(hours=1))
    assert second.counts == {"read": 5, "same": 5}
    assert list(Call.objects.values_list("pk", "hash", "version", "taken_at")) == before
    assert CallVersion.objects.count() == 5
    assert set(Call.objects.values_list("seen_at", flat=True)) == {NOW + timedelta(hours=1)}
    assert AuditEntry.objects.filter(action="grants.import").count() == 2


def test_the_service_is_asked_slowly_and_by_its_rules(service: Service) -> None:
    service.run()
    assert len(service.fake.asked) == len(jgrants.KEYWORDS) + 5
    assert service.slept == [jgrants.PAUSE_SECONDS] * len(service.fake.asked)
    assert all("acceptance=1" in path for path in service.fake.asked if "/id/" not in path)


def test_a_change_is_a_new_version_and_the_old_one_stays(service: Service) -> None:
    service.run()
    call_id = row(3)["id"]
    service.fake.rows[call_id]["subsidy_rate"] = "3分の2"
    run = service.run(at=NOW + timedelta(days=1))
    assert run.counts == {"read": 5, "changed": 1, "same": 4}
    rates = [version.content["rate"] for version in CallVersion.objects.filter(call_id=call_id).order_by("number")]
    assert rates == ["2分の1", "3分の2"]
    view = queries.get(call_id, now=NOW)
    assert view is not None
    assert (view.version, view.content.rate) == (2, "3分の2")


def test_a_call_that_the_source_forgot_is_withdrawn_and_may_come_back(service: Service) -> None:
    service.run()
    call_id = row(2)["id"]
    kept = service.fake.rows.pop(call_id)
    assert service.run(at=NOW + timedelta(days=1)).counts == {"read": 5, "same": 4, "withdrawn": 1}
    view = queries.get(call_id, now=NOW)
    assert view is not None
    assert view.state is CallState.CLOSED
    assert service.run(at=NOW + timedelta(days=2)).counts == {"read": 4, "same": 4}
    service.fake.rows[call_id] = kept
    assert service.run(at=NOW + timedelta(days=3)).counts == {"read": 5, "same": 5}
    again = queries.get(call_id, now=NOW)
    assert again is not None
    assert (again.state, again.withdrawn_at) == (CallState.OPEN, None)


def test_a_call_that_no_keyword_finds_is_asked_for_and_kept(service: Service) -> None:
    service.run()
    item = service.fake.rows[row(4)["id"]]
    item["title"], item["detail"], item["subsidy_catch_phrase"] = "みずまき", "花", ""
    assert service.run(at=NOW + timedelta(days=1)).counts == {"read": 5, "changed": 1, "same": 4}


def test_an_import_that_stopped_goes_on_where_it_was(service: Service) -> None:
    service.fake.broken = {row(3)["id"]}
    stopped = service.run()
    assert (stopped.state, stopped.counts, len(stopped.waiting)) == ("failed", {"read": 2, "new": 2}, 3)
    assert "500" in stopped.error
    assert Call.objects.count() == 2
    service.fake.broken, service.fake.asked = set(), []
    resumed = service.run(at=NOW + timedelta(minutes=1))
    assert resumed.pk == stopped.pk
    assert (resumed.state, resumed.counts, resumed.error) == ("done", {"read": 5, "new": 5}, "")
    assert len(service.fake.asked) == 3
    assert ImportRun.objects.count() == 1


def test_a_service_in_trouble_is_asked_again_with_growing_pauses(service: Service) -> None:
    service.fake.failures = [429, 503, 502]
    assert service.run().state == "done"
    assert service.slept[:4] == [jgrants.PAUSE_SECONDS, 4.0, 8.0, 16.0]
    service.fake.failures = [503] * jgrants.MAX_TRIES
    run = service.run(at=NOW + timedelta(hours=1))
    assert (run.state, run.waiting) == ("failed", None)
    assert "503" in run.error


def test_a_service_that_is_not_there_says_what_to_do() -> None:
    with serving(FakeJGrants()) as address:
        pass
    run = importing.from_service(JGrants(address, sleep=lambda seconds: None), clock=lambda: NOW)
    assert run.state == "failed"
    assert "could not be reached" in run.error


@pytest.mark.parametrize("raw", [b"", b"<html>", b"[]", b'{"result": "x"}', b"\xff\xfe"])
def test_nonsense_of_the_service_ends_the_run_and_changes_nothing(service: Service, raw: bytes) -> None:
    service.fake.raw[f"{ROOT}/subsidies"] = raw
    assert service.run().state == "failed"
    assert Call.objects.count() == 0


def test_an_answer_without_end_is_cut_off(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jgrants, "MAX_ANSWER_BYTES", 50_000)
    service.fake.rows[row(1)["id"]]["application_form"] = [{"name": "a", "data": "A" * 100_000}]
    run = service.run()
    assert (run.state, "too large" in run.error) == ("failed", True)


def test_rows_that_cannot_be_read_are_counted_with_the_reason_and_the_rest_is_taken(service: Service) -> None:
    service.fake.rows[row(2)["id"]]["acceptance_end_datetime"] = "いつか"
    run = service.run()
    assert run.counts == {"read": 5, "new": 4, "refused": 1}
    assert run.problems == [
        {"id": row(2)["id"], "reason": "acceptance_end_datetime: 'いつか' is no moment."},
    ]


def test_two_imports_at_once_are_refused_and_an_abandoned_one_is_taken_up(service: Service) -> None:
    left = ImportRun.objects.create(
        origin=service.address, state="running", started_at=NOW, touched_at=NOW, waiting=[row(5)["id"]]
    )
    with pytest.raises(importing.ImportBusy):
        service.run(at=NOW + timedelta(minutes=9))
    run = service.run(at=NOW + timedelta(minutes=11))
    assert (run.pk, run.state, run.counts) == (left.pk, "done", {"read": 1, "new": 1})


def written(folder: Path, data: Any, name: str = "calls.json") -> Path:
    path = folder / name
    path.write_text(data if isinstance(data, str) else json.dumps(data, ensure_ascii=False), encoding="utf-8")
    return path


def test_a_file_is_taken_like_the_service_and_only_a_complete_one_withdraws(tmp_path: Path) -> None:
    path = written(tmp_path, {"metadata": {}, "result": [row(1), row(2), {"id": "x"}]})
    assert importing.from_file(path, now=NOW).counts == {"read": 3, "new": 2, "refused": 1}
    shorter = written(tmp_path, [row(1)])
    assert importing.from_file(shorter, now=NOW + timedelta(hours=1)).counts == {"read": 1, "same": 1}
    run = importing.from_file(shorter, now=NOW + timedelta(hours=2), complete=True)
    assert run.counts == {"read": 1, "same": 1, "withdrawn": 1}
    assert Call.objects.get(withdrawn_at__isnull=False).pk == row(2)["id"]


def test_a_complete_file_with_errors_withdraws_nothing(tmp_path: Path) -> None:
    importing.from_file(written(tmp_path, [row(1), row(2)]), now=NOW)
    run = importing.from_file(written(tmp_path, [row(1), {}]), now=NOW + timedelta(hours=1), complete=True)
    assert "withdrawn" not in run.counts
    assert not Call.objects.exclude(withdrawn_at=None).exists()


@pytest.mark.parametrize("content", ["", "nothing", "{}", '{"result": 5}', "[1, 2]", '"text"'])
def test_a_file_of_another_form_is_refused(tmp_path: Path, content: str) -> None:
    with pytest.raises(importing.FileProblem, match=r"calls\.json"):
        importing.from_file(written(tmp_path, content), now=NOW)
    assert not ImportRun.objects.exists()


def test_the_command_imports_tells_and_fails_aloud(tmp_path: Path) -> None:
    out = StringIO()
    call_command("grants", "import", str(written(tmp_path, [row(1)])), stdout=out)
    assert json.loads(out.getvalue())["counts"] == {"read": 1, "new": 1}
    out = StringIO()
    call_command("grants", "state", stdout=out)
    assert json.loads(out.getvalue())["state"] == "done"
    for arguments in (["import"], ["import", str(tmp_path / "none.json")]):
        with pytest.raises(CommandError):
            call_command("grants", *arguments, stdout=StringIO())
