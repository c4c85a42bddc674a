"""Taking published files in: any order and repetition gives the same register; bad rows are kept apart."""

import random
import tempfile
from pathlib import Path

import polars
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from madoguchi.apps.businesses import queries, searching
from madoguchi.apps.businesses.contracts import ChangeKind, Status
from madoguchi.apps.businesses.models import Business, ChangeEntry, FormerState, RejectedRow, Statement
from madoguchi.apps.businesses.register import bulk, loading
from madoguchi.apps.businesses.register.files import FileProblem, encoding_of
from madoguchi.apps.businesses.register.fingerprint import fingerprint
from madoguchi.apps.businesses.register.loading import load_file
from madoguchi.apps.businesses.register.rows import COLUMNS
from madoguchi.core.models import AuditEntry, OutboxEvent
from tests.businesses.conftest import NOW, Load
from tests.businesses.rows import number, row, write


def kinds() -> list[str]:
    return list(ChangeEntry.objects.order_by("sequence").values_list("kind", flat=True))


def test_a_first_load_makes_businesses_with_addresses_history_feed_and_audit(load: Load) -> None:
    report = load([row(1), row(2)])
    assert (report.read, report.statements, report.rejected) == (2, 2, 0)
    view = queries.get(number(1))
    assert view is not None
    assert (view.address.town, view.address.city_code, view.status) == ("西新宿二丁目", "13104", Status.ACTIVE)
    assert [change.sequence for change in queries.changes(since=0, limit=9)] == [1, 2]
    assert AuditEntry.objects.filter(action="businesses.load").count() == 1
    assert OutboxEvent.objects.get(name="BusinessChanged").payload == {"first_sequence": 1, "last_sequence": 2}


def test_the_row_that_says_latest_wins_wherever_it_stands(load: Load) -> None:
    rows = [
        row(latest="1", name="株式会社新しい名", changeDate="2020-01-01"),
        row(latest="0", name="株式会社古い名", changeDate="2026-08-18"),
    ]
    load(rows)
    view = queries.get(number(1))
    assert view is not None
    assert view.name == "株式会社新しい名"
    assert [item.name for item in queries.history(number(1))] == ["株式会社古い名", "株式会社新しい名"]
    assert FormerState.objects.get().name == "株式会社古い名"


def test_a_file_twice_changes_nothing(load: Load) -> None:
    rows = [row(1), row(2, process="21", closeDate="2026-08-01", closeCause="01")]
    load(rows)
    before = fingerprint()
    report = load(rows)
    assert (report.statements, report.known, report.changed) == (0, 2, 0)
    assert fingerprint() == before
    assert OutboxEvent.objects.filter(name="BusinessChanged").count() == 1


@pytest.mark.parametrize(
    ("cells", "status", "kind"),
    [
        ({"process": "21", "closeDate": "2026-08-18", "closeCause": "01"}, Status.CLOSED, ChangeKind.CLOSED),
        (
            {"process": "21", "closeDate": "2026-08-18", "closeCause": "11", "successorCorporateNumber": number(7)},
            Status.MERGED,
            ChangeKind.MERGED,
        ),
        ({"process": "99"}, Status.DELETED, ChangeKind.DELETED),
        ({"process": "81", "name": ""}, Status.ACTIVE, ChangeKind.UPDATED),
        ({"process": "71", "changeCause": "合併"}, Status.ACTIVE, None),
        ({"process": "11", "name": "株式会社別の名"}, Status.ACTIVE, ChangeKind.UPDATED),
    ],
)
def test_each_process_is_followed(load: Load, cells: dict[str, str], status: Status, kind: ChangeKind | None) -> None:
    load([row()])
    load([row(updateDate="2026-08-20", **cells)])
    view = queries.get(number(1))
    assert view is not None
    assert view.status is status
    assert kinds() == ["created", *([kind.value] if kind else [])]
    assert view.successor_number == cells.get("successorCorporateNumber", "")


def test_a_closed_business_can_be_revived(load: Load) -> None:
    load([row(process="21", closeDate="2026-08-01", closeCause="21")])
    load([row(process="22", updateDate="2026-08-20")])
    view = queries.get(number(1))
    assert view is not None
    assert (view.status, view.closed_on) == (Status.ACTIVE, None)
    assert kinds() == ["created", "revived"]


def test_moving_out_of_the_metropolis_and_back_is_told(load: Load) -> None:
    away = {"prefectureName": "大阪府", "prefectureCode": "27", "cityName": "大阪市中央区", "cityCode": "128"}
    load([row()])
    load([row(process="12", updateDate="2026-08-20", **away)])
    load([row(process="12", updateDate="2026-08-21")])
    assert kinds() == ["created", "moved_out", "moved_in"]


def test_a_day_that_comes_late_does_not_turn_the_clock_back(load: Load) -> None:
    load([row(updateDate="2026-08-21", name="株式会社三日目")])
    load([row(updateDate="2026-08-20", name="株式会社二日目")])
    view = queries.get(number(1))
    assert view is not None
    assert view.name == "株式会社三日目"
    assert kinds() == ["created"]


def test_a_number_of_which_only_old_states_are_known_says_so(load: Load) -> None:
    load([row(latest="0")])
    view = queries.get(number(1))
    assert view is not None
    assert not view.is_latest


