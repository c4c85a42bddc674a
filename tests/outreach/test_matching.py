"""A population is matched municipality by municipality; the counts are those of the scalar engine."""

import json
from datetime import date
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from madoguchi.apps.registry import api as registry
from madoguchi.engines.eligibility import Case, Household, Person, Subject, Truth, evaluate

TODAY = "2026-11-24"


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    call_command("population", size=3_000, seed=3, out=str(folder), stdout=StringIO(), stderr=StringIO())
    return folder


def test_matching_counts_and_writes_every_verdict(pack: Path, people: Path, tmp_path: Path) -> None:
    output = StringIO()
    call_command("match", population=str(people), as_of=TODAY, json=True, out=str(tmp_path), stdout=output)
    report = json.loads(output.getvalue())
    assert report["residents"] == 3_000
    assert report["programmes"] >= 120
    written = pl.concat([pl.read_parquet(file) for file in tmp_path.glob("*.parquet")], how="diagonal")
    for count in report["counts"]:
        column = written[count["programme_id"]]
        assert ((column == 2).sum(), (column == 1).sum()) == (count["yes"], count["maybe"])
        assert count["yes"] + count["maybe"] <= count["judged"] <= 3_000


def test_population_verdicts_equal_scalar_ones(pack: Path, people: Path, tmp_path: Path) -> None:
    call_command("match", population=str(people), as_of=TODAY, json=True, out=str(tmp_path), stdout=StringIO())
    file = max(people.glob("*.parquet"), key=lambda path: path.stat().st_size)
    frame = pl.read_parquet(file).head(400)
    verdicts = pl.read_parquet(tmp_path / file.name).head(400)
    households = {number[0]: _household(group) for number, group in frame.group_by("世帯番号", maintain_order=True)}
    for rule in registry.rules():
        if not rule.covers(file.stem):
            continue
        for row, verdict in zip(frame.iter_rows(named=True), verdicts[rule.id], strict=True):
            wanted = {Subject.CHILD: "子", Subject.HOUSEHOLD: "世帯主"}.get(rule.subject)
            if wanted and row["続柄"] != wanted:
                assert verdict == 0
                continue
            household = _seen_by(rule.subject, households[row["世帯番号"]], row)
            case = Case(date.fromisoformat(TODAY), household, _own(household, row), registry.rulebook())
            assert Truth(verdict) is evaluate(rule.node, case), (rule.id, row)


def _person(row: dict[str, object], prefix: str = "") -> Person:
    facts = {k.removeprefix(prefix): v for k, v in row.items() if v is not None and k.startswith(prefix)}
    return Person({k: v for k, v in facts.items() if "." not in k})  # type: ignore[misc] # values as the engine knows them


def _household(group: pl.DataFrame) -> tuple[list[dict[str, object]], Household]:
    rows = list(group.iter_rows(named=True))
    facts = {k.removeprefix("世帯."): v for k, v in rows[0].items() if k.startswith("世帯.") and v is not None}
    children = tuple(_person(row) for row in rows if row["続柄"] == "子")
    others = tuple(_person(row) for row in rows if row["続柄"] != "子")
    home = Household(facts, Person(), children, others, children_complete=True, members_complete=True)
    return rows, home


def _seen_by(subject: Subject, found: tuple[list[dict[str, object]], Household], row: dict[str, object]) -> Household:
    home = found[1]
    applicant = _person(row, "申請者.") if subject is Subject.CHILD else _person(row)
    return Household(home.facts, applicant, home.children, home.others, children_complete=True, members_complete=True)


def _own(household: Household, row: dict[str, object]) -> Person:
    if row["続柄"] != "子":
        return household.applicant
    number = row["住民番号"]
    return next(child for child in household.children if child.facts["住民番号"] == number)


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"as_of": "2026-02-30"}, "no date"),
        ({"as_of": TODAY, "population": "nowhere"}, "no population"),
    ],
)
def test_bad_input_is_told(pack: Path, people: Path, options: dict[str, str], word: str) -> None:
    with pytest.raises(CommandError, match=word):
        call_command("match", **{"population": str(people), **options})


def test_a_population_larger_than_the_table_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="14,077,552"):
        call_command("population", size=99_000_000, out=str(tmp_path))


def test_an_empty_registry_is_told(db: None, people: Path) -> None:
    with pytest.raises(CommandError, match="empty"):
        call_command("match", population=str(people), as_of=TODAY)


def test_the_changes_of_a_day_are_the_difference_of_two_runs(pack: Path, people: Path, tmp_path: Path) -> None:
    days = ("2027-03-31", "2027-04-01")
    for day in days:
        call_command("match", population=str(people), as_of=day, out=str(tmp_path / day), stdout=StringIO())
    call_command("match", population=str(people), as_of=days[0], keep=str(tmp_path / "kept"), stdout=StringIO())
    output, changes = StringIO(), tmp_path / "changes.parquet"
    options = {"population": str(people), "since": days[0], "as_of": days[1], "out": str(changes), "json": True}
    call_command("match", **options, keep=str(tmp_path / "kept"), stdout=output)
    report = json.loads(output.getvalue())
    expected = _differences(*[_verdicts(tmp_path / day) for day in days])
    found = pl.read_parquet(changes)
    assert set(found.select("住民番号", "programme", "before", "after").iter_rows()) == expected
    assert found.height == len(expected) > 0
    assert report["began"] == sum(after == 2 for *_, after in expected)
    assert report["ended"] == sum(before == 2 for _, _, before, _ in expected)
    anew = StringIO()
    call_command("match", **options, stdout=anew)
    assert json.loads(anew.getvalue())["programmes"] == report["programmes"]


def _verdicts(folder: Path) -> dict[tuple[int, str], int]:
    found = {}
    for file in folder.glob("*.parquet"):
        frame = pl.read_parquet(file)
        for name in frame.columns[1:]:
            found |= {(person, name): truth for person, truth in zip(frame["住民番号"], frame[name], strict=True)}
    return found


def _differences(
    before: dict[tuple[int, str], int], after: dict[tuple[int, str], int]
) -> set[tuple[int, str, int, int]]:
    return {
        (*key, before.get(key, 0), after.get(key, 0))
        for key in before | after
        if before.get(key, 0) != after.get(key, 0)
    }


def test_bits_of_another_day_are_not_continued(pack: Path, people: Path, tmp_path: Path) -> None:
    call_command("match", population=str(people), as_of=TODAY, keep=str(tmp_path), stdout=StringIO())
    with pytest.raises(CommandError, match="Keep them anew"):
        call_command("match", population=str(people), since="2026-11-25", as_of="2026-11-26", keep=str(tmp_path))


def test_bits_that_were_never_kept_are_told(pack: Path, people: Path, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="Keep the bits first"):
        call_command("match", population=str(people), since=TODAY, as_of="2026-11-25", keep=str(tmp_path / "none"))
