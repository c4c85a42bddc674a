"""The desk's pages of cases: the queue, one case, what is done in it, corrections, decisions, figures."""
