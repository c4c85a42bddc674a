"""Templates of messages: versions, and words made of them. Plain text; a value is put in as it is and never read again.

What goes outside has no placeholder, so nothing of a person can get into it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from madoguchi.apps.notifications.contracts import Lane
from madoguchi.apps.notifications.errors import NoticeInvalid
from madoguchi.apps.notifications.models import TemplateVersion

LANGUAGES = ("ja", "en", "easy")
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")
CODE_TEMPLATE = CODE_SOURCE = "address-code"
_CODE: dict[str, Any] = {
    "id": CODE_TEMPLATE,
    "lane": "personal",
    "values": ["code"],
    "inbox": {
        "subject": {"ja": "確認番号", "en": "Confirmation code", "easy": "確認の 番号"},
        "body": {"ja": "{code}", "en": "{code}", "easy": "{code}"},
    },
    "outside": {
        "subject": {
            "ja": "東京都の共通窓口：確認番号",
            "en": "Tokyo's digital counter: confirmation code",
            "easy": "東京都の 窓口：確認の 番号",
        },
        "text": {
            "ja": "確認番号は{code}です。10分以内に画面に入力してください。心当たりがないときは、何もしないでください。",
            "en": "Your confirmation code is {code}. Enter it on the page within 10 minutes. "
            "If you did not ask for it, do nothing.",
            "easy": "番号は {code} です。10分の うちに 画面に 入れて ください。わからない ときは、なにも しないで ください。",
        },
    },
}


@dataclass(frozen=True, slots=True)
class Template:
    """A template as it is used. Texts are by language (`ja`, `en`, `easy`)."""

    id: str
    lane: Lane
    values: tuple[str, ...]
    subject: Mapping[str, str]
    body: Mapping[str, str]
    outside_subject: Mapping[str, str]
    outside_text: Mapping[str, str]

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> "Template":
        """Make it of its JSON form, which the pack's check has approved."""
        inbox, outside = content["inbox"], content["outside"]
        return cls(
            content["id"],
            Lane[content["lane"].upper()],
            tuple(content.get("values", ())),
            inbox["subject"],
            inbox["body"],
            outside["subject"],
            outside["text"],
        )


BUILT_IN = Template.of(_CODE)
"""The only one with a placeholder outside: the code that proves an address. Its message is in no inbox."""
BUILT_IN_CONTENT: Mapping[str, Any] = _CODE


@dataclass(frozen=True, slots=True)
class Known:
    """The newest version of a template."""

    version_id: int
    template: Template


def newest(names: Iterable[str]) -> dict[str, Known]:
    """Return the newest version of each template; raise `NoticeInvalid` for one that nobody loaded."""
    wanted = set(names)
    rows = TemplateVersion.objects.filter(template__in=wanted).order_by("number").values_list("template", "pk", "hash")
    found = {name: Known(key, content(key, digest)) for name, key, digest in rows}
    for name in sorted(wanted - found.keys()):
        raise NoticeInvalid(
            f"There is no message template {name!r}, so nothing was sent. "
            "Add it to messages.yaml of the pack and load the pack."
        )
    return found


@lru_cache(maxsize=512)
def content(version_id: int, digest: str) -> Template:
    """Return a version, which never changes; its hash is part of the question so that another database's is not given."""
    return Template.of(TemplateVersion.objects.get(pk=version_id, hash=digest).content)


def check_values(template: Template, values: Mapping[str, object]) -> None:
    """Raise `NoticeInvalid` when a value of the template is missing."""
    missing = [name for name in template.values if name not in values]
    if missing:
        raise NoticeInvalid(
            f"A message of template {template.id!r} lacks {', '.join(missing)}, so nothing was sent. "
            "Give every value that messages.yaml names for it."
        )


def jsonable(values: Mapping[str, object]) -> dict[str, Any]:
    """Return values as JSON keeps them: text, or texts by language."""
    return {name: _kept(value) for name, value in values.items()}


def _kept(value: object) -> Any:
    if isinstance(value, Mapping):
        return {str(language): _text(part) for language, part in value.items()}
    return _text(value)


def _text(value: object) -> str:
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def in_language(texts: Mapping[str, str], language: str) -> str:
    """Return the text of a language; Japanese where it is missing."""
    return texts.get(language) or texts.get("ja") or next(iter(texts.values()), "")


def filled(texts: Mapping[str, str], values: Mapping[str, Any], language: str) -> str:
    """Return a text with its placeholders filled in one pass, so that a value with braces stays a value."""

    def value(match: re.Match[str]) -> str:
        found = values.get(match[1], "")
        return in_language(found, language) if isinstance(found, Mapping) else str(found)

    return PLACEHOLDER.sub(value, in_language(texts, language))
