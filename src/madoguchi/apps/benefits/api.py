"""The door of the benefits room."""
