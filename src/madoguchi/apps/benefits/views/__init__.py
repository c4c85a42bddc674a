"""Pages of benefits: the desk of staff, the page of who is paid."""
