"""The columnar plan sends exactly what the rules for one recipient send, day by day, whatever changes."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np
import pytest

from madoguchi.engines.planning import Memory, Policy, Reason, Spell, Subject, Window, due, items, remember
from madoguchi.engines.planning.columnar import Plan, Ruling, Turning, spread_planes

FIRST = date(2027, 1, 1)
POLICY = Policy(again=40)
DAYS, RULES, TOPICS = 100, 70, 4
OPEN = Window()


@dataclass
class World:
    """Invented people: which rules hold on which day, who is told, what they chose. Changes as days pass."""

    seed: int
    size: int = 12
    draw: np.random.Generator = field(init=False)
    holds: np.ndarray = field(init=False)
    """Rows × rules × days."""

    def __post_init__(self) -> None:
        self.draw = np.random.default_rng(self.seed)
        length = DAYS + POLICY.horizon + 2
        self.holds = np.stack([self._courses(length) for _ in range(self.size)])
        self.recipient = np.array([self._anybody() for _ in range(self.size)], dtype=np.int32)
        self.agreed = self.draw.random(self.size) < 0.7
        self.since = np.zeros(self.size, dtype=int)
        self.spread = self.draw.integers(0, POLICY.spread, self.size)
        self.topics = self.draw.integers(0, 1 << TOPICS, self.size).astype(np.uint32)
        self.event = np.full(self.size, -1)
        self.changed = np.full(RULES, -1)
        self.taken: set[tuple[int, int]] = set()
        self.rules = [self._ruling(rule) for rule in range(RULES)]

    def _anybody(self) -> int:
        return int(self.draw.integers(-1, self.size))

    def _courses(self, length: int) -> np.ndarray:
        """Return days on which each rule holds: few turns, now and then a short break."""
        result = np.zeros((RULES, length), dtype=bool)
        for rule in range(RULES):
            if self.draw.random() < 0.15:
                turns = np.sort(self.draw.integers(-20, length, self.draw.integers(1, 5)))
                result[rule] = np.searchsorted(turns, np.arange(length), side="right") % 2 == 1
        return result

    def _ruling(self, rule: int) -> Ruling:
        return Ruling(f"r{rule:02}", int(self.draw.integers(0, 1 << TOPICS)), self._window(), self._window())

    def _window(self) -> Window:
        if self.draw.random() < 0.7:
            return OPEN
        first, length = int(self.draw.integers(-40, DAYS)), int(self.draw.integers(1, 80))
        opens = FIRST + timedelta(days=first) if self.draw.random() < 0.8 else None
        closes = FIRST + timedelta(days=first + length) if self.draw.random() < 0.8 else None
        return Window(opens, closes)

    def coming(self, rows: np.ndarray, today: int, first: int | None = None) -> Turning:
        """Return the turns of rows from a day (tomorrow) to the horizon's last day."""
        found = [
            (row, rule, day, self.holds[row, rule, day])
            for row in rows
            for day in range(first or today + 1, today + POLICY.horizon + 1)
            for rule in np.flatnonzero(self.holds[row, :, day] != self.holds[row, :, day - 1])
        ]
        if not found:
            return Turning.none()
        columns = np.array(found, dtype=np.int32).T
        return Turning(columns[0], columns[1], columns[2] + np.int32(FIRST.toordinal()), columns[3] == 1)

    def now(self, rows: np.ndarray, today: int) -> np.ndarray:
        """Return what holds today: rows × words."""
        planes = np.zeros((128, 1), dtype=np.uint64)
        for place, row in enumerate(rows):
            for rule in np.flatnonzero(self.holds[row, :, today]):
                planes[rule, 0] |= np.uint64(1) << np.uint64(place)
        return spread_planes(planes, len(rows))

    def subjects(self, recipient: int, today: int) -> Iterator[Subject]:
        """Yield the recipient's programmes as they look from today."""
        for row in np.flatnonzero(self.recipient == recipient):
            ahead = self.holds[row, :, today : today + POLICY.horizon + 1].any(axis=1)
            for rule, ruling in enumerate(self.rules):
                if not ahead[rule]:
                    continue
                yield Subject(
                    ruling.id,
                    str(row),
                    tuple(self._spells(row, rule, today)),
                    ruling.window,
                    self._cause(row, rule, recipient),
                    recipient >= 0 and bool(self.agreed[recipient] and ruling.topics & int(self.topics[recipient])),
                    (int(row), rule) in self.taken,
                )

    def _cause(self, row: int, rule: int, recipient: int) -> Reason:
        event, changed, since = self.event[row], self.changed[rule], self.since[recipient]
        if event >= max(changed, since, 0):
            return Reason.EVENT
        return Reason.RULE if changed >= max(since, 0) else Reason.NOW

    def _spells(self, row: int, rule: int, today: int) -> Iterator[Spell]:
        course = self.holds[row, rule, today : today + POLICY.horizon + 1]
        force = self.rules[rule].force
        edges = np.flatnonzero(np.diff(np.concatenate([[False], course, [False]])))
        for start, end in zip(edges[::2], edges[1::2], strict=True):
            first = FIRST + timedelta(days=today + int(start) - int(start == 0))
            last = FIRST + timedelta(days=today + int(end) - 1) if end < len(course) else None
            first = first if force.opens is None else max(first, force.opens)
            lasts = [day for day in (last, force.closes) if day is not None]
            if not lasts or min(lasts) >= first:
                yield Spell(first, min(lasts) if lasts else None)


