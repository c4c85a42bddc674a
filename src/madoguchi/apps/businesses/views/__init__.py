"""Pages of the business registry: for everybody, and the review desk of staff."""
