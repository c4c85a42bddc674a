"""Actions of cases are never changed or removed.

The words of an action stand in a table of their own, which may be emptied after the retention period; the action with the
hash of its words stays.
"""

from madoguchi.core.appendonly import AppendOnly

ACTIONS = AppendOnly(
    ("cases_action",),
    "cases_append_only",
    "Actions of cases are append-only: rows are never changed or removed.",
    truncate_too=False,
)
