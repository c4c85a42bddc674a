"""Sets the outbox up for measuring: a template, accounts with one address each, a fake provider in its own process.

Every account and address is invented; the fake provider sends nothing anywhere.
"""

import json
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

TEXTS = {"ja": "お知らせがあります。", "en": "There is a message.", "easy": "お知らせが あります。"}
INBOX = {language: text + "{name}" for language, text in TEXTS.items()}
TEMPLATE = {
    "id": "measured",
    "lane": "personal",
    "values": ["name"],
    "inbox": {"subject": INBOX, "body": INBOX},
    "outside": {"subject": TEXTS, "text": TEXTS},
}
NOON = datetime(2026, 11, 24, 3, 0, tzinfo=UTC)


@contextmanager
def provider(**behaviour: Any) -> Iterator[str]:
    """Run the fake provider in a process of its own; yield its address."""
    options = [f"--{name.replace('_', '-')}={value}" for name, value in behaviour.items()]
    command = [sys.executable, "-m", "madoguchi.apps.notifications.channels.fake_provider", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 # itself
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip().split()[-1]
        finally:
            process.terminate()


def effects(address: str) -> dict[str, Any]:
    """Return what reached people: counts, and effects by provider key."""
    with urllib.request.urlopen(f"{address}/effects") as answer:  # noqa: S310 # the local provider
        found: dict[str, Any] = json.load(answer)
    return found


def forget_effects(address: str) -> None:
    """Let the provider begin anew."""
    urllib.request.urlopen(urllib.request.Request(f"{address}/effects", method="DELETE")).close()  # noqa: S310 # as above


def change(address: str, behaviour: Mapping[str, Any]) -> None:
    """Change how the provider behaves."""
    request = urllib.request.Request(f"{address}/behaviour", json.dumps(behaviour).encode(), method="POST")  # noqa: S310 # as above
    urllib.request.urlopen(request).close()  # noqa: S310 # as above


def use_line(address: str) -> None:
    """Send by LINE to this provider, without a limit on the rate."""
    from madoguchi.apps.notifications.channels import base
    from madoguchi.apps.notifications.channels.line import LineSender
    from madoguchi.apps.notifications.contracts import Channel

    for channel in Channel:
        base.register(channel, lambda: None)
    base.register(Channel.LINE, lambda: LineSender(url=address, token="", rate_per_second=0))


def template(now: datetime = NOON) -> None:
    """Load the template."""
    from madoguchi.apps.notifications import pack

    pack.save(TEMPLATE, now)


def people(number: int, now: datetime = NOON) -> list[str]:
    """Make accounts with a LINE address each; return their ids."""
    from madoguchi.apps.notifications import sealing
    from madoguchi.apps.notifications.models import Address
    from madoguchi.core import vault

    sealer, rows = vault.sealer(), []
    for place in range(number):
        row = Address(account_id=str(uuid4()), channel="line", created_at=now, verified_at=now)
        sealing.put_address(row, f"U{place:032x}", sealer)
        rows.append(row)
    Address.objects.bulk_create(rows, batch_size=5_000)
    return [row.account_id for row in rows]


def notices(accounts: list[str], key: str) -> list[Any]:
    """Return one notice for each account."""
    from madoguchi.apps.notifications.contracts import Notice

    return [
        Notice(key=key, account_id=account, template="measured", values={"name": "見本"}, link="/me", source="bench")
        for account in accounts
    ]
