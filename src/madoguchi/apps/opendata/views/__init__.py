"""Pages of open data: the beginning for app makers, keys, webhooks; stable addresses and the catalogue for machines."""
