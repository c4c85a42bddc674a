"""Eligibility: does a condition hold for a household (yes, no, unknown), why, what to ask next, how much.

Pure: the as-of date and all data are arguments. `language` reads conditions, `scalar` judges one household, `polars`
whole populations. The language is described in docs/conditions.md.
"""

from madoguchi.engines.eligibility.amounts import Amount, AmountError, AmountRule, amount_for, parse_amount
from madoguchi.engines.eligibility.amounts.periods import History, amount_over, payments
from madoguchi.engines.eligibility.amounts.totals import household_amount
from madoguchi.engines.eligibility.answers import MARK, MAX_CHILDREN
from madoguchi.engines.eligibility.ast import Node, atoms, from_json, to_json, walk
from madoguchi.engines.eligibility.check import Problem, Severity, check, machine_decidable
from madoguchi.engines.eligibility.explain import Finding, Missing, explain, missing
from madoguchi.engines.eligibility.facts import Household, Person, household_from_json
from madoguchi.engines.eligibility.future import Change, next_changes
from madoguchi.engines.eligibility.implications import Implication, complete
from madoguchi.engines.eligibility.language import parse
from madoguchi.engines.eligibility.questions import Question, Ranked, open_facts, rank_questions
from madoguchi.engines.eligibility.rules import PersonVerdict, Role, Rule, RuleVerdict, concerned, judge, person_of
from madoguchi.engines.eligibility.scalar import Case, Rulebook, evaluate
from madoguchi.engines.eligibility.text import to_text
from madoguchi.engines.eligibility.types import (
    Attribute,
    Band,
    ConditionError,
    IncomeTable,
    Subject,
    Truth,
    Verdict,
    Vocabulary,
)
from madoguchi.engines.eligibility.words import atom_text, describe, parts_in_words

VERSION = "1"

__all__ = [
    "MARK",
    "MAX_CHILDREN",
    "VERSION",
    "Amount",
    "AmountError",
    "AmountRule",
    "Attribute",
    "Band",
    "Case",
    "Change",
    "ConditionError",
    "Finding",
    "History",
    "Household",
    "Implication",
    "IncomeTable",
    "Missing",
    "Node",
    "Person",
    "PersonVerdict",
    "Problem",
    "Question",
    "Ranked",
    "Role",
    "Rule",
    "RuleVerdict",
    "Rulebook",
    "Severity",
    "Subject",
    "Truth",
    "Verdict",
    "Vocabulary",
    "amount_for",
    "amount_over",
    "atom_text",
    "atoms",
    "check",
    "complete",
    "concerned",
    "describe",
    "evaluate",
    "explain",
    "from_json",
    "household_amount",
    "household_from_json",
    "judge",
    "machine_decidable",
    "missing",
    "next_changes",
    "open_facts",
    "parse",
    "parse_amount",
    "parts_in_words",
    "payments",
    "person_of",
    "rank_questions",
    "to_json",
    "to_text",
    "walk",
]
