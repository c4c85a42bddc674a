"""The check of the planner: invented residents to whom everything happens, against everything recomputed each day."""

import sys
import time
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

FIRST = date(2027, 1, 15)
URGENT_WITHIN = timedelta(days=28)


def check(residents: int, days: int, *, municipalities: int = 3, seed: int = 1) -> dict[str, object]:
    """Return how many messages were compared, and how many were wrong, twice, late or over the cap (all must be 0).

    Wrong: told by one side only, or otherwise. Twice: an item told before in the same run. Late: told after the last day
    on which it could be had, or a reminder after its day. Over: more messages in 28 days, or nearer, than allowed.
    """
    sys.path.insert(0, str(Path(__file__).parents[1]))
    from _population import population
    from tests.outreach.planning_world import TOPICS, World, book_of, days_of, frames_of

    folder, _ = population(100_000)
    frames = frames_of(folder, municipalities=municipalities, residents=residents // municipalities)
    world = World(frames, book_of([*frames], FIRST), FIRST, seed, TOPICS, residents / 20_000)
    begun, count, sums = time.perf_counter(), 0, {"wrong": 0, "twice": 0, "late": 0, "over_the_cap": 0}
    sent: dict[int, list[date]] = defaultdict(list)
    gap = timedelta(days=world.book.policy.gap)
    known: set[tuple[int, str, bool]] = set()
    for today, told, expected, brute in days_of(world, days):
        sums["wrong"] += len(told ^ expected)
        running = {(int(about), programme, last) for programme, about, last in brute.told}
        for recipient, broke, items in told:
            count += 1
            for about, programme, reason, day in items:
                key = (about, programme, reason == "CLOSES")
                sums["twice"] += key in known
                known.add(key)
                sums["late"] += reason in ("CLOSES", "OPENS", "BEGINS") and day < today
            near = [day for day in sent[recipient] if today - day < URGENT_WITHIN]
            close = bool(near) and today - near[-1] < gap and not broke
            sums["over_the_cap"] += close or len(near) > URGENT_WITHIN // gap
            sent[recipient].append(today)
        known &= running
        print(f"{today} {len(expected)} messages, {sums}", file=sys.stderr, flush=True)
    people = sum(frame.height for frame in frames.values())
    seconds = round(time.perf_counter() - begun)
    return {
        "residents": people,
        "days": days,
        "messages": count,
        **sums,
        "changes": dict(world.happened),
        "seconds": seconds,
    }
