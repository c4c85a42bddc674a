"""The door of the upkeep room."""
