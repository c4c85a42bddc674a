"""The registry as linked data: programmes after CPSV-AP 3.2, the catalogue after DCAT-AP 3, both as JSON-LD."""
