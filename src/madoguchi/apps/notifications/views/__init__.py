"""Pages of the room, and what machines call."""
