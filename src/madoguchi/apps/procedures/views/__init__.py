"""Pages of the room: the public page of a procedure, and the desk where it is edited, tried out and published."""
