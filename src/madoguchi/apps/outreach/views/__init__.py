"""Pages of the outreach room: the person's choices and messages, the footer of a message, the desk's figures."""
