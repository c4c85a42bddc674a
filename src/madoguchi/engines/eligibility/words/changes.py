"""Puts a coming change of a verdict into words: until when, or from when, and what happens on that day.

Says dates and ages in Japanese and English. Knows no attribute and no programme.
"""

from datetime import date, timedelta

from madoguchi.engines.eligibility import ast
from madoguchi.engines.eligibility.ast import Measure, Node
from madoguchi.engines.eligibility.ruleset import HouseholdChange
from madoguchi.engines.eligibility.types import Op, Verdict
from madoguchi.engines.eligibility.words.english import age
from madoguchi.engines.eligibility.words.japanese import young


def change_in_words(change: HouseholdChange, *, language: str) -> str:
    """Return from when, or until when, as a resident needs it: 18歳の年度末（2027-03-31）まで, from 2027-04-01."""
    last = change.day - timedelta(days=1)
    if change.verdict is Verdict.INELIGIBLE:
        return _until(change, last, language)
    if change.before is Verdict.ELIGIBLE:
        return f"until {last}, then to be checked" if language == "en" else f"{last} まで（その後は確認が必要）"
    return _since(change, language)


def _until(change: HouseholdChange, last: date, language: str) -> str:
    event = _event(change.cause.atom, language, ends=True) if change.cause else ""
    if language == "en":
        return f"until {event} ({last})" if event else f"until {last}"
    return f"{event}（{last}）まで" if event else f"{last} まで"


def _since(change: HouseholdChange, language: str) -> str:
    event = _event(change.cause.atom, language, ends=False) if change.cause else ""
    maybe = change.verdict is Verdict.POSSIBLE
    if language == "en":
        text = f"from {event} ({change.day})" if event else f"from {change.day}"
        return f"{text}, perhaps" if maybe else text
    text = f"{event}（{change.day}）から" if event else f"{change.day} から"
    return f"{text}対象になる可能性" if maybe else text


def _event(atom: Node, language: str, *, ends: bool) -> str:
    """Return what happens on the day in words; nothing where the date alone says it better."""
    english = language == "en"
    match atom:
        case ast.Age(_, Measure.FISCAL, op, number) if ends and op in (Op.LE, Op.LT, Op.EQ):
            number -= op is Op.LT
            return f"the end of the school year of age {number}" if english else f"{number}歳の年度末"
        case ast.Age(_, Measure.FISCAL, op, number) if not ends and op in (Op.GE, Op.GT, Op.EQ):
            number += op is Op.GT
            return f"the start of the school year of age {number}" if english else f"{number}歳になる年度の初め"
        case ast.Age(_, measure, op, number):
            months = (number + _passes(op, ends=ends)) * (12 if measure is Measure.YEARS else 1)
            return _turning(months, english=english, ends=ends)
        case ast.Reached(_, ast.Counting.ATTAINED, months, Op.LE) if ends:
            return f"the age of {age(months)}" if english else f"{young(months)}になる日"
        case ast.Reached(_, ast.Counting.ATTAINED, months, op) if op in ((Op.LT,) if ends else (Op.GE,)):
            return _turning(months, english=english, ends=ends)
        case _:
            return ""


def _passes(op: Op, *, ends: bool) -> int:
    """Return 1 where an age must be passed, 0 where it must be reached, for a condition to end or to begin."""
    return int(op in (Op.LE, Op.EQ)) if ends else int(op is Op.GT)


def _turning(months: int, *, english: bool, ends: bool) -> str:
    if english:
        return f"the day before the age of {age(months)}" if ends else f"the age of {age(months)}"
    return f"{young(months)}になる前日" if ends else f"{young(months)}になる日"
