"""Writes of the applications room: begin a draft, answer a page, send everything, forget."""