def test_two_newest_rows_in_one_file_are_reported(load: Load) -> None:
    report = load([row(name="株式会社甲"), row(name="株式会社乙")])
    assert report.latest_doubled == 1


STATES = st.fixed_dictionaries(
    {
        "process": st.sampled_from(["01", "11", "12", "22"]),
        "updateDate": st.sampled_from(["2026-08-19", "2026-08-20", "2026-08-21"]),
        "name": st.sampled_from(["株式会社甲", "株式会社乙"]),
        "streetNumber": st.sampled_from(["西新宿２丁目８番１号", "市谷田町１丁目１番", "不明"]),
        "latest": st.sampled_from(["0", "1", ""]),
        "closeDate": st.sampled_from(["", "2026-08-18"]),
        "hihyoji": st.sampled_from(["0", "1"]),
    }
)
FILES = st.lists(st.lists(st.tuples(st.integers(1, 3), STATES), min_size=1, max_size=4), min_size=1, max_size=4)


@given(FILES, st.randoms(use_true_random=False))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_order_and_repetition_of_files_gives_the_same_register(
    towns: None, files: list[list[tuple[int, dict[str, str]]]], rng: random.Random
) -> None:
    contents = [[row(base, **cells) for base, cells in file] for file in files]
    again = [*contents, *rng.choices(contents, k=2)]
    rng.shuffle(again)
    assert _state_after(contents) == _state_after(again)


def _state_after(contents: list[list[list[str]]]) -> dict[str, str | int]:
    for model in (Business, Statement, FormerState):
        model.objects.all().delete()  # type: ignore[attr-defined]
    ChangeEntry.objects.all().delete()
    from madoguchi.apps.businesses import searchindex

    searchindex.remove(number(base) for base in range(1, 4))
    with tempfile.TemporaryDirectory() as folder:
        for place, rows in enumerate(contents):
            load_file(write(Path(folder) / f"{place}.csv", rows), now=NOW)
    return fingerprint()


@pytest.mark.parametrize(
    ("cells", "field"),
    [
        ({"corporateNumber": "1000000000000"}, "corporateNumber"),
        ({"process": "55"}, "process"),
        ({"updateDate": "2026-13-01"}, "updateDate"),
        ({"changeDate": "昨日"}, "changeDate"),
        ({"kind": ""}, "kind"),
        ({"name": ""}, "name"),
        ({"cityCode": "13104"}, "cityCode"),
        ({"latest": "9"}, "latest"),
        ({"name": "あ" * 301}, "name"),
    ],
)
def test_a_bad_row_is_kept_apart_and_hides_no_other(load: Load, cells: dict[str, str], field: str) -> None:
    report = load([row(1, **cells), row(2)])
    assert (report.read, report.statements, report.rejected) == (2, 1, 1)
    kept = RejectedRow.objects.get()
    assert (kept.line, kept.field) == (1, field)
    assert kept.reason
    assert kept.remedy
    assert queries.get(number(2)) is not None


def test_broken_quotes_and_wrong_widths_cost_one_line_each(towns: None, tmp_path: Path) -> None:
    path = write(tmp_path / "diff.csv", [row(1)])
    path.write_bytes(b'1,"broken\r\n' + b"1,2,3\r\n" + path.read_bytes())
    report = load_file(path, now=NOW)
    assert [(item.line, item.field) for item in report.rejections] == [(1, "row"), (2, "row")]
    assert report.statements == 1
    load_file(path, now=NOW)
    assert RejectedRow.objects.count() == 2


def test_a_large_first_load_goes_without_indexes_and_lays_them_down_again(
    load: Load, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loading, "CHUNK", 4)
    load([row(base) for base in range(1, 11)])
    assert Business.objects.count() == 10
    names = {name for name, _ in bulk._indexes("businesses_business")}
    assert {"business_core_ix", "business_reversed_ix", "business_town_ix"} <= names
    assert searching.search("見本7", searching.Filters()).hits[0].corporate_number == number(7)


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "utf-8-sig"])
def test_the_encoding_is_found_out_per_file(towns: None, tmp_path: Path, encoding: str) -> None:
    path = write(tmp_path / "diff.csv", [row(1)], encoding=encoding)
    assert encoding_of(path) == ("cp932" if encoding == "cp932" else "utf-8-sig")
    load_file(path, now=NOW)
    view = queries.get(number(1))
    assert view is not None
    assert view.name == "株式会社見本1"


def test_a_parquet_file_gives_the_same_business_as_the_csv(towns: None, tmp_path: Path) -> None:
    left_out = ("prefectureName", "prefectureCode", "latest", "sequenceNumber")
    cells = {name: [cell] for name, cell in zip(COLUMNS, row(1), strict=True) if name not in left_out}
    polars.DataFrame(cells).write_parquet(tmp_path / "first.parquet")
    load_file(tmp_path / "first.parquet", now=NOW)
    view = queries.get(number(1))
    assert view is not None
    assert (view.address.prefecture, view.address.city_code, view.address.town) == ("東京都", "13104", "西新宿二丁目")


def test_a_file_that_cannot_be_read_changes_nothing(towns: None, tmp_path: Path) -> None:
    (tmp_path / "x.zip").write_bytes(b"PK")
    for name in ("x.zip", "missing.csv"):
        with pytest.raises(FileProblem):
            load_file(tmp_path / name, now=NOW)
    assert not Business.objects.exists()
    assert not ChangeEntry.objects.exists()
