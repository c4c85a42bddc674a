"""Does this noisy record mean that business of the register: match, review or none, with reasons.

Never on a name alone: a number, or a name with a place or a representative (a quarter of all corporations share their
name with another one). Plain values in, frozen results out; candidates are found by keys that any database can index.
"""

from madoguchi.engines.linkage.blocking import Blocks, Key, KeyKind, is_worth_weighing, keys_of_entry, keys_of_record
from madoguchi.engines.linkage.distance import edits
from madoguchi.engines.linkage.model import Decision, Entry, Evidence, Name, Outcome, Place, Reason, Record, Scored
from madoguchi.engines.linkage.names import LegalForm, bare_name, core_name, fold_name, usual_characters
from madoguchi.engines.linkage.scoring import VERSION, decide, score

__all__ = [
    "VERSION",
    "Blocks",
    "Decision",
    "Entry",
    "Evidence",
    "Key",
    "KeyKind",
    "LegalForm",
    "Name",
    "Outcome",
    "Place",
    "Reason",
    "Record",
    "Scored",
    "bare_name",
    "core_name",
    "decide",
    "edits",
    "fold_name",
    "is_worth_weighing",
    "keys_of_entry",
    "keys_of_record",
    "score",
    "usual_characters",
]
