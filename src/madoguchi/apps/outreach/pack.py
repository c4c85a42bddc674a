"""Loads `outreach.yaml` of a pack: topics, who is told what, how often. A pack without the file tells nobody anything."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from madoguchi.apps.outreach import terms
from madoguchi.apps.outreach.models import Guide
from madoguchi.core.packs import LoadReport, PackError, PackLoader, plain, read_yaml

FILE = "outreach.yaml"
_TEXT: dict[str, Any] = {"type": "string", "minLength": 1}
_ID: dict[str, Any] = {"type": "string", "pattern": "^[a-z0-9-]+$", "maxLength": 80}
_IDS: dict[str, Any] = {"type": "array", "uniqueItems": True, "items": _ID}
_KINDS: dict[str, Any] = {"type": "array", "uniqueItems": True, "items": {"type": "string", "pattern": "^[a-z_]+$"}}
_PERCENT: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 100}
_AGE: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 130}
_DAYS: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 366}
_POLICY = ("lead", "close_lead", "gap", "urgent_within", "spread", "again", "horizon")


def _form(required: list[str], **properties: Any) -> dict[str, Any]:
    return {"type": "object", "required": required, "additionalProperties": False, "properties": properties}


_NAME = _form(["ja", "en", "easy"], ja=_TEXT, en=_TEXT, easy=_TEXT)
_BAND = {
    "type": "object",
    "required": ["from", "to", "n", "topics"],
    "additionalProperties": False,
    "properties": {
        "from": _AGE,
        "to": _AGE,
        "n": {"type": "integer", "minimum": 1},
        "none": _PERCENT,
        "topics": {"type": "array", "items": _form(["id", "percent"], id=_ID, percent=_PERCENT)},
    },
}
SCHEMA: dict[str, Any] = _form(
    ["consent", "tell", "topics", "ages", "source", "policy"],
    consent=_form(["organisation", "purpose"], organisation=_TEXT, purpose=_ID),
    tell=_form(["kinds"], kinds=_KINDS, also=_IDS, never=_IDS),
    topics={
        "type": "array",
        "minItems": 1,
        "items": _form(["id", "name"], id=_ID, name=_NAME, life_events=_IDS, kinds=_KINDS, programmes=_IDS),
    },
    ages={"type": "array", "items": _BAND},
    source=_form(["title", "en", "checked_on"], title=_TEXT, en=_TEXT, checked_on=_TEXT),
    policy=_form(list(_POLICY), **dict.fromkeys(_POLICY, _DAYS)),
)


def check(folder: Path) -> list[PackError]:
    """Return what is wrong in the file: form, names that the pack does not know, doubled ids, ages that overlap."""
    if not (folder / FILE).exists():
        return []
    data, errors = read_yaml(folder, FILE, SCHEMA)
    if errors or data is None:
        return errors
    return [PackError(FILE, *flaw) for flaw in _flaws(plain(data), folder)]


Flaw = tuple[str, str, str, str]


def _flaws(data: dict[str, Any], folder: Path) -> Iterator[Flaw]:
    known = _known(folder)
    if data["consent"]["organisation"] not in known["organisations"]:
        yield "consent", "organisation", "There is no such organisation.", "Use an id of organisations.yaml."
    if (data["consent"]["purpose"], data["consent"]["organisation"]) not in known["agreements"]:
        yield "consent", "purpose", "The organisation has no such agreement.", "Add it to purposes.yaml."
    for field in ("also", "never"):
        for name in sorted(set(data["tell"].get(field, ())) - known["programmes"]):
            yield "tell", field, f"{name} is no programme.", "Use an id of the programmes."
    yield from _topic_flaws(data["topics"], known)
    yield from _age_flaws(data)
    try:
        terms.of(data)
    except ValueError as problem:
        yield "policy", "-", str(problem), "See docs/outreach.md."


def _topic_flaws(topics: list[dict[str, Any]], known: dict[str, set[Any]]) -> Iterator[Flaw]:
    seen: set[str] = set()
    for item in topics:
        if item["id"] in seen:
            yield item["id"], "id", "The topic stands twice.", "Give each its own id."
        seen.add(item["id"])
        for field in ("life_events", "programmes"):
            for name in sorted(set(item.get(field, ())) - known[field]):
                yield item["id"], field, f"{name} is not known.", f"Use an id of the pack's {field}."
        if not item.get("life_events") and not item.get("programmes"):
            yield item["id"], "programmes", "Nothing can belong to the topic.", "Name programmes or events of life."


def _age_flaws(data: dict[str, Any]) -> Iterator[Flaw]:
    topics, last = {item["id"] for item in data["topics"]}, -1
    for band in data["ages"]:
        name = f"{band['from']}-{band['to']}"
        if not last < band["from"] <= band["to"]:
            yield name, "from", "The ages overlap or are out of order.", "Order them, each beginning after the last."
        last = band["to"]
        for unknown in sorted({item["id"] for item in band["topics"]} - topics):
            yield name, "topics", f"{unknown} is no topic.", "Use an id of the topics of this file."


def _known(folder: Path) -> dict[str, set[Any]]:
    programmes: set[Any] = set()
    for file in sorted((folder / "programmes").glob("*.yaml")):
        programmes |= _ids(read_yaml(folder, f"programmes/{file.name}")[0], "programmes")
    purposes = read_yaml(folder, "purposes.yaml")[0] or {}
    return {
        "organisations": _ids(read_yaml(folder, "organisations.yaml")[0], "organisations"),
        "life_events": _ids(read_yaml(folder, "life_events.yaml")[0], "life_events"),
        "programmes": programmes,
        "agreements": {pair for item in purposes.get("agreements", ()) for pair in _pairs(item)},
    }


def _pairs(item: dict[str, Any]) -> Iterable[tuple[str, str]]:
    controllers = item["controllers"] if isinstance(item["controllers"], list) else []
    return [(item["purpose"], controller) for controller in controllers]


def _ids(data: Any, name: str) -> set[Any]:
    return {item["id"] for item in data.get(name, ()) if "id" in item} if isinstance(data, dict) else set()


def load(folder: Path, report: LoadReport, now: datetime) -> None:
    """Keep the file as the one guide; the caller has checked the pack and opened a transaction."""
    if not (folder / FILE).exists():
        return
    content = plain(read_yaml(folder, FILE)[0])
    values = {"content": content, "hash": terms.content_hash(content), "loaded_at": now}
    Guide.objects.update_or_create(pk=Guide.ONLY, defaults=values)
    report.add("outreach_topics", len(content["topics"]))


LOADER = PackLoader("outreach", 70, check, load)
