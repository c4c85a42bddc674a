"""What open data's tests share: changes of the registry, a receiver of webhooks that answers as told. All invented."""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import httpx
from django.test import Client

from madoguchi.apps.opendata.webhooks import signing
from madoguchi.apps.registry import services
from madoguchi.apps.registry.models import Programme
from madoguchi.core.permissions import Actor, Role

URL = "https://8.8.8.8/hook"
"""A public address that is never called: the transport stands in for the network."""


def withdraw(programme_id: str, *, now: datetime) -> None:
    owner = Programme.objects.get(pk=programme_id).organisation_id
    services.withdraw(Actor("t", "t", {owner: frozenset({Role.PUBLISHER})}), programme_id, now=now)


def change(programme_id: str, law: str, *, now: datetime) -> None:
    """Publish a new version of a programme with another legal basis."""
    content = Programme.objects.get(pk=programme_id).current.content  # type: ignore[union-attr] # it is published
    services.publish_from_pack({**content, "law": law}, now=now)


class Receiver(httpx.BaseTransport):
    """An app's server: notes what came, gives challenges back, answers as `answer` says. Times are those of the headers."""

    def __init__(self, answer: Callable[[dict[str, Any]], int] = lambda message: 200) -> None:
        self.answer = answer
        self.calls: list[tuple[Mapping[str, str], bytes, dict[str, Any]]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = request.read()
        message = json.loads(body)
        self.calls.append((dict(request.headers), body, message))
        if message["type"] == "webhook.challenge":
            return httpx.Response(200, json={"challenge": message["data"]["challenge"]})
        return httpx.Response(self.answer(message))

    def messages(self) -> list[dict[str, Any]]:
        """Return the changes that came, pings and challenges left out."""
        return [message for _, _, message in self.calls if message["type"].startswith("programme.")]

    def sequences(self) -> list[int]:
        return [message["data"]["sequence"] for message in self.messages()]


def genuine(headers: Mapping[str, str], body: bytes, secret: str) -> bool:
    """Tell whether a call carries a signature of the secret."""
    mine = signing.signature(secret, headers["webhook-id"], int(headers["webhook-timestamp"]), body)
    return mine in headers["webhook-signature"].split()


def new_key(client: Client) -> dict[str, str]:
    """Make a key as an app does; return the header that carries it."""
    made = client.post("/api/v1/keys", {"name": "見本アプリ"}, content_type="application/json")
    assert made.status_code == 201, made.content
    return {"Authorization": f"Bearer {made.json()['key']}"}


def post(client: Client, path: str, body: Any = None, headers: Mapping[str, str] | None = None) -> Any:
    """Post JSON to the API."""
    return client.post(f"/api/v1/{path}", body or {}, content_type="application/json", headers=headers or {})
