"""Writes of the cases room: opening, examining, deciding, the applicant's own acts, closing."""
