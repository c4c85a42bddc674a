"""Pages of the consents room: those of the person (`me`) and those of staff (`desk`)."""
