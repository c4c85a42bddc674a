"""Loads `messages.yaml` of a pack: templates in three languages. Changed content becomes a new version; none is removed."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from madoguchi.apps.notifications.models import TemplateVersion
from madoguchi.apps.notifications.templates import BUILT_IN_CONTENT, CODE_TEMPLATE, LANGUAGES, PLACEHOLDER
from madoguchi.core.packs import LoadReport, PackError, PackLoader, plain, read_yaml

FILE = "messages.yaml"


def _texts(most: int) -> dict[str, Any]:
    text = {"type": "string", "minLength": 1, "maxLength": most}
    return {
        "type": "object",
        "required": [*LANGUAGES],
        "additionalProperties": False,
        "properties": dict.fromkeys(LANGUAGES, text),
    }


def _pair(**parts: int) -> dict[str, Any]:
    return {
        "type": "object",
        "required": [*parts],
        "additionalProperties": False,
        "properties": {name: _texts(most) for name, most in parts.items()},
    }


_MESSAGE: dict[str, Any] = {
    "type": "object",
    "required": ["id", "lane", "inbox", "outside"],
    "additionalProperties": False,
    "properties": {
        "id": {"type": "string", "pattern": "^[a-z0-9-]+$", "maxLength": 60},
        "lane": {"enum": ["disaster", "personal", "offer"]},
        "values": {"type": "array", "uniqueItems": True, "items": {"type": "string", "pattern": "^[a-z][a-z0-9_]*$"}},
        "inbox": _pair(subject=120, body=2_000),
        "outside": _pair(subject=60, text=300),
    },
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "required": ["messages"],
    "additionalProperties": False,
    "properties": {"messages": {"type": "array", "items": _MESSAGE}},
}


def check(folder: Path) -> list[PackError]:
    """Return what is wrong in `messages.yaml`: form, ids, placeholders."""
    if not (folder / FILE).exists():
        return []
    data, errors = read_yaml(folder, FILE, SCHEMA)
    if errors or data is None:
        return errors
    seen: set[str] = set()
    for item in plain(data)["messages"]:
        errors += _errors(item, seen)
        seen.add(item["id"])
    return errors


def _errors(item: Mapping[str, Any], seen: set[str]) -> Iterator[PackError]:
    def error(place: str, message: str, remedy: str) -> PackError:
        return PackError(FILE, str(item["id"]), place, message, remedy)

    if item["id"] in seen:
        yield error("id", "This id is there twice.", "Give each message its own.")
    if item["id"] == CODE_TEMPLATE:
        yield error("id", "This message is built in.", "Give yours another id.")
    known = set(item.get("values", ()))
    used: set[str] = set()
    for place, text in _words(item, "inbox"):
        found = set(PLACEHOLDER.findall(text))
        used |= found
        if stray := found - known:
            yield error(place, f"{_named(stray)} is no value of this message.", "Add it to `values`, or correct it.")
        if _braces(PLACEHOLDER.sub("", text)):
            yield error(place, "There is a brace that begins no placeholder.", "Write {name}, in small letters.")
    if unused := known - used:
        yield error("values", f"{_named(unused)} stands in no text.", "Use it, or take it away.")
    for place, text in _words(item, "outside"):
        if _braces(text):
            yield error(
                place,
                "What leaves the platform must not hold anything about a person, so it has no placeholders.",
                "Say only that something is there; the details belong into `inbox`.",
            )


def _words(item: Mapping[str, Any], part: str) -> Iterator[tuple[str, str]]:
    for name, texts in item[part].items():
        for language, text in texts.items():
            yield f"{part}.{name}.{language}", text


def _named(names: set[str]) -> str:
    return ", ".join(f"{{{name}}}" for name in sorted(names))


def _braces(text: str) -> bool:
    return "{" in text or "}" in text


def load(folder: Path, report: LoadReport, now: datetime) -> None:
    """Add a version of each template that is new or changed."""
    items = plain(read_yaml(folder, FILE)[0])["messages"] if (folder / FILE).exists() else []
    report.add("message templates", sum(save(item, now) for item in [*items, BUILT_IN_CONTENT]))


def save(content: Mapping[str, Any], now: datetime) -> bool:
    """Add a version unless the newest one says the same; tell whether one was added."""
    kept = dict(content)
    digest = hashlib.sha256(json.dumps(kept, ensure_ascii=False, sort_keys=True).encode()).hexdigest()
    last = TemplateVersion.objects.filter(template=kept["id"]).order_by("-number").first()
    if last is not None and last.hash == digest:
        return False
    number = last.number + 1 if last else 1
    TemplateVersion.objects.create(template=kept["id"], number=number, content=kept, hash=digest, loaded_at=now)
    return True


LOADER = PackLoader("notifications", 65, check, load)
