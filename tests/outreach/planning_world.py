"""Invented residents to whom everything happens, and the brute force: all judged and planned anew every day.

`World` changes facts, choices and rules day by day; `Brute` matches that day's facts for every day up to the horizon and
asks the rules for one recipient (`engines/planning/telling.py`) for everybody. The benchmark `plan.py --check` uses both.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from madoguchi.apps.outreach.planning.book import Book, compiled_book, told_rules
from madoguchi.apps.outreach.planning.municipal import Happened, MunicipalPlan
from madoguchi.apps.outreach.planning.population import Day, PopulationPlan
from madoguchi.apps.outreach.planning.preferences import Chosen
from madoguchi.apps.outreach.planning.verdicts import match
from madoguchi.apps.registry import api as registry
from madoguchi.engines.calendars import attained_on
from madoguchi.engines.eligibility.columnar import Population, Residents
from madoguchi.engines.planning import Memory, Policy, Reason, Spell, Subject, Window, due, items, remember, run_of

ONE = timedelta(days=1)
PERSON, HOUSEHOLD, ROLE, BIRTH = "住民番号", "世帯番号", "続柄", "生年月日"
KINDS = {"benefit", "medical_aid", "vaccination", "checkup", "exemption", "loan", "service"}
TOPICS = 6
POLICY = Policy()
Told = tuple[int, bool, frozenset[tuple[int, str, str, date]]]
"""A message: recipient, whether it broke the gap, and (about, programme, reason, its day) of each item."""
Pair = tuple[str, str]


@dataclass
class Wishes:
    """Choices that change: drawn at first, kept by person."""

    draw: np.random.Generator
    topics: int
    spread: int
    kept: dict[int, tuple[bool, int, int]] = field(default_factory=dict)

    def of(self, persons: np.ndarray) -> Chosen:
        found = [self.kept.get(int(person)) or self.choose(int(person)) for person in persons]
        columns = np.array(found, dtype=np.int64).reshape(-1, 3).T
        return Chosen(columns[0] == 1, columns[1].astype(np.uint32), columns[2].astype(np.int32))

    def choose(self, person: int) -> tuple[bool, int, int]:
        """Draw what a person chooses, anew."""
        agreed, spread = bool(self.draw.random() < 0.6), int(self.draw.integers(0, self.spread))
        self.kept[person] = (agreed, int(self.draw.integers(1, 1 << self.topics)), spread)
        return self.kept[person]


@dataclass
class World:
    """Residents of some municipalities, what they chose, and the rules; `step` lets a day's changes happen."""

    frames: dict[str, pl.DataFrame]
    book: Book
    today: date
    seed: int
    topics: int
    rate: float
    """Expected changes of each kind on a day."""
    version: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    since: dict[int, tuple[date, int]] = field(default_factory=dict)
    event: dict[int, date] = field(default_factory=dict)
    changed: dict[str, date] = field(default_factory=dict)
    happened: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        self.draw = np.random.default_rng(self.seed)
        self.wishes = Wishes(self.draw, self.topics, self.book.policy.spread)
        self.next_number = 1 + max(
            int(frame[name].max()) for frame in self.frames.values() for name in (PERSON, HOUSEHOLD)
        )
        for frame in self.frames.values():
            self._arrive(frame[PERSON].to_list())

    def plan(self) -> PopulationPlan:
        """Return the planner's view of the first day."""
        found = [match(frame, code, self.book, self.today) for code, frame in self.frames.items()]
        return PopulationPlan([MunicipalPlan(one, self.book, self.wishes) for one in found], self.today)

    def step(self, plan: PopulationPlan) -> Day:
        """Let a day pass with its changes and return what the planner tells."""
        self.today += ONE
        happened = {code: self._change(code) for code in self.frames}
        chose = {code: self._choose(code) for code in self.frames}
        changed = self._change_rules()
        known = {code: what for code, what in happened.items() if what is not None}
        return plan.next_day(known, chose=chose, book=self.book if changed else None, changed=changed)

    def _arrive(self, persons: Sequence[int]) -> None:
        chosen = self.wishes.of(np.array(persons, dtype=np.int64))
        for person, spread in zip(persons, chosen.spread, strict=True):
            self.since[person] = (self.today, int(spread))

    def _change(self, code: str) -> Happened | None:
        """Let births, deaths, moves and incomes happen in a municipality."""
        touched: set[int] = set()
        gone: set[int] = set()
        for kind in (self._birth, self._death, self._away, self._arrival, self._income):
            for _ in range(self.draw.poisson(self.rate)):
                kind(code, touched, gone)
        if not touched and not gone:
            return None
        frame = self.frames[code]
        households = frame.filter(pl.col(HOUSEHOLD).is_in(list(touched)))
        self.version[code] += 1
        for person in [*households[PERSON].to_list(), *gone]:
            self.event[person] = self.today
        self._arrive([person for person in households[PERSON].to_list() if person not in self.since])
        return Happened(households, np.array(sorted(gone), dtype=np.int64))

    def _any(self, code: str, column: str) -> int:
        return int(self.draw.choice(self.frames[code][column].to_numpy()))

    def _birth(self, code: str, touched: set[int], gone: set[int]) -> None:
        """A child is born into a household; the other facts are those of some child there."""
        frame, household = self.frames[code], self._any(code, HOUSEHOLD)
        children = frame.filter(pl.col(ROLE) == "子")
        like = children[int(self.draw.integers(0, children.height))]
        born = like.with_columns(
            pl.lit(household, pl.Int64).alias(HOUSEHOLD),
            pl.lit(self.today).alias(BIRTH),
            pl.lit(self._number(), pl.Int64).alias(PERSON),
        )
        self.frames[code] = pl.concat([frame, born])
        touched.add(household)
        self.happened["births"] += 1

    def _death(self, code: str, touched: set[int], gone: set[int]) -> None:
        """Somebody dies; a spouse becomes head, children alone have nobody who is told."""
        frame, person = self.frames[code], self._any(code, PERSON)
        row = frame.filter(pl.col(PERSON) == person)
        household = int(row[HOUSEHOLD][0])
        left = frame.filter(pl.col(PERSON) != person)
        if row[ROLE].cast(pl.String)[0] == "世帯主":
            spouse = (pl.col(HOUSEHOLD) == household) & (pl.col(ROLE).cast(pl.String) == "配偶者")
            role = pl.when(spouse).then(pl.lit("世帯主")).otherwise(pl.col(ROLE).cast(pl.String))
            left = left.with_columns(role.cast(frame.schema[ROLE]).alias(ROLE))
        self.frames[code] = left
        touched.add(household)
        gone.add(person)
        self.happened["deaths"] += 1

    def _away(self, code: str, touched: set[int], gone: set[int]) -> None:
        frame, household = self.frames[code], self._any(code, HOUSEHOLD)
        gone |= set(frame.filter(pl.col(HOUSEHOLD) == household)[PERSON].to_list())
        self.frames[code] = frame.filter(pl.col(HOUSEHOLD) != household)
        self.happened["moves away"] += 1

    def _arrival(self, code: str, touched: set[int], gone: set[int]) -> None:
        frame, like = self.frames[code], self._any(code, HOUSEHOLD)
        rows, household = frame.filter(pl.col(HOUSEHOLD) == like), self._number()
        new = rows.with_columns(
            pl.lit(household, pl.Int64).alias(HOUSEHOLD),
            pl.Series(PERSON, [self._number() for _ in range(rows.height)], pl.Int64),
        )
        self.frames[code] = pl.concat([frame, new])
        touched.add(household)
        self.happened["moves in"] += 1

    def _income(self, code: str, touched: set[int], gone: set[int]) -> None:
        """A household's incomes and what hangs on them become others."""
        frame, household = self.frames[code], self._any(code, HOUSEHOLD)
        mine = pl.col(HOUSEHOLD) == household
        free, income = bool(self.draw.random() < 0.5), int(self.draw.integers(0, 9_000_000))
        values = {"所得": income, "世帯.世帯所得": income, "申請者.所得": income}
        changes = [
            pl.when(mine & pl.col(name).is_not_null()).then(pl.lit(value)).otherwise(pl.col(name)).alias(name)
            for name, value in {**values, "世帯.住民税非課税": free, "世帯.生活保護": free and income < 10**6}.items()
            if name in frame.columns
        ]
        self.frames[code] = frame.with_columns(changes).cast(dict(frame.schema))
        touched.add(household)
        self.happened["incomes"] += 1

    def _number(self) -> int:
        self.next_number += 1
        return self.next_number

    def _choose(self, code: str) -> set[int]:
        """Have somebody agree, withdraw or choose other topics."""
        persons = {self._any(code, PERSON) for _ in range(self.draw.poisson(2 * self.rate))}
        for person in sorted(persons):
            self.wishes.choose(person)
            self.since[person] = (self.today, 0)
        self.happened["choices"] += len(persons)
        return persons

    def _change_rules(self) -> list[str]:
        """Now and then give a rule another window, another validity or another rule's condition."""
        if self.draw.random() > 0.15:
            return []
        ids = sorted(self.book.rules)
        rule = self.book.rules[ids[int(self.draw.integers(0, len(ids)))]]
        first = self.today + ONE * int(self.draw.integers(-30, 45))
        span = Window(first, first + ONE * int(self.draw.integers(5, 90)))
        match self.draw.integers(0, 3):
            case 0:
                self.book = self.book.with_changes([], windows={rule.id: span})
            case 1:
                new = replace(rule, effective_from=span.opens, effective_to=span.closes)
                self.book = self.book.with_changes([new], windows={})
            case _:
                like = [other for other in self.book.rules.values() if other.subject is rule.subject]
                node = like[int(self.draw.integers(0, len(like)))].node
                self.book = self.book.with_changes([replace(rule, node=node)], windows={rule.id: Window()})
        for code in self.frames:
            self.version[code] += 1
        self.changed[rule.id] = self.today
        self.happened["rule changes"] += 1
        return [rule.id]


