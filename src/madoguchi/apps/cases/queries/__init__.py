"""Reads of the cases room: queues, one case for staff or for the applicant, lists of a subject, statistics."""
