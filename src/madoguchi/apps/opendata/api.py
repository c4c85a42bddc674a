"""The door of the opendata room."""
