"""The door of the procedures room."""
