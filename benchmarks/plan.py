"""Planning what to tell whom when: 14,077,552 synthetic residents, days that follow, and a check against brute force.

(a) the full plan from the matched bitmaps, (b) the following days, of which 1 April is one; with `--check` instead
(c) PLAN_CHECK_RESIDENTS residents over PLAN_CHECK_DAYS days in which everything changes, compared with everything judged
and planned anew each day. BENCH_RESIDENTS and BENCH_DAYS set the size. Residents, choices and changes are invented.
"""

import os
import sys
import time
from datetime import date

from _population import FULL, population
from _setup import percentile, report, start

RESIDENTS = int(os.environ.get("BENCH_RESIDENTS", str(FULL)))
DAYS = int(os.environ.get("BENCH_DAYS", "30"))
FIRST = date.fromisoformat(os.environ.get("BENCH_FIRST_DAY", "2027-03-15"))


def main() -> None:
    start()
    if "--check" in sys.argv:
        from _planning import check

        report("plan-check", check(int(os.environ.get("PLAN_CHECK_RESIDENTS", "20000")), _check_days()))
        return
    from madoguchi.apps.outreach import terms
    from madoguchi.apps.outreach.matching import peak_memory_mib
    from madoguchi.apps.outreach.planning.municipal import MunicipalPlan
    from madoguchi.apps.outreach.planning.population import PopulationPlan, Tally, files_of, matched_file
    from madoguchi.apps.outreach.planning.published import published_book, synthetic_choices
    from madoguchi.engines.eligibility.columnar import in_threads

    folder, _ = population(RESIDENTS)
    files, known = files_of(folder), terms.current()
    book = published_book(known, municipalities=[file.stem for file in files], since=FIRST)
    wishes = synthetic_choices(known, seed=1)
    PopulationPlan([MunicipalPlan(matched_file(files[-1], book, FIRST), book, wishes)], FIRST).tell()  # compiles
    begun = time.perf_counter()
    matched = in_threads(lambda file: matched_file(file, book, FIRST), files)
    matching, matched_memory = time.perf_counter() - begun, peak_memory_mib()
    begun, cpu = time.perf_counter(), time.process_time()
    plan = PopulationPlan(in_threads(lambda found: MunicipalPlan(found, book, wishes), matched), FIRST)
    del matched
    tally = Tally()
    tally.add(plan.tell())
    planning, planning_cpu = time.perf_counter() - begun, time.process_time() - cpu
    first = {"recipients_on_the_first_day": tally.recipients, "items_on_the_first_day": dict(tally.items)}
    times, cpu_times, touched = [], [], []
    for _ in range(DAYS):
        before = tally.looked
        cpu = time.process_time()
        day = plan.next_day()
        cpu_times.append(time.process_time() - cpu)
        times.append(day.seconds)
        tally.add(day)
        touched.append(tally.looked - before)
        print(
            f"{day.day} {day.seconds:.2f} s ({cpu_times[-1]:.2f} s of work), {touched[-1]:,} recipients looked at",
            file=sys.stderr,
        )
    report(
        "plan",
        {
            "residents": plan.residents,
            "programmes": len(book.rules),
            "read_and_match_seconds": round(matching, 2),
            "plan_seconds": round(planning, 2),
            "plan_cpu_seconds": round(planning_cpu, 2),
            **first,
            "days": DAYS,
            "from": FIRST.isoformat(),
            "day_p50_seconds": round(percentile(times, 0.5), 2),
            "day_p95_seconds": round(percentile(times, 0.95), 2),
            "day_max_seconds": round(max(times), 2),
            "day_cpu_p50_seconds": round(percentile(cpu_times, 0.5), 2),
            "day_cpu_max_seconds": round(max(cpu_times), 2),
            "slowest_day": FIRST.fromordinal(FIRST.toordinal() + 1 + times.index(max(times))).isoformat(),
            "recipients_looked_at_p50": percentile(touched, 0.5),
            "recipients_looked_at_max": max(touched),
            "recipients": tally.recipients,
            "messages": tally.messages,
            "items": dict(tally.items),
            "gaps_broken": tally.broke,
            "held": tally.held,
            "plan_arrays_mib": round(sum(one.plan.memory_bytes() for one in plan.plans.values()) / 2**20),
            "matched_memory_mib": matched_memory,
            "peak_memory_mib": peak_memory_mib(),
        },
    )


def _check_days() -> int:
    return int(os.environ.get("PLAN_CHECK_DAYS", "365"))


if __name__ == "__main__":
    main()