@dataclass
class Brute:
    """What the rules for one recipient say, everything recomputed every day. Counts what must never happen."""

    world: World
    told: dict[tuple[str, str, bool], date] = field(default_factory=dict)
    ended: dict[Pair, date] = field(default_factory=dict)
    memories: dict[int, Memory] = field(default_factory=lambda: defaultdict(Memory))
    judged: dict[str, tuple[int, Population, dict[date, np.ndarray]]] = field(default_factory=dict)

    def messages(self) -> set[Told]:
        """Return everything that is told today; remember it."""
        result: set[Told] = set()
        seen: set[Pair] = set()
        for code in self.world.frames:
            subjects = self._subjects(code)
            for recipient, mine in subjects.items():
                result |= self._tell(recipient, mine)
                seen |= {
                    (one.programme, one.about)
                    for one in mine
                    if run_of(one, today=self.world.today, policy=self.world.book.policy) is not None
                }
        for key in [key for key in self.told if key[:2] not in seen]:
            day = self.told.pop(key)
            if not key[2]:
                self.ended[key[:2]] = day
        return result

    def _tell(self, recipient: int, subjects: list[Subject]) -> set[Told]:
        world, before = self.world, self.memories[recipient]
        policy, today = world.book.policy, world.today
        pairs = [(one.programme, one.about) for one in subjects]
        told = {(*pair, last): day for pair in pairs for last in (False, True) if (day := self.told.get((*pair, last)))}
        ended = {pair: self.ended[pair] for pair in pairs if pair in self.ended}
        memory = Memory(told, ended, before.sent, before.broke)
        since, spread = world.since.get(recipient, (today, 0))
        offset = max(0, (since - today).days + spread)
        found = items(subjects, memory, today=today, policy=policy, offset=offset)
        if not found:
            return set()
        decision = due(found, memory, today=today, policy=policy)
        if not decision.tell:
            return set()
        self.memories[recipient] = remember(memory, decision, subjects, today=today, policy=policy)
        self.told |= {item.key: today for item in decision.tell}
        what = frozenset((int(one.about), one.programme, one.reason.name, one.day) for one in decision.tell)
        return {(recipient, decision.broke_gap, what)}

    def _truths(self, code: str) -> tuple[dict[date, np.ndarray], np.ndarray, list[str]]:
        """Return by day up to the horizon who holds what (rows × rules), the rows' persons, the rules."""
        world, kept = self.world, self.judged.get(code)
        if kept is not None and kept[0] == world.version[code]:
            population, days = kept[1:]
        else:
            compiled = world.book.compiled
            residents = Residents.from_frame(world.frames[code], municipality=code, columns=compiled.columns)
            population, days = Population(compiled, [residents]), {}
        rules = list(population.rules[0])
        wanted = [world.today + ONE * number for number in range(world.book.policy.horizon + 1)]
        days = {day: days[day] if day in days else self._judged(population, rules, day) for day in wanted}
        self.judged[code] = (world.version[code], population, days)
        return days, population.partitions[0].persons, rules

    def _judged(self, population: Population, rules: list[str], day: date) -> np.ndarray:
        verdicts = population.match(day)[0]
        bits = np.unpackbits(np.ascontiguousarray(verdicts.bits[:, 0]).view(np.uint8), axis=1, bitorder="little")
        force = np.array([self.world.book.rules[rule].in_force(day) for rule in rules])
        result: np.ndarray = (bits[:, : len(verdicts.persons)] * force[:, None]).T.astype(bool)
        return result

    def _subjects(self, code: str) -> Mapping[int, list[Subject]]:
        """Return what could be told, by recipient; without those who neither agreed nor were told anything of it."""
        days, persons, rules = self._truths(code)
        course = np.stack(list(days.values()))
        ahead = course.any(axis=0)
        who = self._recipients(code)
        result: dict[int, list[Subject]] = defaultdict(list)
        for row, rule in zip(*np.nonzero(ahead), strict=True):
            person, programme = int(persons[row]), rules[rule]
            recipient = who[person]
            wanted = self._wants(recipient, programme)
            if wanted or (programme, str(person), False) in self.told:
                spells = tuple(self._spells(course[:, row, rule]))
                window = self.world.book.windows.get(programme, Window())
                cause = self._cause(person, programme, recipient)
                result[recipient].append(Subject(programme, str(person), spells, window, cause, wanted))
        return result

    def _wants(self, recipient: int, programme: str) -> bool:
        agreed, topics, _ = self.world.wishes.kept.get(recipient, (False, 0, 0))
        return agreed and bool(topics & self.world.book.topics.get(programme, 0))

    def _recipients(self, code: str) -> dict[int, int]:
        frame, today = self.world.frames[code], self.world.today
        rows = list(frame.select(PERSON, HOUSEHOLD, pl.col(ROLE).cast(pl.String), BIRTH).iter_rows())
        heads = {household: person for person, household, role, _ in rows if role == "世帯主"}
        return {
            person: person if birth is None or attained_on(birth, years=18) <= today else heads.get(household, -1)
            for person, household, _, birth in rows
        }

    def _cause(self, person: int, programme: str, recipient: int) -> Reason:
        world, never = self.world, date.min
        event, changed = world.event.get(person, never), world.changed.get(programme, never)
        since = world.since.get(recipient, (world.today, 0))[0]
        if event >= max(changed, since):
            return Reason.EVENT
        return Reason.RULE if changed >= since else Reason.NOW

    def _spells(self, course: np.ndarray) -> Iterator[Spell]:
        today = self.world.today
        edges = np.flatnonzero(np.diff(np.concatenate([[False], course, [False]])))
        for start, end in zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True):
            last = today + ONE * (end - 1) if end < len(course) else None
            yield Spell(today + ONE * (start - (start == 0)), last)


