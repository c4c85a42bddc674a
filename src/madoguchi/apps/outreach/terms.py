"""What the pack says about telling: topics and what belongs to them, suggestions by age, how often. Read from one row.

It knows the form of the pack's file and judges no person.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any, Protocol

from madoguchi.apps.outreach.models import Guide
from madoguchi.engines.planning.model import Policy

Words = Mapping[str, str]
LANGUAGES = ("ja", "en", "easy")


class Programme(Protocol):
    """What decides whether a programme is told, and under which topics (registry's `ProgrammeView` has this shape)."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def life_events(self) -> tuple[str, ...]: ...


class TermsMissing(LookupError):
    """No pack with `outreach.yaml` was loaded."""

    def __init__(self) -> None:
        super().__init__("Nothing says what residents are told. Load a pack with outreach.yaml.")


@dataclass(frozen=True, slots=True)
class Topic:
    """What a person may choose. Empty `kinds`: every kind that is told."""

    id: str
    name: Words
    life_events: frozenset[str]
    kinds: frozenset[str]
    programmes: frozenset[str]

    def holds(self, programme: Programme) -> bool:
        """Tell whether a programme belongs to the topic."""
        if programme.id in self.programmes:
            return True
        return (not self.kinds or programme.kind in self.kinds) and not self.life_events.isdisjoint(
            programme.life_events
        )


@dataclass(frozen=True, slots=True)
class AgeBand:
    """What people of an age (years, both included) named most often: topic → percent of `n`."""

    low: int
    high: int
    n: int
    topics: Mapping[str, int]
    none_percent: int | None
    """How many percent want no such notices; None where it is not known."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that the pack says about telling."""

    organisation_id: str
    purpose_id: str
    kinds: frozenset[str]
    also: frozenset[str]
    never: frozenset[str]
    topics: tuple[Topic, ...]
    ages: tuple[AgeBand, ...]
    policy: Policy
    source: Words
    checked_on: date

    @property
    def topic_ids(self) -> frozenset[str]:
        """Return the ids of all topics."""
        return frozenset(topic.id for topic in self.topics)

    def tells(self, programme: Programme) -> bool:
        """Tell whether anybody is told of a programme at all."""
        return programme.id not in self.never and (programme.kind in self.kinds or programme.id in self.also)

    def topics_of(self, programme: Programme) -> frozenset[str]:
        """Return the topics of a programme; none when nobody is told of it."""
        if not self.tells(programme):
            return frozenset()
        return frozenset(topic.id for topic in self.topics if topic.holds(programme))

    def wanted(self, programme: Programme, chosen: Collection[str]) -> bool:
        """Tell whether somebody who chose these topics wants to hear of a programme."""
        return not self.topics_of(programme).isdisjoint(chosen)

    def band(self, age: int | None) -> AgeBand | None:
        """Return what people of an age named; None for an age that was not asked, or is not known."""
        return next((band for band in self.ages if age is not None and band.low <= age <= band.high), None)


def of(content: Mapping[str, Any]) -> Terms:
    """Return the terms of the pack's form; raise ValueError for numbers that `Policy` refuses."""
    tell = content["tell"]
    return Terms(
        organisation_id=content["consent"]["organisation"],
        purpose_id=content["consent"]["purpose"],
        kinds=frozenset(tell["kinds"]),
        also=frozenset(tell.get("also", ())),
        never=frozenset(tell.get("never", ())),
        topics=tuple(_topic(item) for item in content["topics"]),
        ages=tuple(_band(item) for item in content["ages"]),
        policy=Policy(**content["policy"]),
        source={"ja": content["source"]["title"], "en": content["source"]["en"]},
        checked_on=date.fromisoformat(content["source"]["checked_on"]),
    )


def _topic(item: Mapping[str, Any]) -> Topic:
    parts = (frozenset(item.get(name, ())) for name in ("life_events", "kinds", "programmes"))
    return Topic(item["id"], item["name"], *parts)


def _band(item: Mapping[str, Any]) -> AgeBand:
    topics = {named["id"]: int(named["percent"]) for named in item["topics"]}
    return AgeBand(item["from"], item["to"], item["n"], topics, item.get("none"))


def content_hash(content: Mapping[str, Any]) -> str:
    """Return a hash by which the same content is known again."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def current() -> Terms:
    """Return the terms in force; raise TermsMissing before a pack was loaded."""
    row = Guide.objects.values_list("hash", "content").first()
    if row is None:
        raise TermsMissing
    return _read(row[0], json.dumps(row[1], ensure_ascii=False))


@lru_cache(maxsize=4)
def _read(_hash: str, content: str) -> Terms:
    return of(json.loads(content))
