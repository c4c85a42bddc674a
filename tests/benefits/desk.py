"""Signed-in staff of the scheme's organisation and of another one, and forms as their pages send them."""

import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from django.test import Client

from madoguchi.apps.accounts import services as accounts
from madoguchi.apps.accounts.models import User
from madoguchi.apps.benefits.models import Run
from madoguchi.core.permissions import Role

from .conftest import OWNER, SCHEME

DESK = f"/desk/benefits/{SCHEME}/"


def member(name: str, *roles: Role, at: str = OWNER) -> User:
    """Return an account of staff."""
    user = User.objects.create(username=name, display_name=f"職員{name}", kind="staff")
    accounts.set_roles(user, {at: set(roles)})
    return user


def browser(name: str, *roles: Role, at: str = OWNER) -> Client:
    """Return the browser of signed-in staff."""
    client = Client()
    client.force_login(User.objects.filter(username=name).first() or member(name, *roles, at=at))
    return client


def address(run: Run) -> str:
    """Return the address of a run's page."""
    return f"{DESK}runs/{run.pk}/"


def hidden(html: str) -> dict[str, str]:
    """Return the hidden inputs of a page, the later of two of one name."""
    found = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', html))
    found.pop("csrfmiddlewaretoken", None)
    return found


def act(client: Client, run: Run, do: str, *, state: str = "", **more: Any) -> HttpResponse:
    """Send a form of the run's page as it stands now, or as it stood in another state."""
    run.refresh_from_db()
    answer: Any = client.post(address(run), {"do": do, "state": state or run.state, **more}, follow=True)
    return answer


def upload(data: bytes) -> SimpleUploadedFile:
    """Return a file as a browser sends it."""
    return SimpleUploadedFile("result.csv", data, content_type="text/csv")


def text_of(answer: Any) -> str:
    """Return a page without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))
