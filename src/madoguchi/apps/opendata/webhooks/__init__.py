"""Telling apps of changes: signed calls to addresses that they registered, in order, at least once, with patience and an end."""
