"""Changes to a record while it is edited: pure functions from one record to the next."""
