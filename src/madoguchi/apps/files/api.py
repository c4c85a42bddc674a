"""The door of the files room."""
