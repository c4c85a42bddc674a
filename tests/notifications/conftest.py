"""A small set of templates and a provider that is a Python object, for tests of the outbox. Everybody here is invented."""

from collections.abc import Iterator
from typing import Any

import pytest

from madoguchi.apps.notifications import pack as templates
from madoguchi.apps.notifications.channels import base
from madoguchi.apps.notifications.contracts import Channel
from madoguchi.apps.notifications.delivering import outcomes
from tests.notifications.outbox import NOON, FakeSender, template

TEMPLATES = (
    template("warning", "disaster", values=["place"], body="{place}に避難指示が出ています。"),
    template("letter", "personal", values=["procedure"], body="「{procedure}」の結果が届きました。"),
    template("offer", "offer", values=["programme"], body="「{programme}」が使えるかもしれません。"),
)


@pytest.fixture
def messages(db: None) -> None:
    """Load a template for each lane."""
    for item in TEMPLATES:
        templates.save(item, NOON)


@pytest.fixture
def senders(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[Channel, FakeSender]]:
    """Put a fake provider in the place of every way; pauses between tries are not shortened by chance."""
    monkeypatch.setattr(outcomes, "_jitter", _NoJitter())
    made = {channel: FakeSender(channel) for channel in Channel if channel != Channel.INBOX}
    with base.in_place(*made.values()):
        yield made


class _NoJitter:
    def uniform(self, *_: Any) -> float:
        return 1.0
