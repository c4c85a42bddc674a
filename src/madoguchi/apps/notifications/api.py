"""The door of the notifications room."""
