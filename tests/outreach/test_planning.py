"""The plan of a population tells what brute force tells: nothing wrong, twice or late, and no one too often."""

from collections import defaultdict
from datetime import date, timedelta
from io import StringIO
from pathlib import Path

import polars as pl
import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from tests.outreach.planning_world import POLICY, days_of, world_of


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("people")
    call_command("population", size=4_000, seed=5, out=str(folder), stdout=StringIO(), stderr=StringIO())
    return folder


@pytest.mark.parametrize(("seed", "first"), [(1, date(2027, 2, 20)), (2, date(2027, 3, 25))])
def test_whatever_happens_the_plan_tells_what_brute_force_tells(
    pack: Path, people: Path, seed: int, first: date
) -> None:
    world = world_of(people, first, seed, residents=100, rate=0.1)
    sent: dict[int, list[date]] = defaultdict(list)
    for today, told, expected, _ in days_of(world, 45):
        assert told == expected, today
        for recipient, broke, _items in told:
            near = [day for day in sent[recipient] if today - day < timedelta(days=28)]
            assert len(near) < 28 // POLICY.gap + 1
            assert broke or not near or today - near[-1] >= timedelta(days=POLICY.gap)
            sent[recipient].append(today)
    assert len(sent) > 20
    assert sum(map(len, sent.values())) > len(sent)


def test_the_command_counts_and_writes_every_message(pack: Path, people: Path, tmp_path: Path) -> None:
    output = StringIO()
    call_command("plan", population=str(people), as_of="2027-03-25", days=8, out=str(tmp_path), stdout=output)
    written = pl.concat([pl.read_parquet(file) for file in tmp_path.glob("*.parquet")])
    messages = written.select("day", "recipient").n_unique()
    assert f"{messages:,} messages to {written['recipient'].n_unique():,} recipients" in output.getvalue()
    assert written.select("recipient", "about", "programme", pl.col("reason") == "CLOSES").is_duplicated().sum() == 0


@pytest.mark.parametrize(
    ("options", "word"),
    [
        ({"as_of": "2027-02-30"}, "no date"),
        ({"population": "nowhere"}, "no population"),
        ({"days": 0}, "at least one day"),
    ],
)
def test_bad_input_is_told(pack: Path, people: Path, options: dict[str, object], word: str) -> None:
    with pytest.raises(CommandError, match=word):
        call_command("plan", **{"population": str(people), "as_of": "2027-03-01", **options})
