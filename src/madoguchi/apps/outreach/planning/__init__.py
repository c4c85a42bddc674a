"""Plans what to tell whom when for whole populations: verdicts of today and of the coming days, choices, messages."""
