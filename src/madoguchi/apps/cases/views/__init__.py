"""Pages of the room: the applicant's own cases, the check of letters, and the desk."""
