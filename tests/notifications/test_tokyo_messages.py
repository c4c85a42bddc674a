"""The messages of Tokyo's pack: well formed, the same in three languages, and nothing of a person outside."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from madoguchi.apps.notifications import api, pack
from madoguchi.apps.notifications.channels import composing, line, sms, web_push
from madoguchi.apps.notifications.contracts import Channel, Lane, Notice
from madoguchi.apps.notifications.models import TemplateVersion
from madoguchi.apps.notifications.templates import PLACEHOLDER
from madoguchi.core.packs import LoadReport

from .outbox import NOON, account
from .outgoing import outgoing

FOLDER = Path(settings.PACK_DIR)
MESSAGES: list[dict[str, Any]] = yaml.safe_load((FOLDER / pack.FILE).read_text(encoding="utf-8"))["messages"]
EACH = pytest.mark.parametrize("item", MESSAGES, ids=[item["id"] for item in MESSAGES])


def texts(item: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return place, language and text of every text of a message."""
    return [
        (f"{part}.{name}", language, text)
        for part in ("inbox", "outside")
        for name, words in item[part].items()
        for language, text in words.items()
    ]


def test_the_pack_has_nothing_to_complain_about_and_loads_once(db: None) -> None:
    assert pack.check(FOLDER) == []
    pack.load(FOLDER, LoadReport(), NOON)
    pack.load(FOLDER, LoadReport(), NOON)
    assert TemplateVersion.objects.count() == len(MESSAGES) + 1


@EACH
def test_every_language_tells_the_same_values(item: Mapping[str, Any]) -> None:
    for name in ("subject", "body"):
        used = [set(PLACEHOLDER.findall(item["inbox"][name][language])) for language in ("ja", "en", "easy")]
        assert used[0] == used[1] == used[2]


@EACH
def test_easy_japanese_has_spaces_and_short_sentences(item: Mapping[str, Any]) -> None:
    for place, language, text in texts(item):
        if language == "easy":
            assert " " in text, place
            for sentence in re.split(r"[。\n]", PLACEHOLDER.sub("", text)):
                assert len(sentence) <= 60, (place, sentence)
        if language == "en":
            assert not re.search(r"[ぁ-んァ-ン一-龥]", text), place


@EACH
def test_what_goes_outside_fits_every_way_whole(item: Mapping[str, Any]) -> None:
    outside = item["outside"]
    for language in ("ja", "en", "easy"):
        subject, text = outside["subject"][language], outside["text"][language]
        message = outgoing(language=language, subject=subject, text=text)
        assert text in line.words(message)
        assert text in sms.words(message)
        assert text in web_push.payload(message).decode()
        assert composing.one_line(subject) == subject


@EACH
def test_a_message_is_filled_and_read(db: None, item: Mapping[str, Any]) -> None:
    pack.load(FOLDER, LoadReport(), NOON)
    mine = account(Channel.EMAIL)
    values = {name: f"値{name}" for name in item["values"]}
    api.send(Notice("k", mine, item["id"], values, lane=Lane[item["lane"].upper()]), now=NOON)
    for language in ("ja", "en", "easy"):
        (view,) = api.inbox(mine, language, now=NOON)
        for value in values.values():
            assert value in view.subject + view.body
        assert not PLACEHOLDER.search(view.subject + view.body)
