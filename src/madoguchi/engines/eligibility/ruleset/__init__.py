"""One household, all rules at once: compiled once, judged for every person together, with reasons and future days.

Gives exactly what `judge`, `explain`, `open_facts` and `next_changes` give rule by rule. Knows no database and no words.
"""

from madoguchi.engines.eligibility.ruleset.coming import HouseholdChange, Outlook
from madoguchi.engines.eligibility.ruleset.judging import Assessment, HouseholdVerdict, RuleSet

__all__ = ["Assessment", "HouseholdChange", "HouseholdVerdict", "Outlook", "RuleSet"]
