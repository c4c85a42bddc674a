"""Pages of upkeep: the public summary, the desk's board, one programme, one page with its proposals."""
