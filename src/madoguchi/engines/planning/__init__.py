"""What to tell whom when: reasons, the days between which something may be told, few messages, nothing twice or late.

`items`, `due` and `remember` are the rules for one recipient. Pure: the day and everything known are arguments.
"""

from madoguchi.engines.planning.model import (
    Decision,
    Item,
    Memory,
    Policy,
    Reason,
    Run,
    Spell,
    Subject,
    Window,
)
from madoguchi.engines.planning.telling import due, items, remember, run_of

__all__ = [
    "Decision",
    "Item",
    "Memory",
    "Policy",
    "Reason",
    "Run",
    "Spell",
    "Subject",
    "Window",
    "due",
    "items",
    "remember",
    "run_of",
]
