"""The door of the cases room."""
