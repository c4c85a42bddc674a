"""Make, list and end local staff accounts."""

import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from madoguchi.apps.accounts import services
from madoguchi.apps.accounts.models import User
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import Role


class Command(BaseCommand):
    """`madoguchi staff create NAME --organisation ID --role ROLE`, `list`, `deactivate NAME`."""

    help = "Make, list or end staff accounts. The password is read from standard input with --password-stdin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["create", "list", "deactivate"])
        parser.add_argument("username", nargs="?", default="")
        parser.add_argument("--display-name", default="")
        parser.add_argument("--organisation", default="")
        parser.add_argument("--role", choices=[role.value for role in Role], default=Role.EDITOR.value)
        parser.add_argument("--password-stdin", action="store_true")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "list":
            for user in User.objects.order_by("username"):
                roles = ", ".join(f"{m.role}@{m.organisation_id}" for m in user.memberships.all())
                self.stdout.write(f"{user.username}\t{user.display_name}\t{roles}\t{'' if user.is_active else 'ended'}")
        elif options["what"] == "create":
            self._create(options)
        else:
            services.deactivate(self._user(options["username"]))

    def _create(self, options: dict[str, Any]) -> None:
        if not Organisation.objects.filter(pk=options["organisation"]).exists():
            raise CommandError(
                f"There is no organisation {options['organisation']!r}. Load the pack, then name its id."
            )
        if User.objects.filter(username=options["username"]).exists() or not options["username"]:
            raise CommandError("The name is empty or taken. Choose another.")
        password = sys.stdin.readline().rstrip("\n") if options["password_stdin"] else secrets.token_urlsafe(12)
        try:
            services.create_staff(
                username=options["username"],
                display_name=options["display_name"] or options["username"],
                password=password,
                roles={options["organisation"]: {Role(options["role"])}},
            )
        except ValidationError as problem:
            raise CommandError(" ".join(problem.messages)) from problem
        if not options["password_stdin"]:
            self.stdout.write(f"Password (shown once): {password}")

    def _user(self, username: str) -> User:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account {username!r}. List them with `madoguchi staff list`.")
        return user
