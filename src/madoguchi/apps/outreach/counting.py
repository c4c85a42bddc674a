"""Stored counts of a matched population by programme and municipality. The population is synthetic and says so."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from django.db import transaction

from madoguchi.apps.outreach import matching
from madoguchi.apps.outreach.models import MatchCount
from madoguchi.apps.registry import api as registry
from madoguchi.engines.eligibility import Rule
from madoguchi.engines.eligibility.columnar import Verdicts
from madoguchi.engines.eligibility.plans import ROLE_OF
from madoguchi.engines.population import LABEL


def keep_counts(folder: Path, *, as_of: date) -> int:
    """Match a population on a day and put its counts in the place of the old ones; return how many rows there are.

    Raise `matching.PopulationMissing` where there is no population in the folder.
    """
    rules = [rule for rule in registry.rules() if rule.in_force(as_of)]
    loaded = matching.load(folder, rules, registry.rulebook())
    verdicts = loaded.population.match(as_of)
    by_id = {rule.id: rule for rule in rules}
    rows = [row for found in verdicts for row in _rows(found, loaded, by_id, as_of)]
    with transaction.atomic():
        MatchCount.objects.all().delete()
        MatchCount.objects.bulk_create(rows, batch_size=1_000)
    return len(rows)


def _rows(found: Verdicts, loaded: matching.Loaded, rules: dict[str, Rule], as_of: date) -> Iterator[MatchCount]:
    everybody = len(found.persons)
    for name, (true, false) in zip(found.rules, found.counts.tolist(), strict=True):
        role = ROLE_OF.get(rules[name].subject)
        judged = everybody if role is None else loaded.roles.get(f"{found.municipality} {role}", 0)
        maybe = min(everybody - true - false, judged - true)
        yield MatchCount(
            programme=name,
            municipality=str(found.municipality),
            on=as_of,
            label=LABEL,
            yes=int(true),
            maybe=max(0, int(maybe)),
            judged=int(judged),
        )
