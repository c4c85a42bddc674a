"""The rules of telling, for one recipient, in plain Python: what could be told, what leaves today, what is remembered.

`items` looks at each programme from today, `due` decides what leaves today, `remember` adds that to the memory. They are
called anew every day; nothing is kept between the days but the memory. The columnar planner gives the same messages.

Why few messages, and none late: an item that is planned before its first day may leave on any of `gap + 1` days. A message
leaves only when something can wait no longer, and takes along all that may be told. After a message at most `gap - 1` days
are closed, so one open day at least remains to every planned item and the gap need not be broken for it. Only what was
found late (a fact or a rule changed) may have to: once in `urgent_within` days, and only when its last real day would pass
otherwise. So any 28 days hold at most `28 / gap + 1` messages (with `urgent_within` of 28 or more): the days between
messages are `gap` or more but for one at most.
"""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from madoguchi.engines.planning.model import Decision, Item, Memory, Policy, Reason, Run, Subject

_USUAL = Policy()


def items(subjects: Sequence[Subject], memory: Memory, *, today: date, policy: Policy, offset: int = 0) -> list[Item]:
    """Return everything that may be told, today or later, as it looks from today; the most pressing first.

    `offset` puts off the latest day of what applies already for the reason NOW: so many days are left to this recipient
    of the days over which a population's first messages are spread. Raise ValueError when it is not below `spread`.
    """
    if not 0 <= offset < max(policy.spread, 1):
        raise ValueError(f"offset is {offset}. It must be at least 0 and below spread ({policy.spread}).")
    found = [item for subject in subjects for item in _items(subject, memory, today, policy, offset)]
    return sorted(found, key=lambda item: (item.last, item.reason, item.programme, item.about))


def run_of(subject: Subject, *, today: date, policy: Policy) -> Run | None:
    """Return the first days on which a programme can be had that are not over and begin within the horizon.

    None: there are none in sight. A break that is shorter than the horizon is no break: what lies beyond it is in sight.
    """
    opens, closes = subject.window.opens, subject.window.closes
    for spell in sorted(subject.spells, key=lambda spell: spell.start):
        start = spell.start if opens is None else max(spell.start, opens)
        ends = [day for day in (spell.end, closes) if day is not None]
        end = min(ends) if ends else None
        if start > today + timedelta(days=policy.horizon):
            return None
        if end is None or end >= max(start, today):
            return Run(start, end, opens is not None and opens > spell.start)
    return None


def _items(subject: Subject, memory: Memory, today: date, policy: Policy, offset: int) -> Iterator[Item]:
    run = run_of(subject, today=today, policy=policy)
    if run is None or not subject.wanted or subject.taken_up:
        return
    told = memory.told.get((subject.programme, subject.about, False))
    first = _first_telling(subject, run, memory, today, policy, offset) if told is None else None
    if first is not None:
        yield first
    if (subject.programme, subject.about, True) not in memory.told:
        after = told if told is not None else first.last if first is not None else None
        if after is not None:
            yield from _reminder(subject, run, after, today, policy)


def _first_telling(subject: Subject, run: Run, memory: Memory, today: date, policy: Policy, offset: int) -> Item | None:
    """Return the first telling of a run; None where it would come after its last day."""
    if run.start <= today:
        reason, day, first = subject.cause, today, today
        last = today + timedelta(days=offset if reason is Reason.NOW else 0)
    else:
        reason, day = Reason.OPENS if run.opens else Reason.BEGINS, run.start
        first = max(today, run.start - timedelta(days=policy.lead))
        last = max(first, run.start - timedelta(days=policy.lead - policy.gap))
    ended = memory.ended.get((subject.programme, subject.about))
    if ended is not None:
        again = ended + timedelta(days=policy.again)
        first, last = max(first, again), max(last, again + timedelta(days=policy.gap))
    if run.end is not None:
        last = min(last, run.end)
    return Item(subject.programme, subject.about, reason, day, first, last, run.end) if first <= last else None


def _reminder(subject: Subject, run: Run, after: date, today: date, policy: Policy) -> Iterator[Item]:
    """Yield the reminder before the last day, if it comes more than `lead` days after the first telling.

    A first telling comes at most `lead` days before the run begins, so the reminder always comes after its beginning.
    """
    if run.end is None:
        return
    early = run.end - timedelta(days=policy.close_lead)
    if early > after + timedelta(days=policy.lead):
        first = max(today, early)
        last = max(first, early + timedelta(days=policy.gap))
        yield Item(subject.programme, subject.about, Reason.CLOSES, run.end, first, last, run.end)


def due(items: Sequence[Item], memory: Memory, *, today: date, policy: Policy) -> Decision:
    """Decide what leaves today: nothing, or all that may be told, as soon as one item can wait no longer."""
    ripe = [item for item in items if item.first <= today and (item.end is None or item.end >= today)]
    pressing = [item for item in ripe if item.last <= today]
    reopens = memory.sent[-1] + timedelta(days=policy.gap) if memory.sent else today
    urgent = [item for item in pressing if item.end is not None and item.end < reopens]
    broke = today < reopens and bool(urgent) and _may_break(memory, today, policy)
    tell = tuple(ripe) if pressing and (today >= reopens or broke) else ()
    if tell:
        reopens = today + timedelta(days=policy.gap)
    held = () if tell else tuple(urgent) if today < reopens else ()
    days = [_next_day(item, today, reopens) for item in items if item not in tell]
    days += [day for item in tell for day in _reminder_day(item, today, reopens, policy)]
    unseen = today + timedelta(days=policy.horizon + 1 - policy.lead + policy.gap)
    return Decision(tell, bool(tell) and broke, held, min([*days, unseen]))


def _may_break(memory: Memory, today: date, policy: Policy) -> bool:
    """Tell whether the gap may be broken today."""
    return memory.sent[-1] < today and all(day + timedelta(days=policy.urgent_within) <= today for day in memory.broke)


def _next_day(item: Item, today: date, reopens: date) -> date:
    """Return the next day on which an item may press, if nothing changes."""
    tomorrow = today + timedelta(days=1)
    latest = item.last if item.end is not None and item.end < reopens else max(item.last, reopens)
    return max(latest, tomorrow)


def _reminder_day(item: Item, today: date, reopens: date, policy: Policy) -> Iterator[date]:
    """Yield the day on which the reminder of what is told today will press, when there will be one."""
    early = None if item.end is None else item.end - timedelta(days=policy.close_lead)
    if item.reason is not Reason.CLOSES and early is not None and early > today + timedelta(days=policy.lead):
        yield max(early + timedelta(days=policy.gap), reopens)


def remember(
    memory: Memory, decision: Decision, subjects: Sequence[Subject], *, today: date, policy: Policy = _USUAL
) -> Memory:
    """Return the memory after today: what left is told; what is no longer in sight is over and may begin anew later."""
    told = {**memory.told, **{item.key: today for item in decision.tell}}
    running = {
        (subject.programme, subject.about)
        for subject in subjects
        if run_of(subject, today=today, policy=policy) is not None
    }
    over = {(programme, about): day for (programme, about, last), day in told.items() if not last}
    ended = {**memory.ended, **{key: day for key, day in over.items() if key not in running}}
    sent = (*memory.sent, today) if decision.tell else memory.sent
    broke = (*memory.broke, today) if decision.broke_gap else memory.broke
    recent = today - timedelta(days=max(policy.urgent_within, policy.gap))
    return Memory(
        told={key: day for key, day in told.items() if key[:2] in running},
        ended=ended,
        sent=tuple(day for day in sent if day > recent),
        broke=tuple(day for day in broke if day > recent),
    )
