"""Tells enrolled residents what is due, looks at one of them, counts a population for the desk, shows figures."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from madoguchi.apps.outreach import counting, effects
from madoguchi.apps.outreach.matching import PopulationMissing
from madoguchi.apps.outreach.models import Enrolment
from madoguchi.apps.outreach.services import daily, looking


class Command(BaseCommand):
    """`madoguchi outreach daily | look PERSON | count --population FOLDER [--as-of DAY] | figures [--municipality CODE]`."""

    help = (
        "daily: everybody who is due; look: one person; count: a population, for the desk; figures: what telling did."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        what = parser.add_subparsers(dest="what", required=True)
        what.add_parser("daily")
        what.add_parser("look").add_argument("person")
        count = what.add_parser("count")
        count.add_argument("--population", type=Path, required=True)
        count.add_argument("--as-of", type=date.fromisoformat, default=None)
        what.add_parser("figures").add_argument("--municipality", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['what']}")(options)

    def _daily(self, _options: dict[str, Any]) -> None:
        tally = daily.daily(timezone.now())
        self.stdout.write(
            f"Looked at {tally.looked} people; {tally.told} were told {tally.items} things; {tally.failed} failed."
        )

    def _look(self, options: dict[str, Any]) -> None:
        row = Enrolment.objects.filter(person_id=options["person"], ended_at=None).first()
        if row is None:
            raise CommandError("Nobody of this number is enrolled. She agrees and chooses topics on /me/outreach/.")
        told = looking.look(row.pk, now=timezone.now())
        row.refresh_from_db()
        self.stdout.write(f"{told} things were told. Looked at again on {row.look_again_on}.")

    def _count(self, options: dict[str, Any]) -> None:
        day = options["as_of"] or timezone.localdate()
        try:
            rows = counting.keep_counts(options["population"], as_of=day)
        except PopulationMissing as missing:
            raise CommandError(str(missing)) from None
        self.stdout.write(f"Kept {rows} counts of {day}.")

    def _figures(self, options: dict[str, Any]) -> None:
        code = options["municipality"]
        for item in effects.effects(code):
            told, applied = _number(item.told), _number(item.applied.part)
            self.stdout.write(
                f"{item.programme_id}: told {told}, opened {_number(item.opened.part)}, applied {applied}"
            )
        if not effects.effects(code):
            self.stdout.write("Nothing was told yet.")


def _number(value: int | None) -> str:
    """Return a number, or that it is too small to be shown."""
    return "fewer than 10" if value is None else str(value)
