"""One household at a time: all rules with reasons, with coming days, the next question, the whole step of the finder.

Households are those of the finder's samples, as the finder knows them after each truthful answer, and in full; times are
of the process, so that a busy machine shows less. BENCH_ROUNDS repeats all of them.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

from _setup import percentile, report, start

sys.path.insert(0, str(Path(__file__).parents[1]))  # the samples' truthful answers are told by the tests
TODAY = date(2026, 11, 24)
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "2"))
MOST_MEMBERS = 6
Answers = dict[str, tuple[str, ...]]


def stories() -> Iterator[tuple[Answers, Any]]:
    """Yield what a resident has answered so far and what is true of the household, question by question."""
    from tests.registry.test_finder import households, truthful_answer

    from madoguchi.apps.registry import catalogue, finder

    by_id = {question.id: question for question in catalogue.current().book.questions}
    for truth in households().values():
        answers: Answers = {}
        while True:
            yield dict(answers), truth
            question = finder.find(answers, today=TODAY, language="ja").question
            if question is None or len(truth.members) > MOST_MEMBERS:
                break
            answers[question.id] = truthful_answer(by_id[question.id], truth)


def timed(work: Callable[[Any], Any], items: list[Any]) -> dict[str, float]:
    """Return p50, p95 and p99 of the process time in milliseconds, after one warm round."""
    for item in items:
        work(item)
    times = []
    for _ in range(ROUNDS):
        for item in items:
            begun = time.process_time()
            work(item)
            times.append(1_000 * (time.process_time() - begun))
    return {f"p{share}_ms": round(percentile(times, share / 100), 3) for share in (50, 95, 99)}


def main() -> None:
    start()
    from madoguchi.apps.registry import catalogue, finder
    from madoguchi.engines.eligibility import rank_questions
    from madoguchi.engines.eligibility.ruleset import Outlook

    shelf = catalogue.current()
    told = list(stories())
    steps = [(answers, finder.household_of(answers, shelf.book, today=TODAY)[0]) for answers, _ in told]
    known = [*(household for _, household in steps), *(truth for answers, truth in told if not answers)]

    def judge(household: Any) -> Any:
        prepared = finder.prepared_for(shelf, household)
        verdicts = prepared.ruleset.judge(household, today=TODAY)
        return [prepared.reasons(verdict.findings, "ja") for verdict in verdicts]

    def look_ahead(household: Any) -> None:
        assessment = finder.prepared_for(shelf, household).ruleset.assess(household, today=TODAY)
        outlook = Outlook(assessment)
        assert len(assessment.verdicts) == len([outlook.next_change(i) for i in range(len(assessment.verdicts))])

    def ask(step: tuple[Answers, Any]) -> Any:
        assessment = finder.prepared_for(shelf, step[1]).ruleset.assess(step[1], today=TODAY)
        return rank_questions(assessment, shelf.book.questions, asked=step[0], implications=shelf.book.implications)

    figures = {
        "households": len(known),
        "rules": len(finder.rules_for(shelf, told[0][1])),
        "judge_with_reasons": timed(judge, known),
        "with_coming_days": timed(look_ahead, known),
        "next_question": timed(ask, steps),
        "finder_step": timed(lambda step: finder.find(step[0], today=TODAY, language="ja"), steps),
    }
    report("household", figures)


if __name__ == "__main__":
    main()
