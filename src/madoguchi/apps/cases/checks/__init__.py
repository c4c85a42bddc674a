"""Checks of a procedure that run by themselves: at the opening, after each correction, and when somebody asks."""