def told_of(plan: PopulationPlan, day: Day) -> set[Told]:
    """Return the planner's messages of a day."""
    result: set[Told] = set()
    for code, found in day.messages.items():
        one = plan.plans[code]
        rules = one.rules
        parts = zip(
            one.persons[found.rows].tolist(),
            found.rules.tolist(),
            found.reasons.tolist(),
            found.days.tolist(),
            strict=True,
        )
        told = [(about, rules[rule], Reason(reason).name, date.fromordinal(at)) for about, rule, reason, at in parts]
        for place, row in enumerate(found.recipients):
            items_told = frozenset(told[found.starts[place] : found.starts[place + 1]])
            result.add((int(one.persons[row]), bool(found.broke[place]), items_told))
    return result


def frames_of(folder: Path, *, municipalities: int, residents: int) -> dict[str, pl.DataFrame]:
    """Return the largest municipalities, each with its first households."""
    largest = sorted(folder.glob("*.parquet"), key=lambda file: -file.stat().st_size)[:municipalities]
    frames = {}
    for file in largest:
        frame = pl.read_parquet(file)
        chosen = frame[HOUSEHOLD].head(residents).unique().implode()
        frames[file.stem] = frame.filter(pl.col(HOUSEHOLD).is_in(chosen))
    return frames


def book_of(codes: list[str], since: date) -> Book:
    told = {view.id for view in registry.views() if view.kind in KINDS}
    rules = told_rules(registry.rules(), told, since=since)
    topics = {rule.id: 1 << (number % TOPICS) for number, rule in enumerate(rules)}
    return compiled_book(rules, registry.rulebook(), policy=POLICY, topics=topics, windows={}, municipalities=codes)


def world_of(folder: Path, today: date, seed: int, *, residents: int, rate: float) -> World:
    frames = frames_of(folder, municipalities=2, residents=residents)
    return World(frames, book_of([*frames], today), today, seed, TOPICS, rate)


def days_of(world: World, count: int) -> Iterator[tuple[date, set[Told], set[Told], Brute]]:
    """Yield each day with what the plan and what brute force told."""
    plan, brute = world.plan(), Brute(world)
    yield world.today, told_of(plan, plan.tell()), brute.messages(), brute
    for _ in range(count - 1):
        day = world.step(plan)
        yield world.today, told_of(plan, day), brute.messages(), brute
