"""Writes of the outreach room: enrolling, looking at one person, following events, ratings."""
