"""Writes of the consents room, one module per noun. Each checks, locks, changes, records and publishes."""
