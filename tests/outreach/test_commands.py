"""`madoguchi outreach`: what is due, one person, counts of a population, figures; and the chore of the worker."""

from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from madoguchi.apps.outreach import counting, matching, populations, tasks
from madoguchi.apps.outreach.models import MatchCount
from tests.outreach import world
from tests.outreach.world import START

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("pack")]


def run(*words: str) -> str:
    out = StringIO()
    call_command("outreach", *words, stdout=out)
    return out.getvalue()


def test_daily_and_look_say_what_they_did() -> None:
    day = timezone.localdate() - timedelta(days=1)
    home = world.family([("haru", day - timedelta(days=40))])
    world.enrol(home, on=day)
    assert "Looked at 1 people; 1 were told" in run("daily")
    assert "Looked at 0 people" in run("daily")
    assert "0 things were told" in run("look", home.mother)
    assert tasks.look_at_due.call() == 0
    with pytest.raises(CommandError, match="Nobody of this number"):
        run("look", home.father)
    assert "fewer than 10" in run("figures")


def test_figures_without_anything_say_so() -> None:
    assert "Nothing was told yet" in run("figures")


def test_counts_of_a_population_are_kept_by_municipality_with_its_label(pack: Path, tmp_path: Path) -> None:
    populations.write_population(pack, tmp_path, size=3_000, seed=1, as_of=START, progress=lambda _code, _number: None)
    assert "Kept" in run("count", "--population", str(tmp_path), "--as-of", START.isoformat())
    rows = MatchCount.objects.filter(programme="018-support")
    assert {row.label for row in rows} == {"SYNTHETIC 合成データ"}
    assert all(row.yes + row.maybe <= row.judged for row in rows)
    assert sum(row.yes for row in rows) == whole(tmp_path)
    before = MatchCount.objects.count()
    assert counting.keep_counts(tmp_path, as_of=START) == before == MatchCount.objects.count()


def whole(folder: Path) -> int:
    """Return how many are eligible by the report of matching."""
    from madoguchi.apps.registry import api as registry

    report = matching.match_population(folder, registry.rules(), registry.rulebook(), as_of=START)
    return next(item.yes for item in report.counts if item.programme_id == "018-support")


def test_a_folder_without_a_population_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no population"):
        run("count", "--population", str(tmp_path))
