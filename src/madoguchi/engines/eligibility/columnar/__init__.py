"""Whole populations as packed bits: who is eligible, who is not, who may be, for every rule in about a second.

`Residents.from_frame` packs a municipality, `compile_rules` a rule set; `Population.match` judges all of it on a day and
`Standing` follows it from day to day. Answers equal the scalar back end's for complete households.
"""

from madoguchi.engines.eligibility.columnar.matching import (
    Compiled,
    Population,
    compile_rules,
    in_threads,
    most_dependants,
)
from madoguchi.engines.eligibility.columnar.partition import NeedsPacking
from madoguchi.engines.eligibility.columnar.residents import Residents
from madoguchi.engines.eligibility.columnar.standing import Standing
from madoguchi.engines.eligibility.columnar.verdicts import (
    Change,
    Changes,
    Verdicts,
    differences,
    differences_by_person,
    set_bits,
)

__all__ = [
    "Change",
    "Changes",
    "Compiled",
    "NeedsPacking",
    "Population",
    "Residents",
    "Standing",
    "Verdicts",
    "compile_rules",
    "differences",
    "differences_by_person",
    "in_threads",
    "most_dependants",
    "set_bits",
]
