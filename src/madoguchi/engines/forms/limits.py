"""The largest answers that any form takes, whatever its author wrote."""

TEXT_LIMIT = 10_000
"""Signs of one answer."""
ITEM_LIMIT = 200
"""Items of one list: choices, files, or items of a group."""
NUMBER_LIMIT = 2**53 - 1
"""The largest whole number that every JSON reader keeps exactly (RFC 8259, section 6)."""
POST_NAMES = 5_000
"""Names in one posted page."""
POST_SIGNS = 1_000_000
"""Signs in one posted page, all names and texts together."""
