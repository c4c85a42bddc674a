"""Checks the cases against their actions, and does at once what chores do."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from madoguchi.apps.cases import chores, forecast, verifying
from madoguchi.apps.cases.services import closing


class Command(BaseCommand):
    """`madoguchi cases verify | clocks | learn | tell | end`."""

    help = "verify: compare with the actions; clocks: days anew; learn: fit the forecast; tell: reminders; end: close, forget."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["verify", "clocks", "learn", "tell", "end"])

    def handle(self, *args: Any, **options: Any) -> None:
        getattr(self, f"_{options['what']}")()

    def _verify(self) -> None:
        problems = verifying.verify()
        if problems:
            raise CommandError("\n".join(problems))
        self._show("Every case is as its actions say.")

    def _clocks(self) -> None:
        self._show(f"{chores.wind_clocks()} cases have other days now.")

    def _learn(self) -> None:
        self._show(f"The forecast was fitted to {forecast.refit(timezone.now())} cases.")

    def _tell(self) -> None:
        now = timezone.now()
        self._show(f"{chores.remind(now)} renewals and {chores.tell_overdue(now)} late cases were told of.")

    def _end(self) -> None:
        now = timezone.now()
        self._show(f"{closing.close_finished(now)} cases were closed, the words of {closing.forget(now)} removed.")

    def _show(self, text: str) -> None:
        self.stdout.write(text)
