"""The door of the applications room."""