@dataclass
class Reference:
    """Everybody's memory; what was told about somebody is known of whoever is told about her next."""

    told: dict[tuple[str, str, bool], date] = field(default_factory=dict)
    ended: dict[tuple[str, str], date] = field(default_factory=dict)
    sent: dict[int, Memory] = field(default_factory=lambda: defaultdict(Memory))

    def run(self, world: World, today: int) -> set[tuple[int, bool, frozenset[tuple[int, int, int, date]]]]:
        """Return the messages of a day."""
        day, result = FIRST + timedelta(days=today), set()
        for recipient in range(-1, world.size):
            subjects = list(world.subjects(recipient, today))
            wards = {str(row) for row in np.flatnonzero(world.recipient == recipient)}
            memory = Memory(
                {key: at for key, at in self.told.items() if key[1] in wards},
                {key: at for key, at in self.ended.items() if key[1] in wards},
                self.sent[recipient].sent,
                self.sent[recipient].broke,
            )
            offset = max(0, int(world.since[recipient] + world.spread[recipient]) - today)
            found = items(subjects, memory, today=day, policy=POLICY, offset=offset)
            decision = due(found, memory, today=day, policy=POLICY)
            after = remember(memory, decision, subjects, today=day, policy=POLICY)
            for key in memory.told.keys() - after.told.keys():
                del self.told[key]
            self.told |= after.told
            self.ended |= after.ended
            self.sent[recipient] = after
            if decision.tell:
                told = frozenset((int(i.about), int(i.programme[1:]), int(i.reason), i.day) for i in decision.tell)
                result.add((recipient, decision.broke_gap, told))
        return result


def messages_of(plan: Plan) -> set[tuple[int, bool, frozenset[tuple[int, int, int, date]]]]:
    found = plan.tell()
    rows = zip(found.rows, found.rules, found.reasons, found.days, strict=True)
    told = [(int(row), int(rule), int(reason), date.fromordinal(int(day))) for row, rule, reason, day in rows]
    return {
        (int(who), bool(broke), frozenset(told[first:last]))
        for who, broke, first, last in zip(
            found.recipients, found.broke, found.starts[:-1], found.starts[1:], strict=True
        )
    }


def started(world: World) -> Plan:
    everybody = np.arange(world.size, dtype=np.int32)
    plan = Plan(world.rules, world.size, FIRST, POLICY)
    plan.replace(everybody, world.now(everybody, 0), world.coming(everybody, 0), happened=False)
    plan.direct(everybody, world.recipient)
    plan.choose(everybody, world.agreed, world.topics, world.spread.astype(np.int32))
    return plan


def change(world: World, plan: Plan, today: int) -> None:
    """Let something happen to somebody, now and then."""
    draw, rows = world.draw, np.array([world.draw.integers(0, world.size)], dtype=np.int32)
    row = int(rows[0])
    match draw.integers(0, 16):
        case 0 | 1:
            fresh = world._courses(world.holds.shape[2])
            world.holds[row, :, today:] = fresh[:, today:]
            world.event[row] = today
            plan.replace(rows, world.now(rows, today), world.coming(rows, today), happened=True)
        case 2:
            world.recipient[row] = world._anybody()
            plan.direct(rows, world.recipient[rows])
        case 3 | 4:
            world.agreed[row] = not world.agreed[row]
            world.topics[row] = draw.integers(0, 1 << TOPICS)
            world.since[row], world.spread[row] = today, draw.integers(0, POLICY.spread)
            plan.choose(rows, world.agreed[rows], world.topics[rows], world.spread[rows].astype(np.int32))
        case 5:
            rule = int(draw.integers(0, RULES))
            world.rules[rule] = world._ruling(rule)
            world.changed[rule] = today
            everybody = np.arange(world.size, dtype=np.int32)
            for who in everybody:
                world.holds[who, rule, today:] = world._courses(world.holds.shape[2])[rule, today:]
            coming = world.coming(everybody, today)
            mine = coming.rules == rule
            coming = Turning(coming.rows[mine], coming.rules[mine], coming.days[mine], coming.begins[mine])
            plan.replace_rules([world.rules[rule]], everybody, world.now(everybody, today), coming)
        case 6:
            rule = int(draw.integers(0, RULES))
            pair, was = (row, rule), (row, rule) in world.taken
            world.taken ^= {pair}
            plan.take_up(rows, np.array([rule], dtype=np.int32), on=not was)


@pytest.mark.parametrize("seed", [3, 9, 11])
def test_the_plan_of_a_population_is_the_plan_of_each(seed: int) -> None:
    world = World(seed)
    plan, reference, count = started(world), Reference(), 0
    for today in range(DAYS):
        if today:
            plan.begin(FIRST + timedelta(days=today))
            everybody = np.arange(world.size, dtype=np.int32)
            plan.note(world.coming(everybody, today, first=today + POLICY.horizon))
            for _ in range(int(world.draw.integers(0, 4))):
                change(world, plan, today)
        expected = reference.run(world, today)
        assert messages_of(plan) == expected, today
        count += len(expected)
    assert count > 20
