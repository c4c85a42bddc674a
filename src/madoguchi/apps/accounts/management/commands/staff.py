"""Make, list and end staff accounts, link them with a subject of the staff provider, forget lost passkeys."""

import secrets
import sys
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from madoguchi.apps.accounts import identities, services
from madoguchi.apps.accounts.models import User
from madoguchi.apps.accounts.oidc import flow
from madoguchi.apps.accounts.oidc.refusals import Refused
from madoguchi.apps.accounts.passkeys import services as passkeys
from madoguchi.core.access import Kind
from madoguchi.core.models import Organisation
from madoguchi.core.permissions import Role


class Command(BaseCommand):
    """`madoguchi staff create NAME --organisation ID --role ROLE`, `list`, `deactivate NAME`, `forget-passkeys NAME`,
    `link NAME --provider P --subject S`."""

    help = "Make, list, end or link staff accounts, or forget their lost passkeys. The password is read from standard input with --password-stdin."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("what", choices=["create", "list", "deactivate", "link", "forget-passkeys"])
        parser.add_argument("username", nargs="?", default="")
        parser.add_argument("--display-name", default="")
        parser.add_argument("--organisation", default="")
        parser.add_argument("--role", choices=[role.value for role in Role], default=Role.EDITOR.value)
        parser.add_argument("--password-stdin", action="store_true")
        parser.add_argument("--provider", default="", help="name of a configured staff provider (link)")
        parser.add_argument("--subject", default="", help="subject that the provider gives this person (link)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["what"] == "list":
            for user in User.objects.filter(kind=Kind.STAFF).order_by("username"):
                roles = ", ".join(f"{m.role}@{m.organisation_id}" for m in user.memberships.all())
                self.stdout.write(f"{user.username}\t{user.display_name}\t{roles}\t{'' if user.is_active else 'ended'}")
        elif options["what"] == "create":
            self._create(options)
        elif options["what"] == "link":
            self._link(options)
        elif options["what"] == "forget-passkeys":
            number = passkeys.forget_all(self._user(options["username"]))
            self.stdout.write(f"Removed {number} passkeys and ended the account's sessions.")
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

    def _link(self, options: dict[str, Any]) -> None:
        provider = flow.providers().get(options["provider"])
        if provider is None or provider.kind is not Kind.STAFF or not options["subject"]:
            raise CommandError("Name a configured staff provider and a subject: --provider P --subject S.")
        try:
            identities.link_staff(
                self._user(options["username"]),
                provider=provider.name,
                issuer=provider.issuer,
                subject=options["subject"],
                now=timezone.now(),
            )
        except Refused as refused:
            raise CommandError(f"Not linked: {refused.reason}. Look at the linked account first.") from refused

    def _user(self, username: str) -> User:
        user = User.objects.filter(username=username).first()
        if user is None:
            raise CommandError(f"There is no account {username!r}. List them with `madoguchi staff list`.")
        return user
